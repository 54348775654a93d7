"""Orders looked up: those in memory, and behind them those that only the journal has."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator

from polyterm.engine.face import UnknownOrderError
from polyterm.engine.order_register import OrderRegister
from polyterm.engine.parent import Parent
from polyterm.engine.past_orders import PastOrders, age
from polyterm.engine.projector import order_view
from polyterm.models.complaint import Complaint, RefusedError
from polyterm.models.ids import OrderId
from polyterm.models.views import OrderView


class Catalogue:
    """Finds orders by what callers know of them, and lists them."""

    def __init__(self, register: OrderRegister, past: PastOrders) -> None:
        self._register = register
        self._past = past

    async def find(self, order_id: OrderId) -> Parent:
        """Any order, read from the journal where it has left memory; `UnknownOrderError`."""
        parent = self._register.parents.get(order_id) or await self._past.find(order_id)
        if parent is None:
            raise UnknownOrderError(order_id)
        return parent

    async def unfinished(self, order_id: OrderId) -> Parent:
        """An order that has not ended; `RefusedError` where it has."""
        parent = await self.find(order_id)
        if parent.is_final:
            reason = f"has already ended: {parent.record.status}"
            raise RefusedError([Complaint("order_id", reason)])
        return parent

    async def keyed(self, key: str) -> Parent | None:
        """The order of a caller's key, however old; `StoreError`."""
        return self.keyed_here(key) or await self._past.keyed(key)

    def keyed_here(self, key: str) -> Parent | None:
        """The same among those in memory; nothing is waited for."""
        parents = self._register.parents.values()
        return next((p for p in parents if p.record.request.client_key == key), None)

    def status(self, order_id: OrderId) -> OrderView:
        """One of the listed orders; `UnknownOrderError`."""
        parent = self._register.parents.get(order_id)
        view = self._past.view(order_id) if parent is None else order_view(parent)
        if view is None:
            raise UnknownOrderError(order_id)
        return view

    def listed(self) -> tuple[OrderView, ...]:
        """Those in memory and the newest that have left it, newest first."""
        here = (order_view(parent) for parent in self._register.parents.values())
        return tuple(sorted((*here, *self._past.lately), key=age, reverse=True))

    async def every(self) -> AsyncIterator[OrderView]:
        """All that the journal still has, newest first; `StoreError`."""
        listed = deque(self.listed())
        known = {order.order_id for order in listed}
        async for past in self._past.views():
            while listed and age(listed[0]) > age(past):
                yield listed.popleft()
            if past.order_id not in known:
                yield past
        for order in listed:
            yield order
