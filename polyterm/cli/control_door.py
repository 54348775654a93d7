"""The door of the control socket: it says whose it is, and turns away what others were meant."""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from polyterm.cli.control_identity import MISDIRECTED, misdirected, served
from polyterm.cli.places import VenuePlace


class Door:
    """An application with the engine's identity around it."""

    def __init__(self, app: ASGIApp, place: VenuePlace) -> None:
        self._app = app
        self._place = place

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or turn away."""
        fault = misdirected(Headers(scope=scope), self._place)
        error = {"error": {"message": fault, "complaints": []}}
        app = JSONResponse(error, status_code=MISDIRECTED) if fault else self._app

        async def signed(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(served(self._place))
            await send(message)

        await app(scope, receive, signed)
