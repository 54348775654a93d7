"""What changed in one market since its subscribers were last told."""

from __future__ import annotations

from dataclasses import dataclass, field

from polyterm.models.book import BookTop
from polyterm.models.enums import Side
from polyterm.models.ids import TokenId
from polyterm.models.money import Price, Size
from polyterm.simulator.markets import MarketState

Print = tuple[TokenId, Side, Price, Size]
"""A taker's trade, in terms of its own token."""


@dataclass(slots=True)
class MarketChanges:
    """Levels merge: the last word on each is what counts."""

    state: MarketState
    top_told: BookTop | None
    """The best of each side as subscribers were last told; nothing where they never were."""
    levels: dict[tuple[Side, Price], str] = field(default_factory=dict)
    """By side and price in terms of the first outcome: the order that changed it last."""
    prints: list[Print] = field(default_factory=list)

    @property
    def top(self) -> BookTop:
        """The best of each side now."""
        return self.state.book.top(1)

    @property
    def top_moved(self) -> bool:
        """Whether the best of either side is another price or size."""
        return self.top_told != self.top

    @property
    def best_moved(self) -> bool:
        """Whether either best price is another."""
        return self.top_told is None or _prices(self.top_told) != _prices(self.top)


def _prices(top: BookTop) -> tuple[Price | None, Price | None]:
    bid, ask = top.best_bid, top.best_ask
    return bid.price if bid else None, ask.price if ask else None
