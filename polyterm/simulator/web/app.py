"""The local exchange as one ASGI application: everything under one base URL."""

from __future__ import annotations

from collections import deque

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import WebSocketRoute
from starlette.types import ASGIApp

from polyterm.simulator.faults.injector import FaultInjector
from polyterm.simulator.faults.routes import FaultRoutes
from polyterm.simulator.local_exchange import LocalExchange
from polyterm.simulator.refusals import RefusalError
from polyterm.simulator.web.account_routes import AccountRoutes
from polyterm.simulator.web.answers import refusal_answer, unknown_answer
from polyterm.simulator.web.data_routes import DataRoutes
from polyterm.simulator.web.doorman import Doorman
from polyterm.simulator.web.gamma_routes import GammaRoutes
from polyterm.simulator.web.key_routes import KeyRoutes
from polyterm.simulator.web.local_routes import LocalRoutes
from polyterm.simulator.web.market_channel import MarketChannel
from polyterm.simulator.web.market_routes import MarketRoutes
from polyterm.simulator.web.order_routes import OrderRoutes
from polyterm.simulator.web.price_routes import PriceRoutes
from polyterm.simulator.web.record_routes import RecordRoutes
from polyterm.simulator.web.request_log import MAX_KEPT, LoggedRequest, RequestLog
from polyterm.simulator.web.user_channel import UserChannel


def local_app(exchange: LocalExchange, faults: FaultInjector | None = None) -> ASGIApp:
    """Every route and channel; `faults` come between the request log and the routes."""
    doorman = Doorman(exchange)
    requests: deque[LoggedRequest] = deque(maxlen=MAX_KEPT)
    clob = MarketRoutes(exchange)
    groups = (
        clob,
        GammaRoutes(exchange, clob),
        PriceRoutes(exchange),
        KeyRoutes(exchange, doorman),
        OrderRoutes(exchange, doorman),
        AccountRoutes(exchange, doorman),
        RecordRoutes(exchange, doorman),
        DataRoutes(exchange),
        LocalRoutes(exchange, requests, faults.fired if faults else ()),
        *([FaultRoutes(faults)] if faults else []),
    )
    market, user = MarketChannel(exchange), UserChannel(exchange)
    exchange.listeners.add(market)
    exchange.listeners.add(user)
    sockets = [
        WebSocketRoute("/ws/market", market.serve),
        WebSocketRoute("/ws/user", user.serve),
    ]
    app = Starlette(
        routes=[*(route for group in groups for route in group.routes()), *sockets],
        exception_handlers={RefusalError: refusal_answer, HTTPException: unknown_answer},
    )
    # Around Starlette rather than within: it would answer a dropped connection with status 500.
    return RequestLog(faults.wrap(app) if faults else app, exchange.clock, requests)
