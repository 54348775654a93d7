"""Giving up price for time: when a resting child may be improved, and by how much."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from polyterm.models.enums import Side
from polyterm.models.money import Price, floor_to, format_units
from polyterm.strategies.base import (
    URGENCY,
    Cancel,
    Decision,
    MarketView,
    OrderState,
    Replace,
    UrgencyProfile,
    Wait,
    Working,
)
from polyterm.strategies.detection import (
    Undercut,
    at_price_ms,
    is_overpriced,
    undercut,
    undercut_by,
)
from polyterm.strategies.pricing import (
    ahead,
    opposite_best,
    resting,
    taking,
    toward_opposite,
    words,
)
from polyterm.strategies.queue_value import front

SOONEST_MS: Final = 2_000
"""No reaction to an undercut before that."""
_HASTE: Final[dict[Undercut, int]] = {Undercut.NONE: 1, Undercut.LIGHT: 2, Undercut.HEAVY: 5}
"""By how much an undercut shortens the patience."""


class Answer(StrEnum):
    """What to do about the price."""

    WAIT = "WAIT"
    INCREASE_BID = "INCREASE_BID"
    DECREASE_ASK = "DECREASE_ASK"


_IMPROVE: Final = {Side.BUY: Answer.INCREASE_BID, Side.SELL: Answer.DECREASE_ASK}


@dataclass(frozen=True, slots=True)
class Adaptation:
    """The answer, the price it leads to, and why."""

    answer: Answer
    price: Price
    reason: str
    until_ms: int | None = None
    """When to look again where the answer is to wait."""


def adapt(order: OrderState, child: Working, market: MarketView, now_ms: int) -> Adaptation:
    """Say whether a resting child should be improved now, within the limits of its urgency."""
    profile = URGENCY[order.urgency]
    if order.adjustments >= profile.max_adjustments:
        return _hold(child, f"all {profile.max_adjustments} adjustments used")
    cut = undercut(market.book, order.side, child.price, margin=market.tick)
    patience_ms = reaction_ms(profile, cut)
    if cut is Undercut.NONE:
        patience_ms = int(patience_ms * (1 + front(child, market, order.side)))
    due_ms = child.since_ms + patience_ms
    if now_ms < due_ms:
        return _hold(child, _standing(order, child, market, cut), due_ms)
    if order.post_only and is_overpriced(market, order.side, child.price):
        return _hold(child, f"already past the micro-price {words(market.micro or 0)}")
    price = improved(order, child, market, step(profile, market.tick))
    if price is None or ahead(order.side, price, child.price) <= 0:
        return _hold(child, f"no better price within {words(order.worst_price)}")
    seconds = at_price_ms(child, now_ms) // 1000
    why = f"{_cause(order, child, market, cut)}: {seconds} s at {words(child.price)}"
    return Adaptation(_IMPROVE[order.side], price, f"{why}, step to {words(price)}")


def reaction_ms(profile: UrgencyProfile, cut: Undercut) -> int:
    """How long a child stands before it is improved: shorter the worse it is undercut."""
    return max(profile.patience_ms // _HASTE[cut], SOONEST_MS)


def step(profile: UrgencyProfile, tick: Price) -> Price:
    """The profile's step on this grid: at least one tick."""
    return max(floor_to(profile.step, tick), tick)


def improved(order: OrderState, child: Working, market: MarketView, by: Price) -> Price | None:
    """One step towards the opposite side; across the spread only where the order may take."""
    wanted = toward_opposite(order.side, child.price, by)
    if order.side.crosses(wanted, opposite_best(market.book, order.side)):
        price = taking(order, market, child.remaining)
        if price is not None:
            return price
    return resting(order, market, wanted)


def moved(
    order: OrderState, market: MarketView, child: Working, price: Price, reason: str
) -> Decision:
    """Take a child to another price, or out of the way where it is too small to be sent again."""
    min_size = market.market.min_size
    if child.remaining >= min_size:
        rests = not order.side.crosses(price, opposite_best(market.book, order.side))
        return Replace(child.child_id, price, reason, post_only=rests)
    left = f"{format_units(child.remaining, 0)} shares left at {words(child.price)}"
    if order.remaining >= min_size:
        return Cancel(child.child_id, f"{left}, too few to move: joined to the rest")
    return Wait(f"{left}, too few to move")


def _hold(child: Working, reason: str, until_ms: int | None = None) -> Adaptation:
    return Adaptation(Answer.WAIT, child.price, reason, until_ms)


def _cause(order: OrderState, child: Working, market: MarketView, cut: Undercut) -> str:
    if cut is Undercut.NONE:
        return "not filled"
    return f"undercut by {words(undercut_by(market.book, order.side, child.price))}"


def _standing(order: OrderState, child: Working, market: MarketView, cut: Undercut) -> str:
    at = f"resting at {words(child.price)}"
    return at if cut is Undercut.NONE else f"{at}, {_cause(order, child, market, cut)}"
