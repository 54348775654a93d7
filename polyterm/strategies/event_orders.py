"""From the joint Kelly stakes of an event to shares that can be ordered of each outcome."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from polyterm.models.ids import TokenId
from polyterm.models.money import (
    PRICE_ONE,
    SIZE_STEP,
    UNIT,
    Dollars,
    Price,
    Size,
    floor_to,
    notional_up,
)
from polyterm.strategies.feasibility import shares
from polyterm.strategies.kelly_event import Leg, growth_of, stake_event


@dataclass(frozen=True, slots=True)
class Offer:
    """One side of one market of the event, and what it may be bought at."""

    token_id: TokenId
    outcome: int
    """Which of the probabilities is its market's."""
    pays_if_lost: bool
    """Whether it is the NO side."""
    price: Price
    """What a share costs at most: the order's limit."""
    held: Size
    min_size: Size

    @property
    def leg(self) -> Leg:
        """The same for the criterion; an order that only rests pays no fee."""
        return Leg(self.outcome, self.price / PRICE_ONE, self.pays_if_lost)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to order of one offer."""

    offer: Offer
    size: Size
    """0 where nothing is to be ordered."""
    edge: float
    """Expected gain in dollars a share, on its own."""
    note: str = ""
    """Why it is left out although the criterion wants some."""

    @property
    def is_hedge(self) -> bool:
        """Bought without an edge of its own, because it pays where the others lose."""
        return self.size > 0 and self.edge <= 0


@dataclass(frozen=True, slots=True)
class EventStakes:
    """The orders of a whole event, sized together."""

    wanted: tuple[Wanted, ...]
    """One an offer, in the same order."""
    growth: float
    """Expected log growth of all of them."""

    @property
    def cost(self) -> Dollars:
        """Dollars that all of them cost at most."""
        return sum(notional_up(one.offer.price, one.size) for one in self.wanted)


def size_event(
    probabilities: Sequence[float],
    offers: Sequence[Offer],
    *,
    bankroll: Dollars,
    cash: Dollars,
    fraction: float = 0.5,
    hedges: bool = True,
) -> EventStakes:
    """Size the orders of an event together; `ValueError` where the numbers are no such event.

    `probabilities` are of the markets' YES sides; what they lack of 1 is "any other". `bankroll` is
    what we are worth besides the shares of this event. A `fraction` of the full Kelly holding is
    aimed at, shares held included; all of it is scaled down to the `cash` there is.
    """
    rest = 1 - sum(probabilities)
    if rest < -1e-9:
        raise ValueError("the probabilities sum to more than 1")
    chances = [*probabilities, rest] if rest > 1e-9 else list(probabilities)
    edges = [offer.leg.edge(chances) for offer in offers]
    allowed = [n for n, edge in enumerate(edges) if hedges or edge > 0]
    worth = [_worth(winner, offers, bankroll) for winner in range(len(chances))]
    legs = [offers[n].leg for n in allowed]
    full = dict(zip(allowed, stake_event(chances, worth, legs), strict=True))
    targets = [_toward(offer, full.get(n, 0.0), fraction) for n, offer in enumerate(offers)]
    wanted = _affordable(offers, targets, edges, cash)
    bought = [one.size / UNIT for one in wanted]
    every = [offer.leg for offer in offers]
    return EventStakes(wanted, growth_of(chances, worth, every, bought))


def _worth(winner: int, offers: Sequence[Offer], bankroll: Dollars) -> float:
    paying = (offer.held for offer in offers if (offer.outcome == winner) != offer.pays_if_lost)
    return (bankroll + sum(paying)) / UNIT


def _toward(offer: Offer, more: float, fraction: float) -> float:
    """`execution.md` 1.3: the fraction of what would be held in all, less what is held."""
    held = offer.held / UNIT
    return max(fraction * (held + more) - held, 0.0) if more > 0 else 0.0


def _affordable(
    offers: Sequence[Offer], targets: Sequence[float], edges: Sequence[float], cash: Dollars
) -> tuple[Wanted, ...]:
    cost = sum(n * offer.price / PRICE_ONE for n, offer in zip(targets, offers, strict=True))
    scale = min(cash / UNIT / cost, 1.0) if cost > 0 else 0.0
    return tuple(
        _wanted(offer, target * scale, edge)
        for offer, target, edge in zip(offers, targets, edges, strict=True)
    )


def _wanted(offer: Offer, target: float, edge: float) -> Wanted:
    size = floor_to(int(target * UNIT), SIZE_STEP)
    if 0 < size < offer.min_size:
        note = f"{shares(size)} wanted, below the market's minimum of {shares(offer.min_size)}"
        return Wanted(offer, 0, edge, note)
    return Wanted(offer, size, edge)
