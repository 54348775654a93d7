"""What the holdings would fetch, added up; reckoned anew only where a book or a holding moved."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from polyterm.models.ids import TokenId
from polyterm.models.money import Dollars


class Worths:
    """The worth of every holding, by a function that tells one."""

    def __init__(self, worth: Callable[[TokenId], Dollars]) -> None:
        self._worth = worth
        self._kept: dict[TokenId, Dollars] = {}
        self._stale: set[TokenId] = set()
        self._total: Dollars = 0
        self._as_of: tuple[int, ...] = ()

    def note(self, token_id: TokenId) -> None:
        """The book of that token moved."""
        self._stale.add(token_id)

    def total(self, held: Iterable[TokenId], as_of: tuple[int, ...]) -> Dollars:
        """All of them together; holdings are the same for as long as `as_of` is."""
        if as_of != self._as_of:
            self._as_of = as_of
            self._kept = {token_id: self._worth(token_id) for token_id in held}
            self._total = sum(self._kept.values())
        else:
            for token_id in self._stale & self._kept.keys():
                worth = self._worth(token_id)
                self._total += worth - self._kept[token_id]
                self._kept[token_id] = worth
        self._stale.clear()
        return self._total
