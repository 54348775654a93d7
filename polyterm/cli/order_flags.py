"""Flags of `add-order` that are made from the strategies' parameter models.

A strategy in the registry has its flags here without another line.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from polyterm.strategies.registry import STRATEGIES

Command = TypeVar("Command", bound=Callable[..., Any])
TAG = "strategy"

_MODELS: Mapping[str, type[BaseModel]] = {
    name: strategy.params for name, strategy in STRATEGIES.items()
}


def strategy_options(command: Command) -> Command:
    """Give a command one flag for every parameter of every strategy."""
    for name in reversed(_names()):
        owners = {strategy: fields[name] for strategy, fields in _fields() if name in fields}
        field = next(iter(owners.values()))
        command = click.option(_flag(name), name, metavar="VALUE", help=_help(field, owners))(
            command
        )
    return command


def split_params(strategy: str, given: Mapping[str, str | None]) -> dict[str, str]:
    """The `params` of an `OrderRequest`; refuses a flag that the strategy does not have."""
    known = _MODELS[strategy].model_fields
    chosen = {name: value for name, value in given.items() if value is not None}
    foreign = [_flag(name) for name in chosen if name not in known]
    if foreign:
        own = ", ".join(_flag(name) for name in known if name != TAG)
        raise click.UsageError(f"{', '.join(foreign)}: {strategy} has only {own}")
    return {TAG: strategy, **chosen}


def _fields() -> list[tuple[str, dict[str, FieldInfo]]]:
    """All fields, those without a title too, which no form asks for."""
    return [
        (strategy, {name: field for name, field in model.model_fields.items() if name != TAG})
        for strategy, model in _MODELS.items()
    ]


def _names() -> list[str]:
    return list(dict.fromkeys(name for _, fields in _fields() for name in fields))


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _help(field: FieldInfo, owners: Mapping[str, FieldInfo]) -> str:
    default = "needed" if field.is_required() else f"default {field.default}"
    unset = "" if field.default in (None, ()) else f"; {default}"
    return f"{field.title or field.description} ({', '.join(owners)}{unset})."
