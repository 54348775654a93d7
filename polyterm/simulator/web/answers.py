"""Answers as the exchange writes them: JSON with exact numbers, and refusals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from polyterm.simulator.refusals import BAD_PAYLOAD, RefusalError

_ENCODER = msgspec.json.Encoder(decimal_format="number")
_T = TypeVar("_T")


def encode(value: object) -> bytes:
    """JSON; a `Decimal` becomes a number, exactly as it is."""
    return _ENCODER.encode(value)


def answer(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON answer."""
    return Response(encode(value), status, headers, media_type="application/json")


async def refusal_answer(request: Request, error: Exception) -> Response:
    """What a refused request gets."""
    if not isinstance(error, RefusalError):
        raise error
    return answer(error.body, error.status, error.headers)


async def unknown_answer(request: Request, error: Exception) -> Response:
    """What a path or method that is not served gets."""
    if not isinstance(error, HTTPException):
        raise error
    return answer({"error": error.detail.lower()}, error.status_code, error.headers)


async def read_body(request: Request, shape: type[_T]) -> _T:
    """The body as that shape; refused where it is not."""
    try:
        return msgspec.json.decode(await request.body(), type=shape)
    except msgspec.DecodeError as error:
        raise RefusalError(BAD_PAYLOAD) from error


def read_number(request: Request, name: str, default: int) -> int:
    """A whole number from the query; refused where it is none."""
    text = request.query_params.get(name)
    if not text:
        return default
    try:
        return int(text)
    except ValueError as error:
        raise RefusalError(BAD_PAYLOAD) from error
