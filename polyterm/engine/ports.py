"""What the engine needs from outside, as Protocols: an exchange, and a store.

Outcomes follow the table of rule R2: an answer that does not prove what happened is UNKNOWN, never
a guess. Reads raise `ExchangeError`; sends and cancels never raise for what the network did, they
report it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NoReturn, Protocol

from polyterm.models.book import Level
from polyterm.models.enums import OrderType, Side, TradeStatus
from polyterm.models.ids import ChildId, ConditionId, TokenId, TradeId
from polyterm.models.market import Market
from polyterm.models.money import Dollars, Price, Size
from polyterm.models.snapshot import LastTrade


class ExchangeError(Exception):
    """The exchange did not give what was asked for."""


class UnreachableError(ExchangeError):
    """No answer: connection, timeout, or an answer that makes no sense."""


class AnswerError(ExchangeError):
    """An answer that says no."""

    def __init__(self, status: int, text: str) -> None:
        self.status = status
        """HTTP status."""
        super().__init__(f"{text} (HTTP {status})")


class NotFoundError(AnswerError):
    """The exchange does not know it."""


class Outcome(StrEnum):
    """What is known after a send or a cancel (rule R2)."""

    NOT_SENT = "NOT_SENT"
    """No byte left: the same bytes may be sent again."""
    ACCEPTED = "ACCEPTED"
    REJECTED = "REJECTED"
    """Proved refused; `reason` is the exchange's text."""
    LANDED_BEFORE = "LANDED_BEFORE"
    """The exchange says "Duplicated": these bytes had already arrived."""
    NOT_ACCEPTED = "NOT_ACCEPTED"
    """Not booked now, by its own word (425, 429, 503 modes): wait, then plan anew."""
    UNKNOWN = "UNKNOWN"
    """It may have arrived, or not."""


class Mode(StrEnum):
    """What the exchange takes at the moment (`protocol.md` 5.3)."""

    NORMAL = "normal"
    RESTARTING = "restarting"
    POST_ONLY = "post-only"
    CANCEL_ONLY = "cancel-only"
    DISABLED = "disabled"
    THROTTLED = "throttled"


@dataclass(frozen=True, slots=True)
class ChildTicket:
    """A child order to be signed: integers only."""

    market: Market
    token_id: TokenId
    side: Side
    price: Price
    """On the market's grid."""
    size: Size
    """A multiple of 0.01 share."""
    order_type: OrderType = OrderType.GTC
    post_only: bool = False
    expires_s: int = 0
    """Stated expiry of a GTD order, epoch seconds: the exchange ends it 60 s before."""


@dataclass(frozen=True, slots=True)
class SignedOrder:
    """The exact bytes to send, and the id they will have."""

    child_id: ChildId
    ticket: ChildTicket
    body: bytes = field(repr=False)
    """A signed order is bearer authority until it is dead: never log it."""


@dataclass(frozen=True, slots=True)
class SendReport:
    """What is known after sending one order."""

    outcome: Outcome
    reason: str = ""
    status: str = ""
    """The exchange's word where accepted: live, matched, delayed or unmatched."""
    trade_ids: tuple[TradeId, ...] = ()
    mode: Mode = Mode.NORMAL
    retry_after_s: float | None = None
    is_alarming: bool = False
    """Whether the answer contradicts what was sent, so that a person must look at the order."""


@dataclass(frozen=True, slots=True)
class CancelReport:
    """What is known after a cancel."""

    outcome: Outcome
    cancelled: frozenset[ChildId] = frozenset()
    refused: Mapping[ChildId, str] = field(default_factory=dict[ChildId, str])
    """Ids that were not cancelled, with the exchange's reason: itself evidence."""
    reason: str = ""
    retry_after_s: float | None = None


class RemoteStatus(StrEnum):
    """Status of an order on the exchange's word, its many spellings folded."""

    LIVE = "LIVE"
    DELAYED = "DELAYED"
    MATCHED = "MATCHED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"
    MARKET_CLOSED = "MARKET_CLOSED"
    NO_BALANCE = "NO_BALANCE"
    INVALID = "INVALID"
    UNKNOWN = "UNKNOWN"
    """A word that is not in the protocol: look again, conclude nothing."""

    @property
    def is_final(self) -> bool:
        """Whether the order can trade no more."""
        return self not in {RemoteStatus.LIVE, RemoteStatus.DELAYED, RemoteStatus.UNKNOWN}


@dataclass(frozen=True, slots=True)
class RemoteOrder:
    """An order as the exchange shows it."""

    child_id: ChildId
    condition_id: ConditionId
    token_id: TokenId
    side: Side
    price: Price
    size: Size
    matched: Size
    status: RemoteStatus
    order_type: OrderType
    created_ms: int | None
    text: str = ""
    """The exchange's own word, for the reason shown."""


@dataclass(frozen=True, slots=True)
class TradeLeg:
    """One order's part in a trade."""

    child_id: ChildId
    token_id: TokenId
    side: Side
    price: Price
    size: Size
    is_maker: bool


@dataclass(frozen=True, slots=True)
class TradeReport:
    """A trade as the exchange tells it, reduced to the legs of our own API key."""

    trade_id: TradeId
    condition_id: ConditionId
    status: TradeStatus
    at_ms: int
    legs: tuple[TradeLeg, ...]
    text: str = ""


@dataclass(frozen=True, slots=True)
class BookSnapshot:
    """A whole book from the exchange."""

    token_id: TokenId
    bids: tuple[Level, ...]
    asks: tuple[Level, ...]
    at_ms: int
    """The exchange's clock."""
    tick: Price | None = None
    min_size: Size | None = None


class MarketSink(Protocol):
    """Who listens to market data. Called from the feed's task; must return at once."""

    def book_replaced(self, book: BookSnapshot) -> None:
        """A whole book arrived: it starts or repairs the book of that token."""
        ...

    def level_changed(
        self, token_id: TokenId, side: Side, price: Price, size: Size, at_ms: int
    ) -> None:
        """The aggregate size at one price is now `size`."""
        ...

    def best_seen(self, token_id: TokenId, bid: Price | None, ask: Price | None) -> None:
        """The best prices that the exchange states after the changes before: a check on ours."""
        ...

    def tick_changed(self, token_id: TokenId, tick: Price) -> None:
        """The grid changed: every price off it is refused from now on."""
        ...

    def traded(self, token_id: TokenId, trade: LastTrade) -> None:
        """A print."""
        ...

    def resolved(self, condition_id: ConditionId, winner: TokenId | None) -> None:
        """The market is over."""
        ...

    def market_feed_up(self) -> None:
        """Connected and subscribed: books of this connection follow."""
        ...

    def market_feed_down(self, reason: str) -> None:
        """Nothing seen before may be relied on."""
        ...


class UserSink(Protocol):
    """Who listens to our own orders and trades."""

    def order_reported(self, order: RemoteOrder) -> None:
        """An order was placed, matched in part, or ended."""
        ...

    def trade_reported(self, trade: TradeReport) -> None:
        """A trade happened or moved towards settlement; repeats and regressions occur."""
        ...

    def user_feed_up(self) -> None:
        """Connected: what happened before is not told again, so read it."""
        ...

    def user_feed_down(self, reason: str) -> None:
        """Fills may be happening unseen: poll."""
        ...


class Exchange(Protocol):
    """The client of a Polymarket exchange."""

    @property
    def url(self) -> str:
        """Address, for people."""
        ...

    @property
    def address(self) -> str:
        """The wallet that orders are made for."""
        ...

    @property
    def latency_ms(self) -> float | None:
        """Round trip of the last answered request."""
        ...

    async def connect(self) -> None:
        """Obtain API credentials where there are none; `ExchangeError` where that fails."""
        ...

    async def aclose(self) -> None:
        """Close connections; feeds end."""
        ...

    async def server_time_ms(self) -> int:
        """The exchange's clock, epoch milliseconds, to a second."""
        ...

    async def list_markets(self, limit: int = 50) -> tuple[Market, ...]:
        """Tradable markets, largest volume first."""
        ...

    async def search_markets(self, text: str, limit: int = 20) -> tuple[Market, ...]:
        """Markets whose question or slug holds the text."""
        ...

    async def market_by_slug(self, slug: str) -> Market:
        """One market, with the grid, fees and state of the order exchange itself."""
        ...

    async def market_by_token(self, token_id: TokenId) -> Market:
        """The market that a token belongs to; `NotFoundError` for an unknown token."""
        ...

    async def book(self, token_id: TokenId) -> BookSnapshot:
        """The book, read now."""
        ...

    async def sign(self, ticket: ChildTicket) -> SignedOrder:
        """Sign a child; its id is known from here on."""
        ...

    async def send(self, order: SignedOrder, may_send: Callable[[], bool]) -> SendReport:
        """Send the bytes once; `may_send` is asked after the last wait before the socket."""
        ...

    async def cancel(self, child_ids: Sequence[ChildId]) -> CancelReport:
        """Cancel these; any number."""
        ...

    async def cancel_all(self) -> CancelReport:
        """Cancel every order of the API key, those placed by hand included."""
        ...

    async def heartbeat(self) -> None:
        """Say that we are there; from the first on, ten seconds of silence cancel everything."""
        ...

    async def open_orders(self) -> tuple[RemoteOrder, ...]:
        """All open orders of the API key."""
        ...

    async def order(self, child_id: ChildId) -> RemoteOrder | None:
        """One order in any status; nothing where the exchange does not show it."""
        ...

    async def trades(self, since_ms: int) -> tuple[TradeReport, ...]:
        """Our trades since then, oldest first."""
        ...

    async def cash(self) -> Dollars:
        """Balance of pUSD."""
        ...

    async def holding(self, token_id: TokenId) -> Size:
        """Balance of a token, settled shares only."""
        ...

    def watch(self, token_ids: Iterable[TokenId]) -> None:
        """Set the tokens that the market feed follows; takes effect at once."""
        ...

    async def run_market_feed(self, sink: MarketSink) -> NoReturn:
        """Follow the watched tokens until cancelled, over every disconnect."""
        ...

    async def run_user_feed(self, sink: UserSink) -> NoReturn:
        """Follow our own orders and trades until cancelled, over every disconnect."""
        ...
