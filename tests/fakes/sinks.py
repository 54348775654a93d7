"""Sinks that write down all they are told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from polyterm.engine.ports import BookSnapshot, RemoteOrder, TradeReport
from polyterm.models.enums import Side
from polyterm.models.ids import ConditionId, TokenId
from polyterm.models.money import Price, Size
from polyterm.models.snapshot import LastTrade


@dataclass
class MarketNotes:
    """A `MarketSink` that keeps a list."""

    told: list[tuple[Any, ...]] = field(default_factory=list)

    def kinds(self) -> list[str]:
        """What it was told, in order, without the content."""
        return [str(entry[0]) for entry in self.told]

    def book_replaced(self, book: BookSnapshot) -> None:
        self.told.append(("book", book))

    def level_changed(
        self, token_id: TokenId, side: Side, price: Price, size: Size, at_ms: int
    ) -> None:
        self.told.append(("level", token_id, side, price, size, at_ms))

    def best_seen(self, token_id: TokenId, bid: Price | None, ask: Price | None) -> None:
        self.told.append(("best", token_id, bid, ask))

    def tick_changed(self, token_id: TokenId, tick: Price) -> None:
        self.told.append(("tick", token_id, tick))

    def traded(self, token_id: TokenId, trade: LastTrade) -> None:
        self.told.append(("trade", token_id, trade))

    def resolved(self, condition_id: ConditionId, winner: TokenId | None) -> None:
        self.told.append(("resolved", condition_id, winner))

    def market_feed_up(self) -> None:
        self.told.append(("up",))

    def market_feed_down(self, reason: str) -> None:
        self.told.append(("down", reason))


@dataclass
class UserNotes:
    """A `UserSink` that keeps a list."""

    told: list[tuple[Any, ...]] = field(default_factory=list)

    def kinds(self) -> list[str]:
        """What it was told, in order, without the content."""
        return [str(entry[0]) for entry in self.told]

    def order_reported(self, order: RemoteOrder) -> None:
        self.told.append(("order", order))

    def trade_reported(self, trade: TradeReport) -> None:
        self.told.append(("trade", trade))

    def user_feed_up(self) -> None:
        self.told.append(("up",))

    def user_feed_down(self, reason: str) -> None:
        self.told.append(("down", reason))
