"""Fields of a form, read off the model that will check what is typed into it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from polyterm.widgets.choice import Options

_UNITS = {"_s": "seconds", "_bps": "basis points", "_price": "dollars a share"}
_HINTS = {
    "size": "shares",
    "tranche_size": "shares",
    "min_tranche": "shares",
    "max_tranche": "shares",
    "child_size": "shares",
    "probability": "between 0 and 1",
    "volume_cap": "part, 0.1 is a tenth",
    "bankroll": "dollars",
    "max_stake": "dollars",
}
_YES_NO: Options = (("false", "No"), ("true", "Yes"))


@dataclass(frozen=True, slots=True)
class FormField:
    """One line of a form."""

    name: str
    title: str
    default: str
    hint: str
    """What to type: a unit or a range."""
    options: Options = ()
    """The words to pick from; none for a field that is typed."""


def form_fields(model: type[BaseModel], names: Iterable[str] = ()) -> tuple[FormField, ...]:
    """The fields of a model in its own order, or those of `names` in that order."""
    chosen = tuple(names) or tuple(
        name for name, info in model.model_fields.items() if info.title is not None
    )
    return tuple(_field(name, model.model_fields[name]) for name in chosen)


def _field(name: str, info: FieldInfo) -> FormField:
    options = _options(info.annotation)
    default = "" if info.is_required() or info.default is None else str(info.default)
    if info.annotation is bool:
        default = default.lower()
    if options and not default:
        default = options[0][0]
    return FormField(name, info.title or name, default, _hint(name, info), options)


def _options(annotation: Any) -> Options:
    if annotation is bool:
        return _YES_NO
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return tuple((word.value, word.value.capitalize()) for word in annotation)
    return ()


def _hint(name: str, info: FieldInfo) -> str:
    unit = _HINTS.get(name) or next(
        (unit for end, unit in _UNITS.items() if name.endswith(end)), ""
    )
    is_optional = get_origin(info.annotation) in {Union, UnionType} and NoneType in get_args(
        info.annotation
    )
    return f"{unit}, optional" if is_optional and name not in _LOOKS_OPTIONAL else unit


_LOOKS_OPTIONAL = frozenset({"size", "max_price", "min_price"})
"""Optional in the model, yet needed by most orders."""
