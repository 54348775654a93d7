"""An account's order in the local exchange, from arrival to its end."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from polyterm.models.enums import OrderType, Side
from polyterm.models.ids import ConditionId, TokenId
from polyterm.models.money import PRICE_ONE, Dollars, Price, Size
from polyterm.simulator.accounts import Account, Purse
from polyterm.simulator.order_book import BookOrder


class OrderState(StrEnum):
    """Where an order stands."""

    DELAYED = "DELAYED"
    """Held by the taker delay: not in the book, not to be cancelled (`protocol.md` 3.7)."""
    LIVE = "LIVE"
    MATCHED = "MATCHED"
    CANCELED = "CANCELED"


class Ending(StrEnum):
    """The word for how an order was cancelled (`protocol.md` 2.3)."""

    BY_OWNER = "CANCELED"
    EXPIRED = "CANCELED_EXPIRED_ORDER"
    MARKET_RESOLVED = "CANCELED_MARKET_RESOLVED"
    INVALID = "INVALID"
    FOK_KILLED = "CANCELED_order couldn't be fully filled. FOK orders are fully filled or killed."


@dataclass(frozen=True, slots=True)
class OrderTerms:
    """What an order asks for, read from its signed integers."""

    order_id: str
    condition_id: ConditionId
    token_id: TokenId
    token_index: int
    """0 for the market's first outcome, 1 for the second."""
    side: Side
    price: Price
    """The worst price, of its own token."""
    size: Size
    """Shares; of a BUY sized in dollars, the most it could get at its price."""
    budget: Dollars | None
    """Dollars of a FAK or FOK BUY, which is sized in them; nothing for all others."""
    order_type: OrderType
    post_only: bool = False
    expires_s: int = 0

    @property
    def book_side(self) -> Side:
        """The side in terms of the first outcome."""
        return self.side.opposite if self.token_index else self.side

    @property
    def book_price(self) -> Price:
        """The price in terms of the first outcome."""
        return self.own_price(self.price)

    def own_price(self, book_price: Price) -> Price:
        """A price of the book in terms of this order's token, and the other way round."""
        return PRICE_ONE - book_price if self.token_index else book_price


@dataclass(slots=True, eq=False, kw_only=True)
class TraderOrder(BookOrder):
    """An order that belongs to an account."""

    terms: OrderTerms
    account: Account
    owner: str
    """API key."""
    maker_address: str
    created_ms: int
    state: OrderState = OrderState.LIVE
    ending: str = ""
    """Once cancelled, the word for it."""
    matched: Size = 0
    reserved: int = 0
    """What its purse keeps aside for it: dollars of a BUY, shares of a SELL."""
    trade_ids: list[str] = field(default_factory=list)

    @property
    def is_house(self) -> bool:
        """Never: it belongs to an account."""
        return False

    @property
    def purse(self) -> Purse:
        """Where what it gives comes from."""
        is_buy = self.terms.side is Side.BUY
        return self.account.cash if is_buy else self.account.shares(self.terms.token_id)

    @property
    def status(self) -> str:
        """The word for its state on the wire."""
        return self.ending or self.state.value

    @property
    def is_open(self) -> bool:
        """Whether it may still trade."""
        return self.state in {OrderState.LIVE, OrderState.DELAYED}

    def reserve(self, amount: int) -> None:
        """Keep exactly `amount` aside from now on."""
        self.purse.active += amount - self.reserved
        self.reserved = amount
