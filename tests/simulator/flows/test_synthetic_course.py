from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from polyterm.models.ids import ConditionId
from polyterm.simulator.flows.catalogue import CATALOGUE
from polyterm.simulator.flows.synthetic import SyntheticFlow
from tests.fakes.flow_host import START_MS, FakeFlowHost, Match

CRYPTO = next(event for event in CATALOGUE if event.rolls)
STORY_S = 8
Change = tuple[int, ConditionId]


async def _story(seed: int, pace: float = 1.0) -> tuple[list[Change], list[Match]]:
    host = FakeFlowHost()
    async with host.running(SyntheticFlow(pace=pace), Random(seed)):
        await host.advance_to(STORY_S)
    return host.changes, host.matches


async def test_the_same_seed_tells_the_same_story() -> None:
    assert await _story(5) == await _story(5)
    assert await _story(5) != await _story(6)


async def test_the_pace_multiplies_the_changes() -> None:
    slow, _ = await _story(5)
    fast, _ = await _story(5, pace=40)
    assert len(fast) > 1_000 * STORY_S
    assert len(fast) > 20 * len(slow)


@pytest.mark.parametrize("pace", [0, -1])
def test_a_pace_that_goes_nowhere_is_refused(pace: float) -> None:
    with pytest.raises(ValueError, match="above zero"):
        SyntheticFlow(pace=pace)


async def test_a_market_that_ends_pays_a_winner_and_the_next_one_is_listed() -> None:
    host = FakeFlowHost()
    left_s = (CRYPTO.end_ms(START_MS) - START_MS) / 1000
    async with host.running(SyntheticFlow([CRYPTO]), Random(1)):
        (first,) = host.markets
        await host.advance_to(left_s - 1)
        assert host.markets[first].is_open
        await host.advance_to(left_s + 60)
        _, second = host.markets
        assert not host.markets[first].is_open
        assert host.markets[first].winner in (0, 1)
        ends = [market.listing.market.end_ms or 0 for market in host.markets.values()]
        assert ends[1] - ends[0] == 900_000
        assert host.markets[second].is_open
        assert any(match.condition_id == second for match in host.matches)


async def test_a_flow_is_over_when_all_its_markets_have_ended() -> None:
    short = replace(CATALOGUE[1], lasts_s=30)
    host = FakeFlowHost()
    async with host.running(SyntheticFlow([short]), Random(1)):
        await host.advance_to(300)
        (market,) = host.markets.values()
        assert not market.is_open
        last_change_ms, _ = host.changes[-1]
        assert last_change_ms <= START_MS + 30_000


class LateHost(FakeFlowHost):
    """A host whose clock jumps, as after a laptop was asleep."""

    asleep_s = 0

    def now_ms(self) -> int:
        return super().now_ms() + self.asleep_s * 1000


async def test_after_a_sleep_nothing_is_made_up_for() -> None:
    host = LateHost()
    async with host.running(SyntheticFlow(CATALOGUE[1:]), Random(1)):
        await host.advance_to(10)
        before = len(host.changes)
        host.asleep_s = 3_600
        await host.advance_to(11)
        assert len(host.changes) - before < 200
        await host.advance_to(20)
        assert len(host.changes) > before
