"""Whether the stream still shows what REST shows.

A frozen stream is known to look healthy, and REST to be stuck (`protocol.md` 2.5): so a difference
counts against the stream once, and if a new connection shows the same, against REST.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from polyterm.engine.ports import BookSnapshot
from polyterm.exchange.market_events import Top, top_of
from polyterm.models.ids import TokenId


class FreezeCheck:
    """Compares best prices; kept over connections."""

    def __init__(self, tops: Mapping[TokenId, Top | None]) -> None:
        self._tops = tops
        self._doubted: dict[TokenId, Top] = {}

    def agreeing(self, books: Iterable[BookSnapshot]) -> tuple[BookSnapshot, ...]:
        """Those that show what the stream shows, or of which it does not say what it shows."""
        return tuple(book for book in books if self._told(book) in {None, top_of(book)})

    def against_stream(self, books: Iterable[BookSnapshot]) -> tuple[BookSnapshot, ...]:
        """Those that prove the stream to have missed something."""
        return tuple(book for book in books if self._is_proof(book))

    def doubt(self, books: Iterable[BookSnapshot]) -> None:
        """The stream was given up for these; if they still differ then, they are the stale ones."""
        self._doubted.update((book.token_id, top_of(book)) for book in books)

    def _told(self, book: BookSnapshot) -> Top | tuple[()] | None:
        return self._tops.get(book.token_id, ())

    def _is_proof(self, book: BookSnapshot) -> bool:
        told, top = self._told(book), top_of(book)
        if told is None or told == top:
            return False
        return told == () or self._doubted.get(book.token_id) != top
