"""Hostile books and orders in every state, each case named by one seed.

Drawn by `random` from the seed: ten times as many cases a second as drawing every field by
hypothesis, and a failing case is still named by one number.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import NamedTuple

from hypothesis import strategies as st

from polyterm.models.book import BookTop, Level
from polyterm.models.enums import EndAction, Side, Urgency
from polyterm.models.ids import ChildId
from polyterm.models.market import FeeSchedule
from polyterm.models.money import PRICE_ONE, SIZE_STEP, UNIT, Price, Size
from polyterm.models.strategy_params import StrategyParams
from polyterm.models.tick import TICKS, clamp, passive
from polyterm.strategies.base import Decision, Funds, MarketView, OrderState, Working
from polyterm.strategies.iceberg_params import IcebergParams
from polyterm.strategies.kelly_params import KellyParams
from polyterm.strategies.micro_price import MicroPriceParams
from polyterm.strategies.registry import STRATEGIES
from polyterm.strategies.router import decide
from polyterm.strategies.twap import TwapParams
from polyterm.strategies.vwap import VwapParams
from tests.strategies.factory import T0, YES, market, order, seeded


class Case(NamedTuple):
    """One order before one market."""

    order: OrderState
    view: MarketView
    seed: int

    def decision(self) -> Decision:
        """What the router says."""
        return decide(self.order, self.view, T0, seeded(self.seed))


def case(seed: int) -> Case:
    """The case of that number."""
    draw = seeded(seed)
    view = _view(draw)
    return Case(_order(draw, view), view, seed)


cases = st.integers(0, 2**40).map(case)


def _view(draw: Random) -> MarketView:
    of = replace(
        market(),
        tick=draw.choice(TICKS),
        fees=FeeSchedule(draw.choice([0, 40_000, 70_000])),
        accepting_orders=_mostly(draw),
    )
    return MarketView(of, YES, _book(draw, of.tick), _mostly(draw), draw.randint(0, 10**12))


def _book(draw: Random, tick: Price) -> BookTop:
    bid = draw.randint(1, PRICE_ONE - 2)
    ask = bid + draw.choice([1, tick, 2 * tick, draw.randint(1, 2_000)])
    if _mostly(draw):
        bid, ask = (clamp(price // tick * tick, tick) for price in (bid, ask))
    if not _mostly(draw):
        ask = bid - draw.randint(0, 300)
    bids = [bid - depth * tick for depth in range(draw.randint(1, 4))]
    asks = [ask + depth * tick for depth in range(draw.randint(1, 4))]
    if not _mostly(draw):
        draw.choice([bids, asks]).clear()
    return BookTop(_levels(draw, bids), _levels(draw, asks))


def _levels(draw: Random, prices: list[Price]) -> tuple[Level, ...]:
    return tuple(Level(price, _size(draw)) for price in prices if 0 < price < PRICE_ONE)


def _size(draw: Random) -> Size:
    return draw.choice(
        [draw.randint(1, 10 * UNIT), draw.randint(1, 10**10), draw.randint(1, 10**12)]
    )


def _order(draw: Random, view: MarketView) -> OrderState:
    side, post_only = draw.choice(list(Side)), draw.random() < 0.4
    size = draw.randint(1, draw.choice([2_000, 500_000])) * SIZE_STEP
    filled = draw.choice([0, 0, draw.randint(0, size)])
    working = _working(draw, view, side, size - filled)
    ends = [end for end in EndAction if not (post_only and end is EndAction.CROSS)]
    params, urgency = _params(draw), draw.choice(list(Urgency))
    return replace(
        order(params, side, urgency=urgency, post_only=post_only, end_action=draw.choice(ends)),
        size=size,
        size_cap=draw.choice([None, size]),
        filled=filled,
        worst_price=_limit(draw, side),
        deadline_ms=draw.choice([None, None, T0 + draw.randint(-60_000, 60_000)]),
        working=working,
        children=len(working) + draw.randint(0, 2),
        adjustments=draw.choice([0, 0, draw.randint(0, 12)]),
        last_ended_ms=draw.choice([None, T0 - draw.randint(0, 60_000)]),
        resized_ms=draw.choice([None, T0 - draw.randint(0, 10_000)]),
        paid=filled * draw.randint(1, PRICE_ONE) // PRICE_ONE,
        crossed=not _mostly(draw),
        funds=_funds(draw),
        accepted_ms=T0 - draw.randint(0, 600_000),
        seed=draw.getrandbits(32),
        filled_before=draw.randint(0, filled),
        volume_cap=draw.choice([None, None, draw.random()]),
    )


def _working(draw: Random, view: MarketView, side: Side, rest: Size) -> tuple[Working, ...]:
    if rest <= 0 or draw.random() < 0.4:
        return ()
    levels = view.book.side(side) or view.book.side(side.opposite)
    near = levels[0].price if levels else PRICE_ONE // 2
    price = near + draw.randint(-5, 5) * view.tick
    left = draw.choice([rest, draw.randint(1, rest)])
    child = Working(
        ChildId("0x01"),
        price=clamp(passive(price, view.tick, side), view.tick),
        size=draw.randint(left, rest),
        remaining=left,
        since_ms=T0 - draw.randint(0, 120_000),
        is_live=_mostly(draw),
    )
    return (child,)


def _limit(draw: Random, side: Side) -> Price:
    open_limit = PRICE_ONE - 1 if side is Side.BUY else 1
    return draw.choice([open_limit, draw.randint(1, PRICE_ONE - 1)])


def _params(draw: Random) -> StrategyParams:
    name = draw.choice(list(STRATEGIES))
    return _DRAWN[name](draw) if name in _DRAWN else STRATEGIES[name].params.example()


def _iceberg(draw: Random) -> IcebergParams:
    least, most = sorted(Decimal(draw.randint(1, 50_000)) / 100 for _ in range(2))
    shortest, longest = sorted(Decimal(draw.randint(0, 20)) for _ in range(2))
    return IcebergParams(
        tranche_size=draw.choice([None, Decimal(draw.randint(1, 50_000)) / 100]),
        tranche_variation=Decimal(draw.randint(0, 50)) / 100,
        min_tranche=draw.choice([None, least]),
        max_tranche=draw.choice([None, most]),
        min_delay_s=shortest,
        max_delay_s=longest,
    )


def _micro_price(draw: Random) -> MicroPriceParams:
    return MicroPriceParams(
        threshold_bps=draw.choice([50, draw.randint(1, 5_000)]),
        aggression_bps=draw.choice([100, draw.randint(0, 5_000)]),
        max_adjustments=draw.randint(0, 20),
        min_interval_s=Decimal(draw.randint(0, 5)),
    )


def _kelly(draw: Random) -> KellyParams:
    return KellyParams(
        probability=Decimal(draw.randint(1, 99)) / 100,
        fraction=Decimal(draw.randint(1, 100)) / 100,
        bankroll=draw.choice([None, Decimal(draw.randint(1, 10_000))]),
        max_stake=draw.choice([None, Decimal(draw.randint(1, 1_000))]),
        aggression_bps=draw.randint(0, 5_000),
    )


def _twap(draw: Random) -> TwapParams:
    return TwapParams(
        duration_s=Decimal(draw.randint(10, 600)),
        slices=draw.randint(1, 60),
        variation=Decimal(draw.randint(0, 40)) / 100,
        take_after=Decimal(draw.randint(0, 10)) / 10,
        max_catch_up=Decimal(draw.randint(1, 5)),
    )


def _vwap(draw: Random) -> VwapParams:
    return VwapParams(
        participation=Decimal(draw.randint(1, 50)) / 100,
        child_size=draw.choice([None, Decimal(draw.randint(1, 50_000)) / 100]),
        variation=Decimal(draw.randint(0, 50)) / 100,
        take_after_s=Decimal(draw.randint(1, 120)),
    )


_DRAWN: dict[str, Callable[[Random], StrategyParams]] = {
    "iceberg": _iceberg,
    "micro_price": _micro_price,
    "kelly": _kelly,
    "twap": _twap,
    "vwap": _vwap,
}


def _funds(draw: Random) -> Funds:
    held = draw.choice([0, draw.randint(0, 10**10)])
    worth = draw.randint(0, held)
    return Funds(
        available=draw.randint(0, 10**10),
        sellable=draw.randint(0, held),
        held=held,
        held_opposite=draw.choice([0, draw.randint(0, 10**9)]),
        wealth=draw.randint(0, 10**10) + worth,
        held_value=worth,
    )


def _mostly(draw: Random) -> bool:
    return draw.random() < 0.95
