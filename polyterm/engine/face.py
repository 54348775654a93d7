"""The engine as its users see it: console, control socket and tests stand before the same methods.

A narrow door on purpose: values in, frozen views out, so that an engine in another process could
stand behind it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Protocol

from polyterm.engine.metrics import Family
from polyterm.engine.settings import EngineSettings
from polyterm.models.complaint import Complaint, RefusedError
from polyterm.models.events import Event
from polyterm.models.ids import OrderId, TokenId
from polyterm.models.market import Market
from polyterm.models.order_change import OrderChange
from polyterm.models.order_request import OrderRequest
from polyterm.models.plan import ChangeView, PlanView
from polyterm.models.snapshot import MarketSnapshot
from polyterm.models.views import AccountView, HealthView, OrderDetail, OrderView


class UnknownOrderError(KeyError):
    """No order of that id."""

    def __init__(self, order_id: str) -> None:
        self.order_id = order_id
        super().__init__(order_id)

    def __str__(self) -> str:
        return f"no order {self.order_id}"


class KeyReusedError(Exception):
    """The client's key already stands for another order than the one asked for."""

    def __init__(self, order_id: str) -> None:
        self.order_id = order_id
        super().__init__(
            f"this key already stands for order {order_id}, which asks for other things"
        )


class UnknownTokenError(RefusedError):
    """No market has the token that the order names."""

    def __init__(self, token_id: str) -> None:
        super().__init__([Complaint("token_id", f"no market has the token {token_id}")])


class PlanChangedError(RefusedError):
    """What was shown before is no longer what would be done; nothing was accepted."""

    def __init__(self) -> None:
        super().__init__([Complaint("", "the plan is no longer the one that was shown")])


class EngineFace(Protocol):
    """What can be asked of a running engine."""

    # -- orders --

    async def submit_order(self, request: OrderRequest, shown: PlanView | None = None) -> OrderId:
        """Check, write down, queue. Returns the id at once; `RefusedError` lists every reason.

        With the plan that was `shown`, it is accepted under that plan only: `PlanChangedError`
        where it would be worked by another one. A request whose `client_key` was taken before
        returns that order's id and orders nothing; `KeyReusedError` where it asks for something
        else.
        """
        ...

    async def check_order(self, request: OrderRequest) -> None:
        """Run all checks of `submit_order` and accept nothing; `RefusedError` where it would."""
        ...

    async def order_by_key(self, key: str) -> OrderId | None:
        """The order that a `client_key` stands for; nothing where it was never taken.

        `StoreError` where an order of long ago may have it and the journal cannot be read.
        """
        ...

    async def plan_order(self, request: OrderRequest) -> PlanView:
        """What the order would do, and where that differs from what it asks for; accepts nothing.

        `RefusedError` where there is no such market, or no size to plan.
        """
        ...

    async def plan_change(self, order_id: OrderId, change: OrderChange) -> ChangeView:
        """What a change would make of the order; changes nothing.

        `RefusedError` names each bad field; that the order becomes a large one is a risk here.
        """
        ...

    async def change_order(
        self, order_id: OrderId, change: OrderChange, shown: PlanView | None = None
    ) -> None:
        """Set another size, limit, urgency or deadline; `RefusedError` names each bad field.

        `PlanChangedError` where it would not be worked by the plan that was `shown`.
        """
        ...

    async def cancel_order(self, order_id: OrderId) -> None:
        """Ask for the end of an order. It shows CANCELLED once the exchange has proved it."""
        ...

    async def pause_order(self, order_id: OrderId) -> None:
        """Take its children out of the book and hold it."""
        ...

    async def resume_order(self, order_id: OrderId) -> None:
        """Let a held order go on."""
        ...

    def order_status(self, order_id: OrderId) -> OrderView:
        """One of the orders of `list_orders`; `UnknownOrderError`."""
        ...

    async def order_detail(self, order_id: OrderId) -> OrderDetail:
        """Any order with its children, fills and adjustments, however old.

        `UnknownOrderError`; `StoreError` where it has left memory and the journal cannot be read.
        """
        ...

    def list_orders(self) -> tuple[OrderView, ...]:
        """Orders at work and the newest that have ended, newest first, whichever run took them."""
        ...

    def all_orders(self) -> AsyncIterator[OrderView]:
        """All orders of all runs that the journal still has, newest first; `StoreError`."""
        ...

    # -- markets --

    async def list_markets(self, limit: int = 50) -> tuple[Market, ...]:
        """Tradable markets, largest volume first."""
        ...

    async def search_markets(self, text: str, limit: int = 20) -> tuple[Market, ...]:
        """Markets whose question or slug holds the text."""
        ...

    async def find_market(self, slug: str) -> Market:
        """One market by slug; `ExchangeError` where there is none."""
        ...

    async def market_of(self, token_id: TokenId) -> Market:
        """The market of a token; `ExchangeError` where there is none."""
        ...

    async def watch_market(self, market: Market) -> None:
        """Follow both books of a market for as long as somebody watches it."""
        ...

    async def unwatch_market(self, market: Market) -> None:
        """Stop following, unless an order works there or somebody else watches."""
        ...

    def snapshot(self, token_id: TokenId) -> MarketSnapshot | None:
        """The newest picture of a followed token; nothing before it is known."""
        ...

    def changed_tokens(self) -> frozenset[TokenId]:
        """Tokens whose picture changed since the last call: ask once a frame."""
        ...

    # -- whole --

    def account(self) -> AccountView:
        """Money and shares."""
        ...

    def health(self) -> HealthView:
        """Whether all is well, and if not, what is wrong."""
        ...

    @property
    def settings(self) -> EngineSettings:
        """The limits and habits in force."""
        ...

    def metrics(self) -> tuple[Family, ...]:
        """What was counted in this run, and what is true now."""
        ...

    def newest_fact(self) -> int:
        """The number of the newest fact in the journal; 0 where there is none."""
        ...

    async def kept_after(self) -> int:
        """The number after which every fact is still in the journal; 0 where all are."""
        ...

    def events(self, after: int | None = None) -> AsyncIterator[Event]:
        """Facts in order: from now on, or from the journal after that number."""
        ...

    async def emergency_stop(self, reason: str = "asked for") -> None:
        """Close the gate, cancel everything, read back until nothing is open (rule R8)."""
        ...

    async def rearm(self) -> None:
        """Open the gate again after a verified stop; `RefusedError` before."""
        ...
