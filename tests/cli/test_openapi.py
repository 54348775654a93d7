"""docs/openapi.yaml against the routes of the control socket and its real answers."""

from __future__ import annotations

import http.client
import json
import socket
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from starlette.routing import Route

from polyterm.cli.control_app import control_app
from polyterm.models.book import BookTop, Level
from polyterm.models.enums import Side
from polyterm.models.ids import ChildId, OrderId, TokenId
from polyterm.models.money import UNIT
from polyterm.models.snapshot import LastTrade, MarketSnapshot, OwnOrder
from tests.cli.conftest import Served
from tests.cli.schema_check import faults, resolved
from tests.cli.simple_yaml import read_yaml
from tests.fakes.control_engine import MARKET, NOW_MS, ControlEngine

DOCUMENT: dict[str, Any] = read_yaml(
    Path(__file__).parents[2].joinpath("docs/openapi.yaml").read_text()
)
ORDER = {
    "market": "will-it-rain",
    "outcome": "no",
    "side": "BUY",
    "params": {"strategy": "micro_price"},
    "size": "20",
    "max_price": "0.5",
}
SEEN = MarketSnapshot(
    MARKET,
    TokenId("111"),
    BookTop((Level(4_800, 10 * UNIT),), (Level(5_000, 30 * UNIT),)),
    own=(OwnOrder(ChildId("0xc"), OrderId("o1"), Side.BUY, 4_800, 5 * UNIT, 2 * UNIT),),
    last_trade=LastTrade(4_900, UNIT, Side.BUY, NOW_MS),
    data_ms=NOW_MS,
    is_live=True,
)


def _documented() -> set[tuple[str, str]]:
    return {(verb.upper(), path) for path, verbs in DOCUMENT["paths"].items() for verb in verbs}


def test_every_route_is_documented_and_every_document_is_a_route():
    app = control_app(ControlEngine())
    routes = {
        (verb, route.path)
        for route in app.routes
        if isinstance(route, Route)
        for verb in route.methods or ()
        if verb != "HEAD"
    }
    assert routes == _documented()


def test_every_reference_leads_somewhere():
    def references(part: Any) -> list[dict[str, Any]]:
        if isinstance(part, list):
            return [found for each in part for found in references(each)]
        if not isinstance(part, dict):
            return []
        own = [part] if "$ref" in part else []
        return own + references(list(part.values()))

    found = references(DOCUMENT)
    assert len(found) > 50
    assert all(resolved(DOCUMENT, each) for each in found)


def _ask(path: Path, verb: str, target: str, body: Any = None) -> tuple[int, str, str]:
    with closing(http.client.HTTPConnection("localhost", timeout=10)) as connection:
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.settimeout(10)
        connection.sock.connect(str(path))
        connection.request(verb, target, None if body is None else json.dumps(body))
        response = connection.getresponse()
        kind = response.getheader("content-type", "").partition(";")[0]
        return response.status, kind, response.read().decode()


@pytest.mark.parametrize(
    ("verb", "path", "target", "body"),
    [
        ("POST", "/orders", "/orders", ORDER),
        ("POST", "/orders", "/orders", {**ORDER, "size": "-1"}),
        ("POST", "/orders", "/orders", {**ORDER, "market": "unknown"}),
        ("GET", "/orders", "/orders?all=1&side=buy&last=1", None),
        ("GET", "/orders", "/orders?last=0", None),
        ("DELETE", "/orders", "/orders", None),
        ("POST", "/orders/group", "/orders/group", {"orders": [ORDER], "client_key": "all"}),
        ("POST", "/orders/group", "/orders/group", {"orders": [ORDER, {**ORDER, "size": "-1"}]}),
        ("POST", "/orders/plan", "/orders/plan", ORDER),
        ("PATCH", "/orders/{order_id}", "/orders/o1", {"size": "30"}),
        ("PATCH", "/orders/{order_id}", "/orders/o1", {"sise": "30"}),
        ("POST", "/orders/{order_id}/plan", "/orders/o1/plan", {"size": "30"}),
        ("POST", "/orders/{order_id}/plan", "/orders/o1/plan", {"sise": "30"}),
        ("GET", "/orders/{order_id}", "/orders/o1", None),
        ("GET", "/orders/{order_id}", "/orders/nope", None),
        ("DELETE", "/orders/{order_id}", "/orders/o1", None),
        ("POST", "/orders/{order_id}/pause", "/orders/o1/pause", None),
        ("POST", "/orders/{order_id}/resume", "/orders/o1/resume", None),
        ("POST", "/emergency-stop", "/emergency-stop?reason=drill", None),
        ("POST", "/rearm", "/rearm", None),
        ("GET", "/status", "/status", None),
        ("GET", "/health", "/health", None),
        ("GET", "/account", "/account", None),
        ("GET", "/positions", "/positions", None),
        ("GET", "/limits", "/limits", None),
        ("GET", "/metrics", "/metrics", None),
        ("GET", "/metrics", "/metrics?format=json", None),
        ("GET", "/markets", "/markets?text=rain", None),
        ("GET", "/books/{token_id}", "/books/111?depth=1", None),
        ("GET", "/books/{token_id}", "/books/111?depth=0", None),
        ("GET", "/stream/books", "/stream/books", None),
        ("GET", "/events", "/events?after=x", None),
        ("GET", "/events", "/events?after=0", None),
        ("GET", "/events", "/events?after=99", None),
    ],
)
def test_answers_are_what_the_document_says(
    served: Served, verb: str, path: str, target: str, body: Any
):
    _ask(served.socket, "POST", "/orders", ORDER)
    served.engine.snapshots[SEEN.token_id] = SEEN
    served.engine.kept_from = 1
    status, kind, text = _ask(served.socket, verb, target, body)
    responses = DOCUMENT["paths"][path][verb.lower()]["responses"]
    assert str(status) in responses, text
    content = resolved(DOCUMENT, responses[str(status)])["content"]
    assert kind in content
    value = text if kind.startswith("application/openmetrics") else json.loads(text)
    assert list(faults(DOCUMENT, content[kind]["schema"], value, "answer")) == []
