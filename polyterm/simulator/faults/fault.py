"""What all faults have in common, and the two sorts there are."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import ClassVar, TypeAlias

import msgspec

from polyterm.simulator.faults.at import At, Count
from polyterm.simulator.faults.occasion import Occasion
from polyterm.simulator.faults.reply import Reply

Land: TypeAlias = Callable[[], Awaitable[Reply]]
"""Let the exchange have the request, and get what it answers."""


class When(StrEnum):
    """Whether a fault strikes before the exchange has handled the request, or after."""

    BEFORE = "before"
    AFTER = "after"


class Fault(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    tag_field="do",
):
    """One entry of a plan."""

    at: At
    times: Count | None = None
    """How often at most; without it once, but for `every` and `p`, which have no end."""

    @property
    def kind(self) -> str:
        """The word for it in a plan."""
        return str(self.__struct_config__.tag)

    @abstractmethod
    async def around(self, occasion: Occasion, land: Land) -> Reply:
        """Answer a request; `ConnectionDropped` where nothing is to be answered."""


class RequestFault(Fault, frozen=True):
    """Concerns the very request that it strikes at."""

    may_miss: ClassVar[bool] = False
    """Whether it can find nothing to do, and so counts its hits itself."""

    def __post_init__(self) -> None:
        if not self.at.request:
            raise ValueError(f"`{self.kind}` strikes at a `request`, not at a time")


class WorldFault(Fault, frozen=True, kw_only=True):
    """Changes the world around the requests."""

    when: When = When.BEFORE

    @abstractmethod
    def strike(self, occasion: Occasion) -> None:
        """Let it happen now."""

    async def around(self, occasion: Occasion, land: Land) -> Reply:
        """Strike before the request lands, or after."""
        if self.when is When.BEFORE:
            self.strike(occasion)
            return await land()
        reply = await land()
        self.strike(occasion)
        return reply
