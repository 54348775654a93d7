"""The user feed's listener: what happens to our orders, as the exchange tells it."""

from __future__ import annotations

from collections.abc import Callable

from polyterm.engine.order_register import OrderRegister
from polyterm.engine.ports import RemoteOrder, TradeReport
from polyterm.engine.reconciliation import Reconciler


class FillTracker:
    """Applies orders and trades as they come, and has every gap in the feed read up."""

    def __init__(
        self,
        register: OrderRegister,
        reconciler: Reconciler,
        on_feed: Callable[[bool, str], None],
    ) -> None:
        self._register = register
        self._reconciler = reconciler
        self._on_feed = on_feed
        self.is_up = False

    def order_reported(self, order: RemoteOrder) -> None:
        """An order was placed, matched in part, or ended."""
        self._register.see_order(order)

    def trade_reported(self, trade: TradeReport) -> None:
        """A trade happened or moved towards settlement."""
        self._register.see_trade(trade)

    def user_feed_up(self) -> None:
        """Connected: what happened before is not told again, so it is read."""
        self._set(True, "")

    def user_feed_down(self, reason: str) -> None:
        """Fills may be happening unseen: poll."""
        self._set(False, reason)

    def _set(self, is_up: bool, reason: str) -> None:
        changed, self.is_up = is_up != self.is_up, is_up
        self._reconciler.is_blind = not is_up
        self._reconciler.hurry()
        if changed:
            self._on_feed(is_up, reason)
