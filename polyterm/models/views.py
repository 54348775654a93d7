"""Frozen pictures of the engine's state, for screens, sockets and scripts.

Nothing here is live: a view is what was known when it was made.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

from polyterm.models.enums import (
    ChildStatus,
    EndAction,
    OrderStatus,
    OrderType,
    Side,
    TradeStatus,
    Urgency,
    VenueName,
)
from polyterm.models.events import StopState
from polyterm.models.ids import ChildId, OrderId, TokenId, TradeId
from polyterm.models.money import PRICE_ONE, UNIT, Dollars, Price, Size
from polyterm.models.snapshot import BAND_BPS


class ChildView(msgspec.Struct, frozen=True, kw_only=True):
    """One child order."""

    child_id: ChildId
    order_id: OrderId
    status: ChildStatus
    side: Side
    price: Price
    size: Size
    matched: Size
    """Shares the exchange says were matched."""
    order_type: OrderType
    post_only: bool
    created_ms: int
    ended_ms: int | None
    reason: str

    @property
    def remaining(self) -> Size:
        """What may still trade; nothing once it is dead."""
        return 0 if self.status.is_final else self.size - self.matched


class FillView(msgspec.Struct, frozen=True, kw_only=True):
    """One trade of one child order."""

    trade_id: TradeId
    child_id: ChildId
    order_id: OrderId
    side: Side
    price: Price
    size: Size
    fee: Dollars
    is_maker: bool
    status: TradeStatus
    at_ms: int


class OrderView(msgspec.Struct, frozen=True, kw_only=True):
    """One parent order and what it has done so far."""

    order_id: OrderId
    token_id: TokenId
    slug: str
    question: str
    outcome: str
    side: Side
    strategy: str
    urgency: Urgency
    status: OrderStatus
    reason: str
    """Why it is in that status, or what it waits for now."""
    size: Size
    """Target; that of an order that sizes itself moves with the price."""
    filled: Size
    """Shares filled and not reversed."""
    unsettled: Size
    """The part of `filled` that is still provisional."""
    paid: Dollars
    """Sum of price x size over the fills: what was paid, or taken in by a sell, without fees."""
    fees: Dollars
    worst_price: Price
    tick: Price
    arrival: float | None
    """Micro-price when the order was accepted, in price units."""
    adjustments: int
    working: tuple[ChildView, ...]
    """Children that may still trade."""
    children: int
    """How many children it has had."""
    created_ms: int
    ended_ms: int | None
    deadline_ms: int | None
    end_action: EndAction
    size_cap: Size | None = None
    """What a self-sizing order's target is kept within; the size where the trader set it."""
    band_bps: int = BAND_BPS
    """Half-width of the band that it is worked in, or that is drawn for it."""

    @property
    def remaining(self) -> Size:
        """Shares still wanted."""
        return max(self.size - self.filled, 0)

    @property
    def average_price(self) -> Decimal | None:
        """Dollars per share over the fills, to six decimals; nothing before the first."""
        if not self.filled:
            return None
        return (Decimal(self.paid) / self.filled).quantize(Decimal("0.000001"))

    @property
    def arrival_cost(self) -> Dollars | None:
        """Dollars lost against the arrival price, fees included; negative is a gain.

        Implementation shortfall of what was filled (`execution.md` 4); an estimate, as the
        micro-price is one.
        """
        if self.arrival is None or not self.filled:
            return None
        fair = round(self.arrival * self.filled / PRICE_ONE)
        return self.side.sign * (self.paid - fair) + self.fees

    @property
    def arrival_cost_cents(self) -> float | None:
        """The same in cents per filled share."""
        cost = self.arrival_cost
        return None if cost is None else 100 * cost / self.filled

    @property
    def progress(self) -> float:
        """Filled part of the target, 0 to 1."""
        return min(self.filled / self.size, 1.0) if self.size else 0.0


class AdjustmentView(msgspec.Struct, frozen=True, kw_only=True):
    """One cancel-and-replace of an order, with its reason."""

    number: int
    at_ms: int
    old_price: Price
    new_price: Price
    size: Size
    reason: str


class OrderDetail(msgspec.Struct, frozen=True, kw_only=True):
    """A parent order with everything that happened under it."""

    order: OrderView
    children: tuple[ChildView, ...]
    fills: tuple[FillView, ...]
    adjustments: tuple[AdjustmentView, ...]


class PositionView(msgspec.Struct, frozen=True, kw_only=True):
    """Shares held of one token."""

    token_id: TokenId
    size: Size
    """What the account holds or will, provisional fills included."""
    spendable: Size
    """What may be sold now: settled, and not already offered (rule R5)."""
    slug: str = ""
    """Its market; empty where nobody follows it and polyterm never traded it."""
    outcome: str = ""
    bought: Size = 0
    """All that polyterm's own orders ever bought of it, whether it is still held or not."""
    cost: Dollars = 0
    """What was paid for that, fees included."""

    @property
    def average_cost(self) -> Decimal | None:
        """Dollars per share over the buys of polyterm's own orders; nothing before the first."""
        if not self.bought:
            return None
        return (Decimal(self.cost) / self.bought).quantize(Decimal("0.0001"))


class AccountView(msgspec.Struct, frozen=True, kw_only=True):
    """Money and shares, as far as they are known."""

    address: str
    cash: Dollars
    """Balance of pUSD on the exchange's word."""
    reserved: Dollars
    """Held by open buys, and by fills that the balance does not show yet."""
    positions: tuple[PositionView, ...]
    at_ms: int
    """When the exchange was last asked."""

    @property
    def available(self) -> Dollars:
        """What a new order may spend."""
        return max(self.cash - self.reserved, 0)

    def held(self, token_id: TokenId) -> Size:
        """Shares of a token, provisional ones included."""
        return next((p.size for p in self.positions if p.token_id == token_id), 0)

    def sellable(self, token_id: TokenId) -> Size:
        """Shares of a token that may be sold now."""
        return next((p.spendable for p in self.positions if p.token_id == token_id), 0)


class StopView(msgspec.Struct, frozen=True, kw_only=True):
    """The emergency stop and its proof."""

    state: StopState = StopState.RUNNING
    since_ms: int | None = None
    open_orders: int | None = None
    reason: str = ""


class HealthView(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the engine can be trusted right now."""

    venue: VenueName
    exchange: str
    """Address of the exchange."""
    exchange_up: bool
    """Whether the last request was answered."""
    market_feed_up: bool
    user_feed_up: bool
    feed_age_ms: int | None
    """Since the last frame of market data; nothing before the first."""
    latency_ms: float | None
    """Of the last answered request."""
    loop_lag_ms: float
    """p99 delay of a timer in the event loop over the last ten seconds."""
    running: int
    queued: int
    unknown: int
    """Children whose fate is not known."""
    open_children: int
    exposure: Dollars
    """Worst-case cost of all open buys, plus what the positions cost."""
    stop: StopView
    can_trade: bool
    problem: str
    """Why it cannot trade, or what is wrong; empty when all is well."""

    @property
    def feed_age_s(self) -> float | None:
        """Age of the market data in seconds."""
        return None if self.feed_age_ms is None else self.feed_age_ms / 1000


def shares(size: Size) -> float:
    """Shares for a chart or a bar; never for an order."""
    return size / UNIT
