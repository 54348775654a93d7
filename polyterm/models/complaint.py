"""A reason why something asked for cannot be done, tied to the field at fault."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pydantic import ValidationError


@dataclass(frozen=True, slots=True)
class Complaint:
    """One field, one reason, in words for the trader."""

    field: str
    """Name of the field as the request calls it; empty where it is about the whole."""
    reason: str

    def __str__(self) -> str:
        return f"{self.field}: {self.reason}" if self.field else self.reason


class RefusedError(Exception):
    """Nothing was sent: the request breaks these rules, all of them listed."""

    def __init__(self, complaints: Iterable[Complaint]) -> None:
        self.complaints = tuple(complaints)
        super().__init__("; ".join(str(complaint) for complaint in self.complaints))


def complaints_of(error: ValidationError) -> tuple[Complaint, ...]:
    """Put a model's validation errors in the trader's words."""
    return tuple(_complaint(item["loc"], item["msg"]) for item in error.errors())


def _complaint(where: tuple[int | str, ...], message: str) -> Complaint:
    reason = message.removeprefix("Value error, ").removeprefix("Assertion failed, ")
    # A place within a field's own list is still about that field.
    names = [part for part in where if isinstance(part, str)]
    if not names or names == ["params"]:
        field, colon, rest = reason.partition(": ")
        if colon and field.isidentifier():
            return Complaint(field, rest)
    return Complaint(names[-1] if names else "", reason[:1].lower() + reason[1:])
