"""What the parameters of every strategy have in common, and how the right model is found.

A strategy's parameters are one model. It is known from the moment its class is made; the name in
its `strategy` field picks it wherever a request is read: from a form, a socket or the journal.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Self, cast

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SerializeAsAny,
    field_validator,
)

MAX_SHARES = Decimal(10_000_000)


def _with_decimals(places: int):
    def check(value: Decimal) -> Decimal:
        if value.is_finite() and value != round(value, places):
            raise ValueError(f"at most {places} decimals")
        return value

    return AfterValidator(check)


Shares = Annotated[Decimal, Field(gt=0, le=MAX_SHARES), _with_decimals(2)]
Limit = Annotated[Decimal, Field(gt=0, lt=1), _with_decimals(4)]
Probability = Annotated[Decimal, Field(gt=0, lt=1)]
Money = Annotated[Decimal, Field(gt=0, le=Decimal(1_000_000_000)), _with_decimals(6)]


class Strict(BaseModel):
    """Unknown fields and numbers that are none are refused; nothing changes once it is made."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class StrategyParams(Strict):
    """Base of a strategy's parameters; a subclass gives `strategy` its name as the default."""

    strategy: str
    sized_by: ClassVar[str] = ""
    """The parameter that the size is computed from, so that the size of the request only caps it;
    empty where the trader types the size."""

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        name = cls.model_fields["strategy"].default
        if isinstance(name, str):
            _KNOWN[name] = cls

    @classmethod
    def example(cls) -> Self:
        """The defaults, and where there is none the first example of the field."""
        fields = cls.model_fields.items()
        given = {name: (field.examples or [None])[0] for name, field in fields if field.examples}
        return cls.model_validate(given)

    @field_validator("strategy")
    @classmethod
    def _own_name(cls, value: str) -> str:
        if value != cls.model_fields["strategy"].default:
            raise ValueError(f"these are not the parameters of {value}")
        return value


_KNOWN: dict[str, type[StrategyParams]] = {}


def _of_its_strategy(value: object) -> object:
    if not isinstance(value, Mapping):
        return value
    typed = cast("Mapping[str, object]", value)
    name = typed.get("strategy")
    model = _KNOWN.get(name) if isinstance(name, str) else None
    if model is None:
        raise ValueError(f"strategy: pick one of {', '.join(sorted(_KNOWN))}")
    return model.model_validate(typed)


AnyParams = Annotated[SerializeAsAny[StrategyParams], BeforeValidator(_of_its_strategy)]
"""The parameters of any strategy there is."""
