"""The runs whose every decision is kept; `python -m tests.strategies.golden_runs` writes them anew.

A difference is a change of behaviour: look at it before it is kept.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from polyterm.models.book import BookTop, Level
from polyterm.models.enums import EndAction, Side
from polyterm.models.money import UNIT, Price
from polyterm.models.strategy_params import StrategyParams
from polyterm.simulator.recording import BookRow, CloseRow, TickRow
from polyterm.simulator.recording_file import open_recording
from polyterm.strategies.base import MarketView, OrderState
from tests.recordings import recordings
from tests.strategies.factory import (
    T0,
    YES,
    funds,
    iceberg,
    kelly,
    market,
    micro,
    order,
    seeded,
    twap,
    vwap,
)
from tests.strategies.simulation import Simulation

KEPT = Path(__file__).parent / "golden"
ORDERS: dict[str, Callable[[], OrderState]] = {
    "iceberg": lambda: _order(iceberg("40", tranche_timeout_s="60")),
    "micro_price": lambda: _order(micro()),
    "kelly": lambda: replace(_order(kelly("0.62", "0.5")), size=0, funds=funds("500")),
    "twap": lambda: _order(twap(duration_s="480", slices="8")),
    "vwap": lambda: _order(vwap(participation="0.2")),
}
_TRADED_A_SECOND = 5 * UNIT


def runs() -> Iterator[tuple[str, Callable[[int], MarketView]]]:
    """Every market there is here: the synthetic one, and the recorded ones by name."""
    yield "synthetic", synthetic
    for path in recordings():
        yield path.name.removesuffix(".csv.gz"), recorded(path)


def trace(at: Callable[[int], MarketView]) -> str:
    """What every strategy decides on that market, as text."""
    lines: list[str] = []
    for name, make in ORDERS.items():
        lines.append(f"# {name}")
        lines.extend(Simulation(make(), at, seed=7, fill_chance=0.01).run().trace)
    return "\n".join(lines) + "\n"


def synthetic(now_ms: int) -> MarketView:
    """A walk of a cent a step, with a spread of one to three ticks and uneven sizes."""
    step = (now_ms - T0) // 5_000
    bid = 4_500
    for number in range(step + 1):
        bid += 100 * seeded(number).choice([-1, 0, 0, 1])
    draw = seeded(step + 10_000)
    ask = bid + 100 * draw.choice([1, 1, 2, 3])
    return _view(now_ms, 100, _levels(bid, -100, draw.random()), _levels(ask, 100, draw.random()))


def recorded(path: Path) -> Callable[[int], MarketView]:
    """A recording as its strategies saw it, from its first row on."""
    rows = list(open_recording(path).rows())
    starts: list[int] = []
    views: list[MarketView] = []
    tick, is_open = 100, True
    top = BookTop()
    for row in rows:
        match row:
            case BookRow():
                top = BookTop(row.bids, row.asks)
            case TickRow():
                tick = row.tick
            case CloseRow():
                is_open = False
            case _:
                pass
        starts.append(T0 + row.ms)
        views.append(_view(T0, tick, top.bids, top.asks, is_open=is_open))

    def at(now_ms: int) -> MarketView:
        newest = views[max(bisect_right(starts, now_ms) - 1, 0)]
        return replace(newest, traded=_traded(now_ms))

    return at


def _order(params: StrategyParams) -> OrderState:
    state = order(
        params,
        Side.BUY,
        "300",
        "0.95",
        deadline_s=600,
        end_action=EndAction.CROSS,
    )
    return replace(state, seed=7)


def _levels(best: Price, step: Price, draw: float) -> tuple[Level, ...]:
    return tuple(Level(best + step * n, round((50 + 400 * draw) * UNIT)) for n in range(5))


def _view(
    now_ms: int,
    tick: Price,
    bids: tuple[Level, ...],
    asks: tuple[Level, ...],
    *,
    is_open: bool = True,
) -> MarketView:
    of = replace(market(accepting=is_open), tick=tick)
    return MarketView(of, YES, BookTop(bids[:20], asks[:20]), True, _traded(now_ms))


def _traded(now_ms: int) -> int:
    return (now_ms - T0) // 1000 * _TRADED_A_SECOND


def main() -> None:
    """Keep the traces of all markets that are here."""
    for name, at in runs():
        (KEPT / f"{name}.txt").write_text(trace(at))


if __name__ == "__main__":
    main()
