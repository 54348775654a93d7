"""The engine's face as HTTP and JSON, for the control socket."""

from __future__ import annotations

import asyncio

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from polyterm.cli.control_books import one_book, stream_books
from polyterm.cli.control_errors import HANDLERS, require_open
from polyterm.cli.control_events import stream_events
from polyterm.cli.control_filters import wanted_orders
from polyterm.cli.control_orders import (
    accept_group,
    accept_order,
    cancel_and_prove,
    change,
    pause_and_prove,
    plan,
    plan_of_change,
)
from polyterm.cli.control_positions import all_positions
from polyterm.cli.control_stop import stop_and_prove
from polyterm.cli.metrics_server import answer_metrics
from polyterm.cli.plain import (
    plain_account,
    plain_change,
    plain_counts,
    plain_detail,
    plain_health,
    plain_limits,
    plain_market,
    plain_order,
    plain_plan,
    plain_stop,
)
from polyterm.engine.face import EngineFace
from polyterm.models.ids import OrderId

MAX_MARKETS = 200


def control_app(engine: EngineFace) -> Starlette:
    """All routes of one engine; errors answer as `{"error": {"message", "complaints"}}`."""
    desk = _Desk(engine)
    routes = [
        Route("/orders", desk.list_orders, methods=["GET"]),
        Route("/orders", desk.add_order, methods=["POST"]),
        Route("/orders", desk.cancel_all, methods=["DELETE"]),
        Route("/orders/group", desk.add_group, methods=["POST"]),
        Route("/orders/plan", desk.plan, methods=["POST"]),
        Route("/orders/{order_id}", desk.order, methods=["GET"]),
        Route("/orders/{order_id}", desk.change, methods=["PATCH"]),
        Route("/orders/{order_id}", desk.cancel, methods=["DELETE"]),
        Route("/orders/{order_id}/plan", desk.plan_change, methods=["POST"]),
        Route("/orders/{order_id}/pause", desk.pause, methods=["POST"]),
        Route("/orders/{order_id}/resume", desk.resume, methods=["POST"]),
        Route("/emergency-stop", desk.emergency_stop, methods=["POST"]),
        Route("/rearm", desk.rearm, methods=["POST"]),
        Route("/status", desk.status),
        Route("/health", desk.health),
        Route("/account", desk.account),
        Route("/positions", desk.positions),
        Route("/limits", desk.limits),
        Route("/metrics", desk.metrics),
        Route("/markets", desk.markets),
        Route("/books/{token_id}", desk.book),
        Route("/stream/books", desk.books),
        Route("/events", desk.events),
    ]
    return Starlette(routes=routes, exception_handlers=HANDLERS)


class _Desk:
    def __init__(self, engine: EngineFace) -> None:
        self._engine = engine

    async def list_orders(self, request: Request) -> Response:
        wanted = await wanted_orders(self._engine, request.query_params)
        return JSONResponse([plain_order(order) for order in wanted])

    async def add_order(self, request: Request) -> Response:
        key = request.headers.get("idempotency-key")
        order = await accept_order(self._engine, await request.body(), key)
        return JSONResponse(plain_order(order), status_code=201)

    async def add_group(self, request: Request) -> Response:
        accepted = await accept_group(self._engine, await request.body())
        return JSONResponse([plain_order(order) for order in accepted], status_code=201)

    async def plan(self, request: Request) -> Response:
        require_open(self._engine)
        return JSONResponse(plain_plan(await plan(self._engine, await request.body())))

    async def change(self, request: Request) -> Response:
        order = await change(self._engine, _order_id(request), await request.body())
        return JSONResponse(plain_order(order))

    async def plan_change(self, request: Request) -> Response:
        view = await plan_of_change(self._engine, _order_id(request), await request.body())
        return JSONResponse(plain_change(view))

    async def order(self, request: Request) -> Response:
        return JSONResponse(plain_detail(await self._engine.order_detail(_order_id(request))))

    async def cancel(self, request: Request) -> Response:
        order = await cancel_and_prove(self._engine, _order_id(request))
        return JSONResponse(plain_order(order))

    async def cancel_all(self, request: Request) -> Response:
        open_orders = [o.order_id for o in self._engine.list_orders() if not o.status.is_final]
        proofs = (cancel_and_prove(self._engine, order_id) for order_id in open_orders)
        return JSONResponse([plain_order(order) for order in await asyncio.gather(*proofs)])

    async def pause(self, request: Request) -> Response:
        order = await pause_and_prove(self._engine, _order_id(request))
        return JSONResponse(plain_order(order))

    async def resume(self, request: Request) -> Response:
        require_open(self._engine)
        order_id = _order_id(request)
        await self._engine.resume_order(order_id)
        return JSONResponse(plain_order(self._engine.order_status(order_id)))

    async def emergency_stop(self, request: Request) -> Response:
        reason = request.query_params.get("reason", "asked for from the command line")
        return JSONResponse(plain_stop(await stop_and_prove(self._engine, reason)))

    async def rearm(self, request: Request) -> Response:
        await self._engine.rearm()
        return JSONResponse(plain_stop(self._engine.health().stop))

    async def status(self, request: Request) -> Response:
        return JSONResponse(
            plain_health(self._engine.health())
            | {
                "account": plain_account(self._engine.account()),
                "orders": plain_counts(self._engine.list_orders()),
            }
        )

    async def health(self, request: Request) -> Response:
        return JSONResponse(plain_health(self._engine.health()))

    async def account(self, request: Request) -> Response:
        return JSONResponse(plain_account(self._engine.account()))

    async def positions(self, request: Request) -> Response:
        return JSONResponse(await all_positions(self._engine))

    async def limits(self, request: Request) -> Response:
        return JSONResponse(plain_limits(self._engine.settings))

    async def metrics(self, request: Request) -> Response:
        return answer_metrics(self._engine, request)

    async def markets(self, request: Request) -> Response:
        text = request.query_params.get("text", "").strip()
        limit = _limit(request.query_params.get("limit", "50"))
        search = self._engine.search_markets
        found = await (search(text, limit) if text else self._engine.list_markets(limit))
        return JSONResponse([plain_market(market) for market in found])

    async def book(self, request: Request) -> Response:
        return JSONResponse(await one_book(self._engine, request))

    async def books(self, request: Request) -> Response:
        return await stream_books(self._engine, request)

    async def events(self, request: Request) -> Response:
        return await stream_events(self._engine, request)


def _order_id(request: Request) -> OrderId:
    return OrderId(request.path_params["order_id"])


def _limit(text: str) -> int:
    return min(max(int(text), 1), MAX_MARKETS) if text.isdecimal() else 50
