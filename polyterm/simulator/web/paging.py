"""Pages by cursor: base64 of an offset, `LTE=` after the last (`protocol.md` 1.2)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import TypeVar

from polyterm.simulator.refusals import BAD_PAYLOAD, RefusalError

END_CURSOR = "LTE="
"""There is no further page."""
_T = TypeVar("_T")


def page(
    items: Sequence[_T], cursor: str | None, limit: int, show: Callable[[_T], object]
) -> dict[str, object]:
    """One page in the order exchange's envelope."""
    start = offset(cursor)
    chosen = items[start : start + limit] if start >= 0 else []
    return {
        "limit": limit,
        "count": len(chosen),
        "next_cursor": next_cursor(start, limit, len(items)) or END_CURSOR,
        "data": [show(item) for item in chosen],
    }


def offset(cursor: str | None) -> int:
    """Where a cursor points to: 0 without one, -1 past the end; refused where it is none."""
    if not cursor:
        return 0
    try:
        return int(base64.b64decode(cursor, validate=True))
    except (binascii.Error, ValueError) as error:
        raise RefusalError(BAD_PAYLOAD) from error


def next_cursor(start: int, limit: int, total: int) -> str | None:
    """The cursor of the page after this one, or nothing."""
    following = start + limit
    if start < 0 or following >= total:
        return None
    return base64.b64encode(str(following).encode()).decode()
