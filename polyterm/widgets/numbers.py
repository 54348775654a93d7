"""Numbers and times as the screen writes them: short, aligned, never rounded up."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from polyterm.models.money import UNIT, Price, Size, format_price
from polyterm.models.tick import decimals

NOTHING = "–"
"""What stands where there is no number."""
_EIGHTHS = ("", "▏", "▎", "▍", "▌", "▋", "▊", "▉")
_SCALES = ((10**9, "B"), (10**6, "M"), (10**3, "k"))


def size_text(size: Size, width: int = 10) -> str:
    """Shares with thousands grouped; shortened to k, M or B where it would be too wide."""
    shares, part = divmod(size, UNIT)
    exact = f"{shares:,}" if not part else f"{shares:,}.{part // 10_000:02d}"
    for text in (exact, f"{shares:,}"):
        if len(text) <= width:
            return text
    scale, letter = next(pair for pair in _SCALES if shares >= pair[0])
    return f"{shares * 100 // scale / 100:.{max(0, min(2, width - 5))}f}{letter}"


def price_text(price: Price | None, tick: Price = 100) -> str:
    """A price with the decimals of its grid."""
    return NOTHING if price is None else format_price(price, decimals(tick))


def micro_text(micro: float | None) -> str:
    """A micro-price, which lies between the grid's lines, to a hundredth of a cent."""
    return NOTHING if micro is None else f"{micro / 10_000:.4f}"


def average_text(average: Decimal | None) -> str:
    """An average price to a hundredth of a cent."""
    return NOTHING if average is None else f"{average:.4f}"


def clock_text(at_ms: int) -> str:
    """Time of day in UTC, `14:02:11`."""
    return datetime.fromtimestamp(at_ms / 1000, tz=UTC).strftime("%H:%M:%S")


def seconds_text(milliseconds: float | None) -> str:
    """An age: tenths below ten seconds, then whole seconds, minutes, hours."""
    if milliseconds is None:
        return NOTHING
    seconds = milliseconds / 1000
    if seconds < 10:
        return f"{seconds:.1f}s"
    if seconds < 120:
        return f"{seconds:.0f}s"
    return f"{seconds / 60:.0f}m" if seconds < 7200 else f"{seconds / 3600:.0f}h"


def short_id(order_id: str) -> str:
    """The last characters of an id: enough to tell the orders on one screen apart."""
    return order_id[-6:]


def bar_text(fraction: float, width: int) -> str:
    """A progress bar that reads without colour: blocks, to an eighth, on a dotted line."""
    full, eighths = divmod(int(fraction * width * 8), 8)
    part = _EIGHTHS[eighths]
    return "█" * full + part + "·" * (width - full - len(part))


def fit(text: str, width: int) -> str:
    """The text in exactly that many characters at most, an ellipsis where it was cut."""
    return text if len(text) <= width else text[: max(width - 1, 0)] + "…"
