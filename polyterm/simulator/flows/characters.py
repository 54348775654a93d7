"""The characters of the demo's markets, from a sleepy one to one that never rests."""

from __future__ import annotations

from dataclasses import replace

from polyterm.simulator.flows.character import Character

QUIET = Character(
    anchor=0.34,
    reach=0.7,
    volatility_ticks=0.10,
    memory_s=240,
    half_spread_ticks=0.55,
    look_s=4.0,
    taker_s=2.2,
    noise_s=6.0,
)
STEADY = replace(
    QUIET, anchor=0.62, volatility_ticks=0.16, half_spread_ticks=0.3, look_s=3.0, taker_s=2.0
)
EXCLUSIVE = replace(QUIET, volatility_ticks=0.12, half_spread_ticks=0.2, look_s=3.5, taker_s=1.9)
THIN = replace(
    QUIET,
    anchor=0.23,
    levels=8,
    touch_shares=40.0,
    taker_shares=35.0,
    volatility_ticks=0.12,
    half_spread_ticks=0.7,
    gap_s=18.0,
    gap_ticks=4,
)
LIVE_GAME = replace(
    STEADY,
    anchor=0.55,
    reach=1.4,
    volatility_ticks=0.35,
    memory_s=150,
    half_spread_ticks=0.2,
    look_s=1.0,
    taker_s=1.2,
    noise_s=2.0,
    news_s=60,
    news_ticks=4.0,
)
FAST = replace(
    LIVE_GAME,
    anchor=0.5,
    reach=2.2,
    volatility_ticks=0.7,
    memory_s=100,
    half_spread_ticks=0.08,
    look_s=1.1,
    taker_s=0.7,
    noise_s=1.5,
    noise_life_s=3.0,
    levels=15,
    touch_shares=130.0,
    taker_shares=60.0,
)
NEAR_CERTAIN = replace(
    QUIET,
    anchor=0.982,
    reach=0.5,
    volatility_ticks=0.25,
    half_spread_ticks=0.4,
    look_s=3.0,
    taker_s=2.2,
    levels=12,
    touch_shares=160.0,
    taker_shares=90.0,
)
