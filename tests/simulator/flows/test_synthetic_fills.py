from __future__ import annotations

from random import Random
from statistics import mean, median

from polyterm.models.enums import Side
from polyterm.models.ids import ConditionId
from polyterm.models.money import UNIT, Price, Size
from polyterm.simulator.flows.synthetic import SyntheticFlow
from tests.fakes.flow_host import FakeFlowHost


def _best(host: FakeFlowHost, condition_id: ConditionId, side: Side) -> Price:
    return host.book(condition_id, 1).side(side)[0].price


def _inside(host: FakeFlowHost, condition_id: ConditionId, side: Side) -> Price | None:
    market = host.markets[condition_id]
    spread = host.book(condition_id, 1).spread or 0
    return (
        _best(host, condition_id, side) + side.sign * market.tick if spread > market.tick else None
    )


async def _times_to_fill(seed: int, *, inside: bool) -> list[float]:
    """Seconds until each of many orders was filled, one at a time in every market; 31 for never."""
    host, chance = FakeFlowHost(), Random(seed)
    times: list[float] = []
    async with host.running(SyntheticFlow(), Random(seed)):
        for start_s in range(20, 20 + 4 * 32, 32):
            await host.advance_to(start_s)
            waiting: dict[str, Size] = {}
            for condition_id in host.markets:
                side, size = chance.choice(list(Side)), chance.randint(20, 100) * UNIT
                price = (_inside if inside else _best)(host, condition_id, side)
                if price is not None:
                    waiting[host.place_trader(condition_id, side, price, size)] = size
            for waited_s in range(1, 31):
                await host.advance_to(start_s + waited_s)
                filled = [order for order, size in waiting.items() if host.filled(order) == size]
                times += [waited_s] * len(filled)
                for order in filled:
                    del waiting[order]
            times += [31.0] * len(waiting)
            for order in waiting:
                host.cancel_house(order)
            host.matches.clear()
    return times


async def test_an_order_at_the_best_price_is_usually_filled_within_half_a_minute() -> None:
    times = [time for seed in range(4) for time in await _times_to_fill(seed, inside=False)]
    assert len(times) == 160
    assert mean(time <= 30 for time in times) >= 0.8
    assert 4 < median(times) < 20


async def test_an_order_inside_the_spread_is_filled_sooner() -> None:
    times = [time for seed in range(4) for time in await _times_to_fill(seed, inside=True)]
    assert len(times) > 40
    assert mean(time <= 30 for time in times) >= 0.85
    assert median(times) < 8
