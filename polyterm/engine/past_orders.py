"""Orders that have left memory: the newest as views, all others in the journal."""

from __future__ import annotations

from collections.abc import AsyncIterator

from polyterm.engine.assembly import assembled
from polyterm.engine.parent import Parent
from polyterm.engine.projector import order_view
from polyterm.engine.records import ParentRecord
from polyterm.engine.store import Age, Store, StoreError
from polyterm.models.ids import OrderId
from polyterm.models.views import OrderView

LISTED = 200
"""Orders that are still listed after they left, the newest ones; as views, which are small."""
_PAGE = 50


class PastOrders:
    """Finds what is not in memory any more."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lately: dict[OrderId, OrderView] = {}

    async def load(self) -> str:
        """List the newest of those that left in earlier runs; why that cannot be, where it cannot.

        Nothing that trades depends on them, so an engine starts without.
        """
        try:
            found = await self._store.past_orders(LISTED)
        except StoreError as error:
            return f"earlier orders cannot be listed: {error}"
        for parent in assembled(found):
            self.keep(parent)
        return ""

    def keep(self, parent: Parent) -> None:
        """List an order that is leaving."""
        self._lately[parent.order_id] = order_view(parent)
        if len(self._lately) > LISTED:
            del self._lately[min(self._lately.values(), key=age).order_id]

    def drop(self, order_id: OrderId) -> None:
        """It is in memory again."""
        self._lately.pop(order_id, None)

    @property
    def lately(self) -> tuple[OrderView, ...]:
        """The newest of them."""
        return tuple(self._lately.values())

    def view(self, order_id: OrderId) -> OrderView | None:
        """One of the newest; nothing where it is none of them."""
        return self._lately.get(order_id)

    async def find(self, order_id: OrderId) -> Parent | None:
        """One order with all that was under it, however old; `StoreError`."""
        found = assembled(await self._store.find_orders(order_ids=[order_id]))
        return found[0] if found else None

    async def keyed(self, client_key: str) -> Parent | None:
        """The order of a caller's key, however old; `StoreError`."""
        found = assembled(await self._store.find_orders(client_key=client_key))
        return found[0] if found else None

    async def views(self) -> AsyncIterator[OrderView]:
        """All of them, newest first; `StoreError`."""
        before: Age | None = None
        while page := assembled(await self._store.past_orders(_PAGE, before)):
            for parent in page:
                yield self._lately.get(parent.order_id) or order_view(parent)
            before = age(page[-1].record)


def age(order: OrderView | ParentRecord) -> Age:
    """What sorts orders, the oldest first."""
    return order.created_ms, order.order_id
