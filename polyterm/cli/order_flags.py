"""Flags of `add-order` that are made from the strategies' parameter models.

A strategy in the registry has its flags here without another line.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from polyterm.models.order_request import OrderRequest
from polyterm.strategies.registry import STRATEGIES

Command = TypeVar("Command", bound=Callable[..., Any])
TAG = "strategy"

_MODELS: Mapping[str, type[BaseModel]] = {
    name: strategy.params for name, strategy in STRATEGIES.items()
}
_UNITS = {"_s": "SECONDS", "_bps": "BPS", "_ticks": "TICKS"}


def strategy_options(command: Command) -> Command:
    """Give a command one flag for every parameter of every strategy."""
    for name in reversed(_names()):
        command = click.option(_flag(name), name, metavar=_unit(name), cls=_ParamOption)(command)
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


def unset(field: str) -> str:
    """What a common field of an order is where nothing is said, for a flag's help."""
    return f"{OrderRequest.model_fields[field].default} where not said.".lower()


class _ParamOption(click.Option):
    """Says what it means only where that is asked for: the words stand in the models' source."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """The flag and its help."""
        self.help = _help(self.name or "")
        return super().get_help_record(ctx)


def _help(name: str) -> str:
    from polyterm.cli.field_docs import field_docs

    meanings: dict[tuple[str, str], list[str]] = {}
    for strategy, fields in _fields():
        if name in fields:
            field = fields[name]
            words = field.description or field_docs(_MODELS[strategy]).get(name) or field.title
            meanings.setdefault((words or name, _default(field)), []).append(strategy)
    return " ".join(
        f"{words.removesuffix('.')} ({', '.join(strategies)}{default})."
        for (words, default), strategies in meanings.items()
    )


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "; needed"
    return "" if field.default in (None, ()) else f"; default {field.default}"


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


def _unit(name: str) -> str:
    return next((unit for end, unit in _UNITS.items() if name.endswith(end)), "VALUE")
