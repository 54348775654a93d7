"""What one client of the market channel asked for (`protocol.md` 2.2)."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from polyterm.simulator.web.conversation import GoodbyeError, Outbox
from polyterm.simulator.wire.books import FULL_DEPTH

MAX_WAITING = 2_000
"""Frames that may wait for a client before it is cut off."""
TOP_LEVEL = 1
DEFAULT_LEVEL = 2


class MarketFrame(msgspec.Struct):
    """A frame from a client: the first subscription, or a change of it."""

    type: str = ""
    operation: str = ""
    assets_ids: list[str] = []
    initial_dump: bool = True
    level: int | None = None
    custom_feature_enabled: bool | None = None


def decode_frame(text: str) -> MarketFrame:
    """Read a frame; `GoodbyeError` where it makes no sense."""
    try:
        return msgspec.json.decode(text, type=MarketFrame)
    except msgspec.DecodeError as error:
        raise GoodbyeError("invalid subscription") from error


@dataclass(slots=True, eq=False)
class MarketSubscriber:
    """One client."""

    outbox: Outbox = field(default_factory=lambda: Outbox(MAX_WAITING))
    tokens: set[str] = field(default_factory=set)
    level: int = DEFAULT_LEVEL
    """1 is the best of each side alone; 2 and 3 are everything."""
    custom: bool = False
    """Whether it wants best prices, new markets and resolutions too."""
    is_subscribed: bool = False

    @property
    def wants_top_only(self) -> bool:
        """Whether it follows the best of each side alone."""
        return self.level == TOP_LEVEL

    @property
    def depth(self) -> int:
        """Levels of each side that its books hold."""
        return TOP_LEVEL if self.wants_top_only else FULL_DEPTH

    def apply(self, frame: MarketFrame) -> list[str]:
        """Change what it follows; returns the tokens that are new to it."""
        self.is_subscribed = True
        self.level = self.level if frame.level is None else frame.level
        if frame.custom_feature_enabled is not None:
            self.custom = frame.custom_feature_enabled
        if frame.operation == "unsubscribe":
            self.tokens.difference_update(frame.assets_ids)
            return []
        fresh = [token for token in dict.fromkeys(frame.assets_ids) if token not in self.tokens]
        self.tokens.update(fresh)
        return fresh
