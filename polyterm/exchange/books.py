"""Books read by REST."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from polyterm.engine.ports import BookSnapshot
from polyterm.exchange.gateway import Gateway, Request
from polyterm.exchange.mapping import book_snapshot
from polyterm.exchange.wire import BookEvent
from polyterm.models.ids import TokenId

BOOKS_AT_ONCE = 100
"""Books a request: the exchange takes 500, of which an answer would run to megabytes."""


class Books:
    """Reads books as they stand now."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def one(self, token_id: TokenId) -> BookSnapshot:
        """The book of a token; `NotFoundError` where it has none."""
        request = Request("GET", "/book", params={"token_id": token_id})
        wire = await self._gateway.get(request, BookEvent)
        with self._gateway.making_sense(request):
            return book_snapshot(wire)

    async def many(self, token_ids: Sequence[TokenId]) -> tuple[BookSnapshot, ...]:
        """The books of those tokens that have one, in no order."""
        found: list[BookSnapshot] = []
        for at in range(0, len(token_ids), BOOKS_AT_ONCE):
            wanted = [{"token_id": token_id} for token_id in token_ids[at : at + BOOKS_AT_ONCE]]
            request = Request("POST", "/books", body=msgspec.json.encode(wanted))
            wire = await self._gateway.get(request, list[BookEvent])
            with self._gateway.making_sense(request):
                found.extend(book_snapshot(book) for book in wire)
        return tuple(found)
