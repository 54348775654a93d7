"""The events of the demo: every question invented, every market with a character of its own."""

from __future__ import annotations

from dataclasses import replace

from polyterm.simulator.flows.characters import (
    EXCLUSIVE,
    FAST,
    LIVE_GAME,
    NEAR_CERTAIN,
    QUIET,
    STEADY,
    THIN,
)
from polyterm.simulator.flows.plan import EventPlan, MarketPlan

_DAY_S = 86_400


def _candidate(slug: str, name: str, share: float, volume_dollars: int) -> MarketPlan:
    return MarketPlan(
        slug=f"will-{slug}-win-the-harbour-city-mayoral-election",
        question=f"Will {name} win the Harbour City mayoral election?",
        character=replace(EXCLUSIVE, anchor=share),
        group_title=name,
        volume_dollars=volume_dollars,
    )


CATALOGUE: tuple[EventPlan, ...] = (
    EventPlan(
        slug="btc-updown-15m-{start}",
        title="Bitcoin Up or Down - {window}",
        category="Crypto",
        description="Up if Bitcoin ends the fifteen minutes at or above where it began them.",
        markets=(
            MarketPlan(
                slug="btc-updown-15m-{start}",
                question="Bitcoin Up or Down - {window}",
                character=FAST,
                outcomes=("Up", "Down"),
                volume_dollars=184_000,
            ),
        ),
        fee_ppm=70_000,
        lasts_s=900,
        rolls=True,
    ),
    EventPlan(
        slug="fed-cuts-rates-in-december",
        title="Fed cuts rates in December?",
        category="Economics",
        description="Yes if the target range is lowered at the December meeting.",
        markets=(
            MarketPlan(
                slug="fed-cuts-rates-in-december",
                question="Will the Fed cut rates in December?",
                character=STEADY,
                volume_dollars=12_650_000,
            ),
        ),
        fee_ppm=50_000,
        lasts_s=26 * _DAY_S,
    ),
    EventPlan(
        slug="harbour-city-mayoral-election",
        title="Harbour City mayoral election winner",
        category="Politics",
        description="Exactly one of the four is declared the winner.",
        markets=(
            _candidate("anna-lindqvist", "Anna Lindqvist", 0.42, 3_210_000),
            _candidate("marcus-okafor", "Marcus Okafor", 0.29, 2_480_000),
            _candidate("elena-petrova", "Elena Petrova", 0.16, 1_190_000),
            _candidate("another-candidate", "another candidate", 0.13, 640_000),
        ),
        fee_ppm=40_000,
        lasts_s=40 * _DAY_S,
    ),
    EventPlan(
        slug="rovers-vs-united",
        title="Rovers vs. United",
        category="Sports",
        description="The winner after regular time and overtime.",
        markets=(
            MarketPlan(
                slug="rovers-vs-united",
                question="Rovers vs. United",
                character=LIVE_GAME,
                outcomes=("Rovers", "United"),
                volume_dollars=905_000,
            ),
        ),
        fee_ppm=50_000,
        taker_delay_ms=1000,
        lasts_s=8 * 3600,
    ),
    EventPlan(
        slug="government-shutdown-this-winter",
        title="Government shutdown this winter?",
        category="Politics",
        description="Yes if funding lapses before the end of the season.",
        markets=(
            MarketPlan(
                slug="government-shutdown-this-winter",
                question="Will there be a government shutdown this winter?",
                character=QUIET,
                volume_dollars=1_870_000,
            ),
        ),
        fee_ppm=40_000,
        lasts_s=90 * _DAY_S,
    ),
    EventPlan(
        slug="ecb-leaves-rates-unchanged-at-next-meeting",
        title="ECB leaves rates unchanged at its next meeting?",
        category="Economics",
        description="Yes if the deposit rate is the same after the meeting as before.",
        markets=(
            MarketPlan(
                slug="ecb-leaves-rates-unchanged-at-next-meeting",
                question="Will the ECB leave rates unchanged at its next meeting?",
                character=NEAR_CERTAIN,
                tick=10,
                volume_dollars=5_420_000,
            ),
        ),
        fee_ppm=50_000,
        lasts_s=12 * _DAY_S,
    ),
    EventPlan(
        slug="category-5-hurricane-landfall-this-season",
        title="Category 5 hurricane landfall this season?",
        category="Weather",
        description="Yes if one makes landfall at that strength before the season is over.",
        markets=(
            MarketPlan(
                slug="category-5-hurricane-landfall-this-season",
                question="Will a category 5 hurricane make landfall this season?",
                character=THIN,
                volume_dollars=96_000,
            ),
        ),
        fee_ppm=50_000,
        lasts_s=60 * _DAY_S,
    ),
)
"""Ten markets: fast crypto that rolls, economics, four exclusive outcomes, a match, politics,
a near-certain one on a fine grid, and a thin one."""
