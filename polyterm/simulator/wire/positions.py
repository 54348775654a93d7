"""Positions as the data API shows them (`protocol.md` 1.3, Data API)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from polyterm.models.enums import Side, TradeStatus
from polyterm.models.ids import TokenId
from polyterm.models.money import UNIT, Dollars, Size, unit_decimal
from polyterm.simulator.accounts import Account
from polyterm.simulator.markets import MarketState
from polyterm.simulator.trades import Trade
from polyterm.simulator.wire.clob_markets import outcome_price
from polyterm.simulator.wire.numbers import iso_text

DUST: Size = UNIT // 100
"""Smaller positions are left out."""


@dataclass(frozen=True, slots=True)
class Bought:
    """What an account ever bought of a token."""

    shares: Size = 0
    dollars: Dollars = 0

    @property
    def average(self) -> Decimal:
        """Dollars paid for a share, without fees."""
        return Decimal(self.dollars) / self.shares if self.shares else Decimal(0)


def bought(trades: Iterable[Trade], account: Account, token_id: TokenId) -> Bought:
    """Add up the buys of a token, failed ones left out."""
    legs = [
        leg
        for trade in trades
        if trade.status is not TradeStatus.FAILED
        for leg in trade.legs
        if leg.account is account and leg.token_id == token_id and leg.side is Side.BUY
    ]
    return Bought(sum(leg.size for leg in legs), sum(leg.dollars for leg in legs))


def position(
    state: MarketState, index: int, account: Account, size: Size, cost: Bought
) -> dict[str, object]:
    """One holding, valued at the mid."""
    market = state.market
    outcome, other = market.outcomes[index], market.outcomes[1 - index]
    shares, price = unit_decimal(size), outcome_price(state, index)
    initial = _cents(shares * cost.average)
    value = _cents(shares * price)
    gain = value - initial
    return {
        "proxyWallet": account.address,
        "asset": outcome.token_id,
        "conditionId": state.id,
        "size": shares,
        "avgPrice": round(cost.average, 6),
        "initialValue": initial,
        "currentValue": value,
        "cashPnl": gain,
        "percentPnl": _cents(gain / initial * 100) if initial else Decimal(0),
        "totalBought": unit_decimal(cost.shares),
        "realizedPnl": Decimal(0),
        "percentRealizedPnl": Decimal(0),
        "curPrice": price,
        "redeemable": state.winner is not None,
        "mergeable": False,
        "title": market.question,
        "slug": market.slug,
        "icon": "",
        "eventSlug": market.event_slug or market.slug,
        "outcome": outcome.name,
        "outcomeIndex": index,
        "oppositeOutcome": other.name,
        "oppositeAsset": other.token_id,
        "endDate": "" if market.end_ms is None else iso_text(market.end_ms),
        "negativeRisk": market.neg_risk,
    }


def _cents(amount: Decimal) -> Decimal:
    return round(amount, 4)
