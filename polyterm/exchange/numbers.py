"""Numbers as the exchange writes them: decimal strings, bare numbers, blanks, two kinds of time.

`price` and `units` are the hot path: they give exactly what `polyterm.models.money` gives, without
a `Decimal` each time: prices repeat, and sizes are nearly all plainly written.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from functools import lru_cache
from typing import TypeAlias

from polyterm.models.money import PRICE_ONE, UNIT, Price, parse_price, parse_units

Number: TypeAlias = str | int | float | None
"""A number on the wire; `""` and null stand for absent."""

_SCALE = tuple(10 ** (6 - places) for places in range(7))
_PLAIN_DIGITS = 12
"""Longer numbers are left to the exact reader, which refuses what no market can hold."""
_SECONDS_BELOW = 100_000_000_000
"""Epoch numbers below this are seconds, the others milliseconds (`protocol.md` 0.3)."""
_MICRO_FROM = 5_000_000
"""Sizes without a point from here on are millionths of a share: as shares, nobody has so many, and
as millionths this is the smallest order there is."""


class UnreadableError(ValueError):
    """What the exchange wrote is not what the protocol says."""


@lru_cache(maxsize=1 << 16)
def price(value: Number) -> Price:
    """Read a price exactly; `UnreadableError` where it is none or finer than four decimals."""
    return _exactly(parse_price, value)


def units(value: Number) -> int:
    """Read shares or dollars exactly; `UnreadableError` where they are none or finer."""
    text = value if type(value) is str else str(value)
    whole, _, part = text.partition(".")
    digits = whole + part
    if digits.isdecimal() and len(part) <= 6 and len(whole) <= _PLAIN_DIGITS:
        return int(digits) * _SCALE[len(part)]
    return _exactly(parse_units, text)


def optional_price(value: Number) -> Price | None:
    """Read a best price: nothing where a side is empty, which is written "", 0, 1 or null."""
    if value is None or value == "":
        return None
    found = price(value)
    return found if 0 < found < PRICE_ONE else None


@lru_cache(maxsize=1 << 16)
def best_prices(bid: Number, ask: Number) -> tuple[Price | None, Price | None]:
    """Read best bid and best ask at once: they mostly repeat from one change to the next."""
    return optional_price(bid), optional_price(ask)


def near_price(value: Number) -> Price:
    """Read a price of a trade of ours, rounded where it is an average of several."""
    return _near(value, PRICE_ONE)


def near_units(value: Number) -> int:
    """Read a size of ours, rounded to a millionth; 0 where it is absent."""
    return _near(value, UNIT)


def is_micro(value: Number) -> bool:
    """Whether a size is written in millionths rather than in shares (`protocol.md` 1.7).

    The exchange's documents and its answers differ: a point in it or its magnitude decides.
    """
    text = str(value or 0)
    return text.isdecimal() and int(text) >= _MICRO_FROM


def balance(value: Number) -> int:
    """Read a balance: whole millionths, or dollars where there is a point."""
    text = str(value or 0)
    return int(text) if text.isdecimal() else near_units(text)


def millis(value: Number) -> int | None:
    """Read seconds, milliseconds or ISO 8601 as epoch milliseconds.

    Nothing where absent or unreadable: no event is lost for the sake of its time.
    """
    if type(value) is str and len(value) == 13 and value.isdecimal():
        return int(value)
    try:
        number = Decimal(str(value))
        return int(number * 1000) if number < _SECONDS_BELOW else int(number)
    except (InvalidOperation, ValueError, OverflowError):
        return _iso_millis(str(value))


def _iso_millis(text: str) -> int | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return int(aware.timestamp() * 1000)


def _exactly(parse: Callable[[str], int], value: Number) -> int:
    try:
        return parse(str(value))
    except ValueError as error:
        raise UnreadableError(str(error)) from error


def _near(value: Number, scale: int) -> int:
    if value is None or value == "":
        return 0
    try:
        scaled = Decimal(str(value)) * scale
        return int(scaled.to_integral_value(ROUND_HALF_EVEN))
    except (InvalidOperation, OverflowError, ValueError) as error:
        raise UnreadableError(f"not a number: {value!r}") from error
