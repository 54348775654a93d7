"""Numbers and times as the exchange writes them (`protocol.md` 0.3)."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from polyterm.models.money import PRICE_ONE, Price, Size, format_price, format_units


def price_text(price: Price | None) -> str:
    """A price without trailing zeros; nothing as the empty text."""
    return "" if price is None else format_price(price, 0)


def size_text(size: Size) -> str:
    """Shares or dollars without trailing zeros."""
    return format_units(size, 0)


def price_number(price: Price) -> Decimal:
    """A price where the exchange writes a JSON number."""
    return Decimal(price) / PRICE_ONE


def half_price_text(double: int) -> str:
    """Half of a sum of two prices, exactly."""
    return f"{Decimal(double) / (2 * PRICE_ONE):f}"


def iso_text(at_ms: int) -> str:
    """A time as discovery writes it, to the second."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def seconds(at_ms: int) -> int:
    """Epoch seconds."""
    return at_ms // 1000
