"""What most tests of the exchange client start from."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest

from polyterm.engine.ports import ChildTicket
from polyterm.exchange.client import PolymarketExchange
from polyterm.exchange.credentials import ApiCredentials
from polyterm.exchange.hosts import Hosts
from polyterm.exchange.signing import Wallet
from polyterm.models.enums import OrderType, Side
from polyterm.models.ids import ConditionId, TokenId
from polyterm.models.market import FeeSchedule, Market, Outcome
from polyterm.models.money import UNIT

KEY = "0x" + "11" * 32
API_KEY = "00000000-0000-0000-0000-000000000001"
CREDENTIALS = ApiCredentials(API_KEY, "c2VjcmV0LXNlY3JldC1zZWNyZXQ=", "passphrase-of-a-test")
YES = TokenId("71321045679252212594626385532706912750332728571942532289631379312455583992563")
NO = TokenId("52114319501245915516055106046884209969926127482827954674443846427813813222426")
CONDITION = ConditionId("0xdd22472e552920b8438158ea7238bfadfa4f736aa4cee91a6b86c39ead110917")
POSITION = TokenId(str((0xABCDEF << 104) | 7))
NOW_MS = 1_790_000_000_000

WIRE = Path(__file__).parents[3] / "shared" / "data" / "wire"

Handler = Callable[[httpx.Request], httpx.Response]


class StillClock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.ms = NOW_MS
        self.seconds = 0.0

    def now_ms(self) -> int:
        """Wall time, epoch milliseconds."""
        return self.ms

    def monotonic(self) -> float:
        """Seconds from some start."""
        return self.seconds


def sample(name: str) -> bytes:
    """A recorded message; the test is skipped where there are none."""
    path = WIRE / name
    if not path.is_file():
        pytest.skip("no recorded messages here")
    return path.read_bytes()


def a_market(**changes: Any) -> Market:
    """A market on a one-cent tick; anything about it can be changed."""
    fields: dict[str, Any] = {
        "condition_id": CONDITION,
        "slug": "will-it-rain",
        "question": "Will it rain?",
        "outcomes": (Outcome(YES, "Yes"), Outcome(NO, "No")),
        "tick": 100,
        "min_size": 5 * UNIT,
        "fees": FeeSchedule(),
        "neg_risk": False,
        "protocol": "v1",
        "accepting_orders": True,
    }
    return Market(**(fields | changes))


def a_ticket(**changes: Any) -> ChildTicket:
    """A resting buy of ten shares at 55 cents; anything about it can be changed."""
    fields: dict[str, Any] = {
        "market": a_market(),
        "token_id": YES,
        "side": Side.BUY,
        "price": 5500,
        "size": 10 * UNIT,
        "order_type": OrderType.GTC,
    }
    return ChildTicket(**(fields | changes))


def a_client(
    handler: Handler,
    *,
    clock: StillClock | None = None,
    credentials: ApiCredentials | None = CREDENTIALS,
    wallet: Wallet | None = None,
) -> PolymarketExchange:
    """A client whose exchange is a function."""
    return PolymarketExchange(
        Hosts.at("http://127.0.0.1:9"),
        wallet or Wallet.from_key(KEY),
        clock=clock or StillClock(),
        random=Random(7),
        credentials=credentials,
        transport=httpx.MockTransport(handler),
    )


def by_path(answers: dict[str, Any]) -> Handler:
    """An exchange that answers `METHOD /path` by a table; a value may be a response or JSON."""

    def handle(request: httpx.Request) -> httpx.Response:
        answer = answers.get(f"{request.method} {request.url.path}")
        if isinstance(answer, httpx.Response):
            return answer
        if answer is None:
            return httpx.Response(404, json={"error": "not found"})
        return httpx.Response(200, content=json.dumps(answer))

    return handle
