"""As much YAML as our own documents use: blocks, lists, folded text, and values in JSON."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

_KEY = re.compile(r'^("[^"]+"|[^\s"{\[:][^\s:]*):(?: (.*))?$')


@dataclass(frozen=True)
class _Line:
    indent: int
    text: str


def read_yaml(text: str) -> Any:
    """The document; raises where it is not of this simple kind."""
    lines = [
        _Line(len(raw) - len(raw.lstrip()), raw.strip())
        for raw in text.splitlines()
        if raw.strip() and not raw.lstrip().startswith("#")
    ]
    value, rest = _block(lines)
    assert not rest, f"cannot be read: {rest[0].text}"
    return value


def _block(lines: list[_Line]) -> tuple[Any, list[_Line]]:
    return (_list if lines[0].text.startswith("- ") else _mapping)(lines)


def _list(lines: list[_Line]) -> tuple[list[Any], list[_Line]]:
    indent, items = lines[0].indent, []
    while lines and lines[0].indent == indent and lines[0].text.startswith("- "):
        inner = _Line(indent + 2, lines[0].text.removeprefix("- "))
        if _KEY.match(inner.text):
            item, lines = _block([inner, *lines[1:]])
        else:
            item, lines = _scalar(inner.text), lines[1:]
        items.append(item)
    return items, lines


def _mapping(lines: list[_Line]) -> tuple[dict[str, Any], list[_Line]]:
    indent, found = lines[0].indent, {}
    while lines and lines[0].indent == indent:
        match = _KEY.match(lines[0].text)
        assert match, f"no key: {lines[0].text}"
        name, value = match[1].strip('"'), match[2]
        assert name not in found, f"twice: {name}"
        lines = lines[1:]
        if value in {">-", "|"}:
            found[name], lines = _folded(lines, indent)
        elif value is None:
            found[name], lines = _block(lines)
        else:
            found[name] = _scalar(value)
    return found, lines


def _folded(lines: list[_Line], indent: int) -> tuple[str, list[_Line]]:
    words = []
    while lines and lines[0].indent > indent:
        words.append(lines[0].text)
        lines = lines[1:]
    return " ".join(words), lines


def _scalar(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        assert text[0] not in "{[\"'&*!|>%@`", f"not a plain word: {text}"
        return text
