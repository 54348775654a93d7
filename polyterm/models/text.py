"""Text from outside, made safe to show."""

from __future__ import annotations

import unicodedata

MAX_TEXT = 300
"""Longest name kept, in characters."""
_DROPPED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def clean(text: str, limit: int = MAX_TEXT) -> str:
    """Drop control, format and private characters, fold white space, cap the length.

    Names come from the exchange, and anybody may have written them: an escape sequence in a title
    would otherwise reach the trader's terminal. What is left is still data, never markup.
    """
    spaced = "".join(" " if char.isspace() else char for char in unicodedata.normalize("NFC", text))
    kept = "".join(char for char in spaced if unicodedata.category(char) not in _DROPPED)
    folded = " ".join(kept.split())
    return folded if len(folded) <= limit else folded[: limit - 1] + "…"
