"""A trade: one taker meets one maker, and what each of them gives and gets."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from polyterm.models.enums import Side, TradeStatus
from polyterm.models.ids import ConditionId, TokenId
from polyterm.models.money import Dollars, Price, Size, notional
from polyterm.simulator.accounts import Account, Purse


class TradeKind(StrEnum):
    """How the two orders settle (`protocol.md` 3.6)."""

    COMPLEMENTARY = "COMPLEMENTARY"
    """A buy meets a sell of the same token."""
    MINT = "MINT"
    """Two buys, of either token: their dollars become a pair of shares."""
    MERGE = "MERGE"
    """Two sells, of either token: the pair becomes dollars again."""


@dataclass(frozen=True, slots=True)
class Leg:
    """One order's part of a trade, in its own token and price."""

    order_id: str
    owner: str
    maker_address: str
    account: Account
    token_id: TokenId
    token_index: int
    outcome: str
    side: Side
    price: Price
    size: Size
    fee: Dollars = 0

    @property
    def dollars(self) -> Dollars:
        """Shares times price; exact, because sizes are whole hundredths."""
        return notional(self.price, self.size)

    @property
    def gives(self) -> tuple[Purse, int]:
        """What leaves the account, and from where: a BUY's fee comes on top."""
        if self.side is Side.BUY:
            return self.account.cash, self.dollars + self.fee
        return self.account.shares(self.token_id), self.size

    @property
    def gets(self) -> tuple[Purse, int]:
        """What the account receives, and where: a SELL's fee comes out of it."""
        if self.side is Side.BUY:
            return self.account.shares(self.token_id), self.size
        return self.account.cash, self.dollars - self.fee


@dataclass(slots=True, eq=False)
class Trade:
    """A match, on its way to settlement."""

    id: str
    condition_id: ConditionId
    taker: Leg
    maker: Leg
    bucket: int
    """Its number among the trades of one arrival."""
    matched_ms: int
    updated_ms: int
    status: TradeStatus = TradeStatus.MATCHED
    transaction_hash: str = ""
    error: str = ""

    @property
    def kind(self) -> TradeKind:
        """How it settles."""
        if self.taker.side is not self.maker.side:
            return TradeKind.COMPLEMENTARY
        return TradeKind.MINT if self.taker.side is Side.BUY else TradeKind.MERGE

    @property
    def legs(self) -> tuple[Leg, Leg]:
        """Taker and maker."""
        return self.taker, self.maker
