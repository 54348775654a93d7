"""Integer money: prices in 1/10,000 of a dollar, sizes and dollars in millionths.

Both are the finest steps the exchange knows (`protocol.md` 0.3 and 3.4), so everything that it can
say is exact here. Text comes in and goes out through `Decimal`; no binary float is ever involved.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import TypeAlias

Price: TypeAlias = int
"""Dollars per share in 1/10,000: 5500 is $0.55. Between 0 and 10,000."""
Size: TypeAlias = int
"""Shares in millionths: 5_000_000 is five shares."""
Dollars: TypeAlias = int
"""Dollars (pUSD) in millionths: 1_000_000 is one dollar."""

PRICE_ONE: Price = 10_000
"""One dollar per share: what a winning share pays."""
UNIT = 1_000_000
"""One share, or one dollar."""
SIZE_STEP: Size = 10_000
"""0.01 share: the exchange takes sizes with two decimals, on every tick."""
PPM = 1_000_000
"""Scale of rates: a fee rate of 0.07 is 70,000 parts per million."""
_MOST_DIGITS = 18
"""Larger or smaller powers of ten are refused before any arithmetic is done on them."""
FEE_STEP: Dollars = 10
"""Fees are rounded to five decimals (`protocol.md` 4)."""


def parse_price(text: str | Decimal) -> Price:
    """Read a price exactly; raise `ValueError` where it has more than four decimals."""
    return _parse(text, PRICE_ONE)


def parse_units(text: str | Decimal) -> int:
    """Read shares or dollars exactly; raise `ValueError` where there are more than six decimals."""
    return _parse(text, UNIT)


def parse_ppm(text: str | Decimal) -> int:
    """Read a rate such as `0.07` into parts per million."""
    return _parse(text, PPM)


def _parse(text: str | Decimal, scale: int) -> int:
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise ValueError(f"not a number: {text!r}") from error
    if not number.is_finite():
        raise ValueError(f"not a number: {text!r}")
    if abs(number.adjusted()) > _MOST_DIGITS:
        raise ValueError(f"too large or too small: {text!r}")
    scaled = number * scale
    value = int(scaled)
    if value != scaled:
        raise ValueError(f"too many decimals: {text}")
    return value


def price_decimal(price: Price) -> Decimal:
    """The price as a `Decimal`, without trailing zeros beyond what it needs."""
    return Decimal(price) / PRICE_ONE


def unit_decimal(value: int) -> Decimal:
    """Shares or dollars as a `Decimal`."""
    return Decimal(value) / UNIT


def format_price(price: Price, decimals: int = 2) -> str:
    """Write a price with at least `decimals` places, more where it has them."""
    return _format(price, 4, decimals)


def format_units(value: int, decimals: int = 2) -> str:
    """Write shares or dollars with at least `decimals` places, more where they have them."""
    return _format(value, 6, decimals)


def format_dollars(value: Dollars, *, signed: bool = False) -> str:
    """Write dollars for a person, cut towards zero at the cent: `-$1,234.50`."""
    sign = "-" if value < 0 else "+" if signed else ""
    cents = abs(value) * 100 // UNIT
    return f"{sign}${cents // 100:,}.{cents % 100:02d}"


@lru_cache(maxsize=8_192)
def _format(value: int, places: int, decimals: int) -> str:
    whole, part = divmod(abs(value), 10**places)
    digits = f"{part:0{places}d}".rstrip("0").ljust(decimals, "0")
    sign = "-" if value < 0 else ""
    return f"{sign}{whole}.{digits}" if digits else f"{sign}{whole}"


def notional(price: Price, size: Size) -> Dollars:
    """Dollars that `size` shares are worth at `price`, rounded down to a millionth."""
    return price * size // PRICE_ONE


def notional_up(price: Price, size: Size) -> Dollars:
    """Dollars that `size` shares cost at `price`, rounded up to a millionth."""
    return -(-price * size // PRICE_ONE)


def taker_fee(price: Price, size: Size, rate_ppm: int, exponent: int = 1) -> Dollars:
    """Taker fee in dollars: shares x rate x (p (1 - p))^exponent, to five decimals, half up.

    Source: `protocol.md` 4. The rounding direction is not documented; half up is what is nearest.
    """
    curve = price * (PRICE_ONE - price)
    numerator = size * rate_ppm * curve**exponent
    denominator = PPM * (PRICE_ONE * PRICE_ONE) ** exponent
    return (2 * numerator + denominator * FEE_STEP) // (2 * denominator * FEE_STEP) * FEE_STEP


def taker_fee_up(price: Price, size: Size, rate_ppm: int, exponent: int = 1) -> Dollars:
    """The most the fee can be, whichever way the exchange rounds: for reserving cash."""
    fee = taker_fee(price, size, rate_ppm, exponent)
    return fee + FEE_STEP if fee or (rate_ppm and size) else 0


def floor_to(value: int, step: int) -> int:
    """The largest multiple of `step` that is not above `value`."""
    return value // step * step


def ceil_to(value: int, step: int) -> int:
    """The smallest multiple of `step` that is not below `value`."""
    return -(-value // step) * step
