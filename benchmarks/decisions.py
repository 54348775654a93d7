"""How long one decision takes, strategy by strategy, on a book of 50 levels a side."""

from __future__ import annotations

from random import Random
from time import perf_counter_ns

from polyterm.models.book import BookTop, Level
from polyterm.models.enums import EndAction, Side, Urgency
from polyterm.models.ids import ChildId, ConditionId, OrderId, TokenId
from polyterm.models.market import FeeSchedule, Market, Outcome
from polyterm.models.money import UNIT
from polyterm.models.strategy_params import StrategyParams
from polyterm.strategies.base import Funds, MarketView, OrderState, Working
from polyterm.strategies.registry import STRATEGIES
from polyterm.strategies.router import decide

_ROUNDS = 20_000
_NOW = 1_760_000_000_000
_YES = TokenId("1")
_MARKET = Market(
    condition_id=ConditionId("0xab"),
    slug="benchmark",
    question="Benchmark?",
    outcomes=(Outcome(_YES, "Yes"), Outcome(TokenId("2"), "No")),
    tick=10,
    min_size=5 * UNIT,
    fees=FeeSchedule(70_000),
    neg_risk=False,
    protocol="v2",
    accepting_orders=True,
)


def main() -> None:
    """Print p50 and p99 in microseconds for each strategy, idle and about to move."""
    print(f"{'decision':<28}{'p50 us':>9}{'p99 us':>9}")
    for params in (strategy.params.example() for strategy in STRATEGIES.values()):
        for state, age_ms, price in (
            ("place", None, 0),
            ("hold", 5_000, 5_000),
            ("move", 60_000, 4_900),
        ):
            p50, p99 = _measure(_order(params, age_ms, price))
            print(f"{params.strategy + ', ' + state:<28}{p50:>9.1f}{p99:>9.1f}")


def _measure(order: OrderState) -> tuple[float, float]:
    views = [_view(shift) for shift in range(8)]
    random = Random(1)  # noqa: S311 - not for secrets
    taken: list[int] = []
    for number in range(_ROUNDS):
        view = views[number % len(views)]
        start = perf_counter_ns()
        decide(order, view, _NOW, random)
        taken.append(perf_counter_ns() - start)
    taken.sort()
    return taken[_ROUNDS // 2] / 1000, taken[_ROUNDS * 99 // 100] / 1000


def _view(shift: int) -> MarketView:
    bids = tuple(Level(5_000 - 10 * depth, (100 + shift) * UNIT) for depth in range(50))
    asks = tuple(Level(5_020 + 10 * depth, 100 * UNIT) for depth in range(50))
    return MarketView(_MARKET, _YES, BookTop(bids, asks), is_fresh=True, traded=5_000 * UNIT)


def _order(params: StrategyParams, age_ms: int | None, price: int) -> OrderState:
    size = 300 * UNIT
    child = Working(ChildId("0x01"), price, size, size, _NOW - (age_ms or 0), is_live=True)
    return OrderState(
        order_id=OrderId("o1"),
        side=Side.BUY,
        size=size,
        size_cap=size,
        filled=0,
        worst_price=5_500,
        params=params,
        urgency=Urgency.MEDIUM,
        post_only=False,
        accepted_ms=_NOW - 100_000,
        deadline_ms=_NOW + 100_000,
        end_action=EndAction.CANCEL,
        working=() if age_ms is None else (child,),
        children=0 if age_ms is None else 1,
        funds=Funds(1_000 * UNIT, 0, 0, 0, 1_000 * UNIT, 0),
    )


if __name__ == "__main__":
    main()
