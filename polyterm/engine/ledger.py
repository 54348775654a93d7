"""What was ever bought and sold, token by token, carried along: no order has to be kept for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from polyterm.engine.records import FillRecord, TokenTotals
from polyterm.models.enums import Side, TradeStatus
from polyterm.models.ids import TokenId
from polyterm.models.money import Dollars, notional


class Ledger:
    """Totals of every token; each change is written with the fill that made it."""

    def __init__(self) -> None:
        self._totals: dict[TokenId, TokenTotals] = {}
        self._spent: Dollars = 0

    def load(self, totals: Iterable[TokenTotals]) -> None:
        """Go on from what earlier runs carried."""
        for each in totals:
            self._keep(each)

    def __iter__(self) -> Iterator[TokenTotals]:
        return iter(self._totals.values())

    @property
    def tokens(self) -> Iterable[TokenId]:
        """Every token that was ever traded here."""
        return self._totals.keys()

    def of(self, token_id: TokenId) -> TokenTotals | None:
        """Totals of one token; nothing where no order of ours ever traded it."""
        return self._totals.get(token_id)

    @property
    def spent(self) -> Dollars:
        """What all buys have cost less what all sells have brought, without fees."""
        return self._spent

    def enter(self, fill: FillRecord, slug: str, outcome: str) -> TokenTotals:
        """Count a new fill; one that has failed already counts nothing."""
        before = self._totals.get(fill.token_id)
        if before is None:
            before = TokenTotals(token_id=fill.token_id, slug=slug, outcome=outcome)
        sign = 0 if fill.status is TradeStatus.FAILED else 1
        return self._keep(_moved(before, fill, sign))

    def take_back(self, fill: FillRecord) -> TokenTotals:
        """Uncount a fill that was entered, and has failed since."""
        return self._keep(_moved(self._totals[fill.token_id], fill, -1))

    def _keep(self, totals: TokenTotals) -> TokenTotals:
        before = self._totals.get(totals.token_id)
        self._spent += _spent(totals) - (_spent(before) if before is not None else 0)
        self._totals[totals.token_id] = totals
        return totals


def _moved(totals: TokenTotals, fill: FillRecord, sign: int) -> TokenTotals:
    size, fee = sign * fill.size, sign * fill.fee
    dollars = sign * notional(fill.price, fill.size)
    if fill.side is Side.BUY:
        return replace(
            totals,
            bought=totals.bought + size,
            paid=totals.paid + dollars,
            buy_fees=totals.buy_fees + fee,
        )
    return replace(
        totals,
        sold=totals.sold + size,
        earned=totals.earned + dollars,
        sell_fees=totals.sell_fees + fee,
    )


def _spent(totals: TokenTotals) -> Dollars:
    return totals.paid - totals.earned
