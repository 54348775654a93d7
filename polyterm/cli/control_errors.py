"""What goes wrong behind the control socket, as HTTP answers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from polyterm.cli.control_names import MissingError
from polyterm.engine.face import (
    EngineFace,
    KeyReusedError,
    UnknownOrderError,
    UnknownTokenError,
)
from polyterm.engine.ports import ExchangeError, NotFoundError, UnreachableError
from polyterm.engine.store import StoreError
from polyterm.models.complaint import Complaint, RefusedError
from polyterm.models.events import StopState


class StoppedError(Exception):
    """Nothing was done: an emergency stop holds."""


def require_open(engine: EngineFace) -> None:
    """Raise where no order can be taken, whatever it is: stopped, or the exchange is silent."""
    health = engine.health()
    if health.stop.state is not StopState.RUNNING:
        raise StoppedError(
            f"an emergency stop holds ({health.stop.state}); polyterm rearm lifts it"
        )
    if not health.exchange_up:
        raise UnreachableError(health.problem or "it does not answer")


def _answer(status: int, message: str, complaints: Iterable[Complaint] = ()) -> JSONResponse:
    plain = [{"field": each.field, "reason": each.reason} for each in complaints]
    return JSONResponse({"error": {"message": message, "complaints": plain}}, status_code=status)


async def _refused(request: Request, error: RefusedError) -> JSONResponse:
    return _answer(422, "refused", error.complaints)


async def _stopped(request: Request, error: StoppedError) -> JSONResponse:
    return _answer(423, str(error))


async def _conflict(request: Request, error: KeyReusedError) -> JSONResponse:
    return _answer(409, str(error))


async def _missing(request: Request, error: Exception) -> JSONResponse:
    return _answer(404, str(error))


async def _nameless(request: Request, error: MissingError | UnknownTokenError) -> JSONResponse:
    return _answer(404, "not found", error.complaints)


async def _unreachable(request: Request, error: ExchangeError) -> JSONResponse:
    return _answer(502, f"the exchange: {error}")


async def _unreadable(request: Request, error: StoreError) -> JSONResponse:
    return _answer(503, str(error))


async def _http(request: Request, error: HTTPException) -> JSONResponse:
    return _answer(error.status_code, error.detail)


HANDLERS: dict[Any, Any] = {
    RefusedError: _refused,
    UnknownTokenError: _nameless,
    MissingError: _nameless,
    StoppedError: _stopped,
    KeyReusedError: _conflict,
    UnknownOrderError: _missing,
    NotFoundError: _missing,
    ExchangeError: _unreachable,
    StoreError: _unreadable,
    HTTPException: _http,
}
"""By class of error; the most derived one that is listed answers."""
