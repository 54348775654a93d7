"""A child of a schedule: it rests at first, and takes within the limit once its time is short."""

from __future__ import annotations

from random import Random

from polyterm.models.enums import OrderType
from polyterm.models.money import Size
from polyterm.strategies.adaptation import Answer, adapt, moved
from polyterm.strategies.base import Decision, MarketView, OrderState, Place, Wait, Working
from polyterm.strategies.feasibility import SPACING_MS, shares
from polyterm.strategies.pricing import competitive, taking, words


def show(order: OrderState, market: MarketView, size: Size, label: str, *, late: bool) -> Decision:
    """Place a child: resting at a competitive price, or taking the best where it is late."""
    price = taking(order, market, size) if late else None
    if price is not None:
        return Place(price, size, f"{label}: {shares(size)}, late, take at {words(price)}")
    price = competitive(order, market)
    if price is None:
        return Wait(f"{label}: no room to rest on our side of the book")
    reason = f"{label}: {shares(size)}, rest at {words(price)}"
    return Place(price, size, reason, OrderType.GTC, post_only=True)


def watch(
    order: OrderState,
    child: Working,
    market: MarketView,
    now_ms: int,
    label: str,
    late_ms: int | None,
) -> Decision:
    """Leave it, improve it, or take with it from `late_ms` on, if ever."""
    if late_ms is None or now_ms < late_ms:
        return _improve(order, child, market, now_ms, label, late_ms)
    price = taking(order, market, child.remaining)
    if price is None or price == child.price:
        return _improve(order, child, market, now_ms, label, None)
    ready_ms = child.since_ms + SPACING_MS
    if now_ms < ready_ms:
        return Wait(f"{label}: about to take at {words(price)}", ready_ms)
    return moved(order, market, child, price, f"{label}: late, take at {words(price)}")


def _improve(
    order: OrderState,
    child: Working,
    market: MarketView,
    now_ms: int,
    label: str,
    look_ms: int | None,
) -> Decision:
    adaptation = adapt(order, child, market, now_ms)
    if adaptation.answer is Answer.WAIT:
        times = [time for time in (adaptation.until_ms, look_ms) if time is not None]
        return Wait(f"{label}: {adaptation.reason}", min(times, default=None))
    return moved(order, market, child, adaptation.price, f"{label}: {adaptation.reason}")


def varied(random: Random, size: Size, variation: float) -> Size:
    """`size` with a random part of it added or taken: 0.2 is +-20 %."""
    return round(size * (1 + variation * (2 * random.random() - 1)))
