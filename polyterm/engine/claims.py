"""What our children lay claim to, cash and shares, kept current child by child.

Every order asks what is free whenever it decides, so that must not cost a look at all the others.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from polyterm.engine.market_monitor import MarketMonitor
from polyterm.engine.order_register import OrderRegister
from polyterm.engine.parent import Child
from polyterm.models.enums import Side
from polyterm.models.ids import ChildId, TokenId
from polyterm.models.money import Dollars, Size, notional_up


@dataclass(frozen=True, slots=True)
class _Claim:
    child: Child
    cash: Dollars
    shares: Size


class Claims:
    """Worst-case cost of buys that are open or whose trades are not all in, and shares offered."""

    def __init__(self, register: OrderRegister, monitor: MarketMonitor) -> None:
        self._register = register
        self._monitor = monitor
        self._kept: dict[ChildId, _Claim] = {}
        self._stale: dict[ChildId, Child] = {}
        self._cash: Dollars = 0
        self._shares: Counter[TokenId] = Counter()
        self._markets_version = monitor.markets_version
        register.on_child = self._note

    @property
    def cash(self) -> Dollars:
        """Cash that must stay free for them."""
        self._catch_up()
        return self._cash

    def shares(self, token_id: TokenId) -> Size:
        """Shares of a token that open sells stand for."""
        self._catch_up()
        return self._shares[token_id]

    def _note(self, child: Child) -> None:
        self._stale[child.child_id] = child

    def _catch_up(self) -> None:
        if self._markets_version != self._monitor.markets_version:
            # Fees are part of the cost, and may be others from here on.
            self._markets_version = self._monitor.markets_version
            self._stale |= {child_id: claim.child for child_id, claim in self._kept.items()}
        for child in self._stale.values():
            self._replace(child)
        self._stale.clear()

    def _replace(self, child: Child) -> None:
        old, new = self._kept.pop(child.child_id, None), self._of(child)
        token_id = child.record.token_id
        if old is not None:
            self._cash -= old.cash
            self._shares[token_id] -= old.shares
        if new is not None:
            self._cash += new.cash
            self._shares[token_id] += new.shares
            self._kept[child.child_id] = new

    def _of(self, child: Child) -> _Claim | None:
        """What one child stands for; nothing once it is over, or was never written down."""
        is_over = child.status.is_final and not child.awaits_trades
        if is_over or self._register.child(child.child_id) is None:
            return None
        if child.record.side is Side.SELL:
            return _Claim(child, 0, child.remaining)
        cash = self._worst_cost(child, child.remaining)
        if child.awaits_trades:
            # A match that was only stated so far may be in no balance, and in no trade.
            cash += self._worst_cost(child, child.record.matched - child.traded - child.voided)
        return _Claim(child, cash, 0)

    def _worst_cost(self, child: Child, size: Size) -> Dollars:
        market = self._monitor.market(child.record.token_id)
        cost = notional_up(child.record.price, size)
        if market is None or child.record.post_only:
            return cost
        return cost + market.fees.reserve(child.record.price, size)
