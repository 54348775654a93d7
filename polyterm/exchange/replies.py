"""The words of an answer, whatever shape it came in."""

from __future__ import annotations

import msgspec

from polyterm.exchange.http import Answer
from polyterm.models.text import clean

_TEXT_KEYS = ("error", "errorMsg", "error_msg", "message")


def decoded(body: bytes) -> object:
    """The JSON of a body; nothing where it is none, or only half of one."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def told(answer: Answer) -> str:
    """The exchange's own text, cleaned; empty where the answer is not its JSON."""
    content = decoded(answer.body)
    if not isinstance(content, dict):
        return ""
    texts = (content.get(key) for key in _TEXT_KEYS)
    return next((clean(text) for text in texts if isinstance(text, str) and text), "")


def retry_after_s(answer: Answer) -> float | None:
    """How long to wait: the header, else the body; nothing where neither says."""
    content = decoded(answer.body)
    stated: object = content.get("retry_after_seconds") if isinstance(content, dict) else None
    for candidate in (answer.headers.get("retry-after"), stated):
        seconds = _seconds(candidate)
        if seconds is not None:
            return seconds
    return None


def described(answer: Answer) -> str:
    """What came back, for people: the text, or what kind of thing stood in its place.

    Broken JSON is not quoted: it may hold credentials.
    """
    text = told(answer)
    if text:
        return text
    start = clean(answer.body[:200].decode("utf-8", "replace"), 60)
    if not start:
        return "empty answer"
    if start.startswith("<"):
        return "a web page instead of an answer"
    is_quotable = start[0].isalpha()
    return f"answer {start!r}" if is_quotable else f"unreadable answer of {len(answer.body)} bytes"


def _seconds(value: object) -> float | None:
    if not isinstance(value, str | int | float):
        return None
    try:
        seconds = float(value)
    except ValueError:
        return None
    return seconds if 0 <= seconds < 86_400 else None
