from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from itertools import pairwise
from random import Random
from statistics import mean, median, quantiles

import pytest

from polyterm.models.ids import ConditionId
from polyterm.models.money import UNIT, Size
from polyterm.models.tick import on_tick
from polyterm.simulator.flows.catalogue import CATALOGUE
from polyterm.simulator.flows.synthetic import SyntheticFlow
from tests.fakes.flow_host import FakeFlowHost

MINUTES = 4
CRYPTO = next(event for event in CATALOGUE if event.rolls)


class Watch:
    """What somebody sees who looks at every market after every change and every half second."""

    def __init__(self, host: FakeFlowHost) -> None:
        self.host = host
        self.spreads: defaultdict[str, list[int]] = defaultdict(list)
        self.touches: defaultdict[str, list[Size]] = defaultdict(list)
        self.mids: defaultdict[str, list[float]] = defaultdict(list)
        self.crossed = 0
        self.off_grid = 0
        host.on_change = self._check

    def _check(self, condition_id: ConditionId) -> None:
        top = self.host.book(condition_id, 1)
        tick = self.host.markets[condition_id].tick
        self.crossed += top.spread is not None and top.spread <= 0
        self.off_grid += any(not on_tick(level.price, tick) for level in (*top.bids, *top.asks))

    def sample(self) -> None:
        for condition_id, market in self.host.markets.items():
            top = self.host.book(condition_id, 1)
            if not market.is_open or top.spread is None:
                continue
            slug = market.listing.market.slug
            self.spreads[slug].append(top.spread // market.tick)
            self.touches[slug] += [top.bids[0].size, top.asks[0].size]
            self.mids[slug].append((top.bids[0].price + top.asks[0].price) / 2)


@pytest.fixture(scope="module", params=[1, 2])
def watch(request: pytest.FixtureRequest) -> Watch:
    return asyncio.run(_watch(request.param))


async def _watch(seed: int) -> Watch:
    host = FakeFlowHost()
    watch = Watch(host)
    async with host.running(SyntheticFlow(), Random(seed)):
        for half_second in range(1, MINUTES * 120 + 1):
            await host.advance_to(half_second / 2)
            watch.sample()
    return watch


def _per_second(watch: Watch) -> dict[str, float]:
    changes = Counter(condition_id for _, condition_id in watch.host.changes)
    return {
        market.listing.market.slug: changes[condition_id] / (MINUTES * 60)
        for condition_id, market in watch.host.markets.items()
    }


def test_books_are_never_crossed_and_always_on_the_grid(watch: Watch) -> None:
    assert (watch.crossed, watch.off_grid) == (0, 0)


def test_both_sides_are_always_quoted(watch: Watch) -> None:
    assert {len(spreads) for spreads in watch.spreads.values()} == {MINUTES * 120}


def test_spreads_are_mostly_one_or_two_ticks(watch: Watch) -> None:
    everything = [spread for spreads in watch.spreads.values() for spread in spreads]
    assert mean(spread <= 2 for spread in everything) > 0.85
    fast = watch.spreads[next(slug for slug in watch.spreads if slug.startswith("btc"))]
    # 83 % on the real thing (`execution.md` 5).
    assert 0.7 < mean(spread == 1 for spread in fast) < 0.95


def test_sizes_at_the_touch_are_tens_to_hundreds_of_shares(watch: Watch) -> None:
    for slug, sizes in watch.touches.items():
        assert 25 * UNIT < median(sizes) < 300 * UNIT, slug
        assert max(sizes) < 4_000 * UNIT, slug


def test_prices_wander_both_ways(watch: Watch) -> None:
    for slug, mids in watch.mids.items():
        moves = Counter((after > before) - (after < before) for before, after in pairwise(mids))
        assert min(moves[1], moves[-1]) > 10, slug


def test_prices_stay_away_from_the_ends(watch: Watch) -> None:
    for slug, mids in watch.mids.items():
        low, high = (9_600, 9_960) if slug.startswith("ecb") else (300, 9_600)
        assert low < min(mids) <= max(mids) < high, slug


def test_exclusive_outcomes_sum_to_about_a_dollar(watch: Watch) -> None:
    candidates = [mids for slug, mids in watch.mids.items() if "mayoral" in slug]
    assert len(candidates) == 4
    sums = [sum(mids) for mids in zip(*candidates, strict=True)]
    assert mean(sums) == pytest.approx(10_000, abs=200)
    assert all(abs(total - 10_000) < 1_000 for total in sums)


def test_the_fast_market_is_busy_and_the_others_are_alive(watch: Watch) -> None:
    rates = _per_second(watch)
    fast = rates.pop(next(slug for slug in rates if slug.startswith("btc")))
    assert 4 < fast < 15
    assert all(1 / 3 < rate < fast for rate in rates.values())


def test_fast_changes_come_in_bursts(watch: Watch) -> None:
    fast = next(iter(watch.host.markets))
    times = [ms for ms, condition_id in watch.host.changes if condition_id == fast]
    gaps = [after - before for before, after in pairwise(times)]
    deciles = quantiles(gaps, n=10)
    assert deciles[4] < 200
    assert 200 < deciles[8] < 1_500


def test_takers_buy_and_sell(watch: Watch) -> None:
    for condition_id in watch.host.markets:
        sides = Counter(
            match.taker_side for match in watch.host.matches if match.condition_id == condition_id
        )
        assert min(sides.values()) > 0.25 * sides.total()
