"""What a strategy is given, and what it may answer.

A strategy is a function `decide(order, market, now_ms, random) -> Decision`. It is asked again on
every change of the book, after every fill or change of a child, and when a time it named has come.
It keeps nothing between two calls: all that it needs is in the order's state, and `random` gives
the same draws until the order has placed another child. So a restart in mid-plan changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Protocol, TypeAlias

from polyterm.models.book import BookTop
from polyterm.models.enums import EndAction, OrderType, Side, Urgency
from polyterm.models.ids import ChildId, OrderId, TokenId
from polyterm.models.market import Market
from polyterm.models.money import PRICE_ONE, Dollars, Price, Size
from polyterm.models.plan import PlanView
from polyterm.models.strategy_params import StrategyParams


@dataclass(frozen=True, slots=True)
class Working:
    """A child that may still trade."""

    child_id: ChildId
    price: Price
    size: Size
    remaining: Size
    since_ms: int
    """When it was written down."""
    is_live: bool
    """Whether the exchange has confirmed it and no cancel is under way: only such may be moved."""
    ahead: Size | None = None
    """Shares before it in the queue at its price, an upper bound; nothing where not known."""


@dataclass(frozen=True, slots=True)
class Funds:
    """What the account has for this order, and for the sizing of it."""

    available: Dollars
    """Cash a new child may spend."""
    sellable: Size
    """Shares of the order's token that may be sold now."""
    held: Size
    """Shares of the order's token held, provisional ones included."""
    held_opposite: Size
    """Shares of the market's other outcome held."""
    wealth: Dollars
    """Cash, own open buys and all positions at the bid: the default bankroll."""
    held_value: Dollars
    """Worth at the bid of both outcomes of this market held: part of `wealth`."""


@dataclass(frozen=True, slots=True)
class OrderState:
    """What is known of the parent order."""

    order_id: OrderId
    side: Side
    size: Size
    """Target, in millionths of a share."""
    size_cap: Size | None
    """What the trader typed as size; a Kelly order may be resized up to it."""
    filled: Size
    worst_price: Price
    params: StrategyParams
    urgency: Urgency
    post_only: bool
    accepted_ms: int
    deadline_ms: int | None
    end_action: EndAction
    working: tuple[Working, ...] = ()
    children: int = 0
    """Children placed so far, ended ones included."""
    adjustments: int = 0
    last_adjusted_ms: int | None = None
    last_ended_ms: int | None = None
    """When the last child ended, however it ended."""
    funds: Funds | None = None
    paid: Dollars = 0
    """Sum of price x size over the fills, as `OrderView.paid`: what a largest stake counts."""
    resized_ms: int | None = None
    """When the target was last set anew."""
    crossed: bool = False
    """Whether the end action's child was sent already: it is sent once."""
    seed: int = 0
    """The order's own number: what a schedule must draw alike at every look is drawn from it."""
    filled_before: Size = 0
    """The part of `filled` that was there before `MarketView.traded` began to count."""
    stepped_ahead: int = 0
    """Children of this run that others stepped ahead of within moments: the leak meter."""
    volume_cap: float | None = None
    """Largest part of the traded volume, and of a level it takes from; no cap where not set."""

    @property
    def remaining(self) -> Size:
        """Shares still wanted."""
        return max(self.size - self.filled, 0)

    @property
    def unplaced(self) -> Size:
        """Shares still wanted that no working child stands for."""
        return max(self.remaining - sum(child.remaining for child in self.working), 0)


@dataclass(frozen=True, slots=True)
class MarketView:
    """The market as the others made it: our own resting orders are taken out."""

    market: Market
    token_id: TokenId
    book: BookTop
    is_fresh: bool
    """Whether a decision may rest on this book (rule R6)."""
    traded: Size = 0
    """Shares printed since the order was first worked in this run, our own fills among them."""
    estimate: float | None = None
    """Fair price by another estimator than the weighted mid, in price units."""

    @property
    def micro(self) -> float | None:
        """Micro-price of the others' book, in price units."""
        return self.book.micro if self.estimate is None else self.estimate

    @property
    def tick(self) -> Price:
        """Price step of the market."""
        return self.market.tick


@dataclass(frozen=True, slots=True)
class Wait:
    """Do nothing before that time, or before something changes."""

    reason: str
    until_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Send one child."""

    price: Price
    size: Size
    reason: str
    order_type: OrderType = OrderType.GTC
    post_only: bool = False


@dataclass(frozen=True, slots=True)
class Replace:
    """Cancel a child, prove it dead, send what it left at another price."""

    child_id: ChildId
    price: Price
    reason: str
    post_only: bool = False


@dataclass(frozen=True, slots=True)
class Cancel:
    """Cancel a child, and ask again."""

    child_id: ChildId
    reason: str


@dataclass(frozen=True, slots=True)
class Resize:
    """Set another target; ask again."""

    size: Size
    reason: str


@dataclass(frozen=True, slots=True)
class Done:
    """The order has done what it could: working children are cancelled, then it ends."""

    reason: str
    leave_working: bool = False
    """Leave working children at the exchange (end action `leave`)."""


@dataclass(frozen=True, slots=True)
class Fail:
    """The order cannot go on: working children are cancelled, then it ends as failed."""

    reason: str


Decision: TypeAlias = Wait | Place | Replace | Cancel | Resize | Done | Fail


class Decide(Protocol):
    """What a strategy does next."""

    def __call__(
        self, order: OrderState, market: MarketView, now_ms: int, random: Random
    ) -> Decision: ...


@dataclass(frozen=True, slots=True)
class Intent:
    """An order that is not accepted yet, as far as a plan depends on it."""

    params: StrategyParams
    side: Side
    size: Size
    worst_price: Price
    urgency: Urgency
    post_only: bool
    market: Market
    starts_ms: int
    deadline_ms: int | None


Planner: TypeAlias = Callable[[Intent], PlanView]


@dataclass(frozen=True, slots=True)
class Taken:
    """What a strategy would take from the book now, and up to which price."""

    size: Size
    price: Price


Crossing: TypeAlias = Callable[[OrderState, MarketView], Taken]


@dataclass(frozen=True, slots=True)
class Strategy:
    """All that the house needs of a strategy: forms, flags, checks and help come from it."""

    params: type[StrategyParams]
    label: str
    """What a person calls it."""
    decide: Decide
    plan: Planner
    """The children it would place, rewritten to what the market allows; pure."""
    crossing: Crossing | None = None
    """The most that may be taken at the deadline; all that is left where not set."""

    @property
    def name(self) -> str:
        """What requests, flags and the journal call it."""
        return self.params.model_fields["strategy"].default


@dataclass(frozen=True, slots=True)
class UrgencyProfile:
    """How soon price is given up for time (`design.md` 6)."""

    patience_ms: int
    """How long a child stands still before the order considers paying more."""
    max_adjustments: int
    """How often the price may be improved for lack of patience."""
    step: Price
    """By how much, at most, in price units; rounded to at least one tick."""


URGENCY: dict[Urgency, UrgencyProfile] = {
    Urgency.LOW: UrgencyProfile(60_000, 3, PRICE_ONE * 3 // 1000),
    Urgency.MEDIUM: UrgencyProfile(30_000, 5, PRICE_ONE * 5 // 1000),
    Urgency.HIGH: UrgencyProfile(10_000, 10, PRICE_ONE * 10 // 1000),
}
