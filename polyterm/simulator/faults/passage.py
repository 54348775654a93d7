"""The way of a request or a WebSocket through the faults that strike at it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from starlette.types import ASGIApp, Receive, Scope, Send

from polyterm.simulator.faults.fault import Fault, Land, RequestFault
from polyterm.simulator.faults.occasion import Occasion, Visit
from polyterm.simulator.faults.reply import Reply, catch_reply, read_body
from polyterm.simulator.faults.scene import Scene
from polyterm.simulator.faults.visits import Visits
from polyterm.simulator.web.conversation import POLICY_VIOLATION
from polyterm.simulator.web.local_routes import PREFIX

SOCKET = "WS"
"""What stands for the method of a WebSocket."""
SWITCHING = Reply(101)
"""What stands for a WebSocket being let in."""
DENIAL = "websocket.http.response"

Meet = Callable[[Visit], list[tuple[Fault, Occasion]]]


class Passage:
    """An application with faults before it; what is under /_local passes untouched."""

    def __init__(self, app: ASGIApp, scene: Scene, visits: Visits, meet: Meet) -> None:
        self._app = app
        self._scene = scene
        self._visits = visits
        self._meet = meet

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or WebSocket; raises `ConnectionDropped` where that is the fault."""
        if scope["path"].startswith(PREFIX):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._connect(scope, receive, send)
        else:
            await self._answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        visit = Visit(scope["method"], scope["path"])
        struck = self._meet(visit)
        if not struck and self._scene.weather.is_fair and self._scene.reads.is_current:
            return await self._app(scope, receive, send)
        visit.body = await read_body(receive)
        visit.note_orders(f"{visit.path} {visit.body.decode(errors='replace')}", self._scene)
        reply = await self._visits.attend(
            self._through(struck, visit, partial(self._land, scope, visit))
        )
        return await reply.send(send)

    async def _connect(self, scope: Scope, receive: Receive, send: Send) -> None:
        visit = Visit(SOCKET, scope["path"])
        reply = await self._visits.attend(self._through(self._meet(visit), visit, _let_in))
        if reply.status == SWITCHING.status:
            await self._scene.lines.serve(self._app, scope, receive, send)
        elif DENIAL in scope.get("extensions", {}):
            await reply.deny(send)
        else:
            await send({"type": "websocket.close", "code": POLICY_VIOLATION, "reason": ""})

    async def _through(
        self, struck: list[tuple[Fault, Occasion]], visit: Visit, land: Land
    ) -> Reply:
        await self._scene.weather.thaw()
        for fault, occasion in reversed(struck):
            land = partial(_strike, fault, occasion, land)
        try:
            return await land()
        finally:
            for _, occasion in struck:
                occasion.firing.concern(*visit.order_ids)

    async def _land(self, scope: Scope, visit: Visit) -> Reply:
        # Here rather than before: a fault of this very request may have changed both.
        await self._scene.weather.thaw()
        refusal = self._scene.weather.refusal(visit.method, visit.path, visit.body)
        if refusal is not None:
            return refusal
        reader = self._scene.reads.reader(visit.method, visit.path)
        reply = await catch_reply(reader or self._app, scope, visit.body)
        visit.note_orders(reply.body.decode(errors="replace"), self._scene)
        return reply


async def _strike(fault: Fault, occasion: Occasion, land: Land) -> Reply:
    if isinstance(fault, RequestFault) and not fault.may_miss:
        occasion.firing.hit()
    return await fault.around(occasion, land)


async def _let_in() -> Reply:
    return SWITCHING
