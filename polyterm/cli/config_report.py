"""Every setting with its value and where it comes from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel

from polyterm.cli.places import config_file, read_config_file
from polyterm.config import Settings, variable_of

MASK = "***"


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting as it is in force."""

    name: str
    """Dotted, as the file names it."""
    value: Any
    source: str
    """The variable or file that sets it, or `default`."""


def report(settings: Settings) -> tuple[Setting, ...]:
    """All settings, in the order of their declaration."""
    written = read_config_file()
    return tuple(
        Setting(".".join(path), _shown(value), _source(path, written))
        for path, value in _leaves(settings, ())
    )


def _leaves(model: BaseModel, above: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name in type(model).model_fields:
        value, path = getattr(model, name), (*above, name)
        if isinstance(value, BaseModel):
            yield from _leaves(value, path)
        else:
            yield path, model.model_dump(mode="json", include={name})[name]


def _source(path: tuple[str, ...], written: dict[str, Any]) -> str:
    variable = variable_of(path)
    if variable:
        return variable
    found: Any = written
    for part in path:
        if not isinstance(found, dict) or part not in found:
            return "default"
        found = found[part]
    return str(config_file())


def _shown(value: Any) -> Any:
    """The value, without a password that an address may hold."""
    if not isinstance(value, str) or "://" not in value:
        return value
    parts = urlsplit(value)
    if "@" not in parts.netloc:
        return value
    return parts._replace(netloc=f"{MASK}@{parts.netloc.rpartition('@')[2]}").geturl()
