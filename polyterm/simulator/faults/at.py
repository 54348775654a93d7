"""When a fault strikes: at a request, or at a time."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import Annotated

import msgspec

Count = Annotated[int, msgspec.Meta(ge=1)]
Seconds = Annotated[float, msgspec.Meta(ge=0, le=31_536_000)]
"""At most a year."""
Chance = Annotated[float, msgspec.Meta(gt=0, le=1)]

_REQUEST = re.compile(r"(\*|[A-Z]+) /\S*")


class At(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Either `request` with at most one of `nth`, `every` and `p`, or `t`."""

    request: str = ""
    """Method and path, each with `*` for anything; a WebSocket's method is WS."""
    nth: Count | None = None
    """The n-th of such requests, counted from 1, and those after it while `times` lasts."""
    every: Annotated[float, msgspec.Meta(gt=0)] | None = None
    """Every n-th of such requests; with `t`, again after so many seconds."""
    p: Chance | None = None
    """Each of such requests with this probability."""
    t: Seconds | None = None
    """Seconds after the plan was given."""
    after: Seconds = 0
    """Requests before this many seconds are not counted."""
    until: Seconds | None = None
    """Requests from this many seconds on are not counted."""

    def __post_init__(self) -> None:
        if bool(self.request) == (self.t is not None):
            raise ValueError("name either a `request` or a time `t`")
        if self.request:
            self._check_request()
        elif self.nth or self.p or self.after or self.until is not None:
            raise ValueError("`nth`, `p`, `after` and `until` belong to a `request`")

    def _check_request(self) -> None:
        if not _REQUEST.fullmatch(self.request):
            raise ValueError(f"`request` is a method and a path, not {self.request!r}")
        if sum(value is not None for value in (self.nth, self.every, self.p)) > 1:
            raise ValueError("give one of `nth`, `every` and `p`")
        if self.every is not None and self.every != int(self.every):
            raise ValueError("`every` is a whole number of requests")
        if self.until is not None and self.until <= self.after:
            raise ValueError("`until` is later than `after`")

    def covers(self, method: str, path: str, seconds: float) -> bool:
        """Whether a request that comes so long after the plan is one of those counted."""
        wanted_method, _, wanted_path = self.request.partition(" ")
        return (
            wanted_method in {"*", method}
            and fnmatchcase(path, wanted_path)
            and self.after <= seconds < (float("inf") if self.until is None else self.until)
        )
