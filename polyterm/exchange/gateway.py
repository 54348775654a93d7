"""One host of the exchange: requests signed where they must be, answers read or refused."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from polyterm.engine.clock import Clock
from polyterm.engine.ports import AnswerError, ExchangeError, NotFoundError, UnreachableError
from polyterm.exchange.credentials import ApiCredentials
from polyterm.exchange.http import Answer, Http, Lane
from polyterm.exchange.numbers import UnreadableError
from polyterm.exchange.rate_budget import RateBudget
from polyterm.exchange.replies import described, retry_after_s
from polyterm.exchange.server_time import ServerTime

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Request:
    """One request to a host."""

    method: str
    path: str
    lane: Lane = Lane.READS
    params: Mapping[str, str] | None = None
    body: bytes = b""
    is_private: bool = False
    """Whether it has to prove the API credentials."""
    cost: int = 1
    """Rate-limit tokens."""


class Gateway:
    """Sends requests; one that changes anything goes out once."""

    def __init__(self, base_url: str, http: Http, clock: Clock, signer_address: str = "") -> None:
        self.base_url = base_url
        self._http = http
        self._clock = clock
        self._signer_address = signer_address
        self.budget = RateBudget(clock)
        self.time = ServerTime(clock)
        self.credentials: ApiCredentials | None = None

    async def sync_time(self) -> int:
        """Learn how far our clock is from the exchange's; its time in epoch seconds."""
        asked_ms = self._clock.now_ms()
        answer = await self.read(Request("GET", "/time"))
        server_s = _server_seconds(answer)
        if server_s is None:
            raise UnreachableError(f"GET {self.base_url}/time: {described(answer)}")
        self.time.learn(server_s, asked_ms)
        return server_s

    async def send(self, request: Request, headers: Mapping[str, str] | None = None) -> Answer:
        """Send once, now; `NotSentError` or `NoAnswerError` where no answer came."""
        proof = self._proof(request) if request.is_private else {}
        answer = await self._http.request(
            request.lane,
            request.method,
            self.base_url + request.path,
            params=request.params,
            headers={**proof, **(headers or {})},
            body=request.body,
        )
        self.budget.learn(request.lane, answer.headers)
        if answer.status == 429:
            self.budget.refused(request.lane, retry_after_s(answer))
        return answer

    async def read(self, request: Request, headers: Mapping[str, str] | None = None) -> Answer:
        """Send what changes nothing; `ExchangeError` unless the answer is a success.

        A 401 may come from a clock that went astray: the exchange's is asked, and the request sent
        once more.
        """
        await self.pause(request)
        answer = await self.send(request, headers)
        if answer.status == 401 and request.is_private:
            await self.sync_time()
            answer = await self.send(request, headers)
        if not 200 <= answer.status < 300:
            raise self.refusal(request, answer)
        return answer

    async def get(self, request: Request, shape: type[_T]) -> _T:
        """Read and decode; `UnreachableError` where the answer makes no sense."""
        return self.understood(request, await self.read(request), shape)

    def understood(self, request: Request, answer: Answer, shape: type[_T]) -> _T:
        """Decode an answer; `UnreachableError` where it is not of that shape."""
        try:
            return msgspec.json.decode(answer.body, type=shape)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise UnreachableError(
                f"{self._asked(request)}: {described(answer)}: {error}"
            ) from error

    @contextmanager
    def making_sense(self, request: Request) -> Iterator[None]:
        """Turn what cannot be read within into `UnreachableError`."""
        try:
            yield
        except UnreadableError as error:
            raise UnreachableError(f"{self._asked(request)}: {error}") from error

    def refusal(self, request: Request, answer: Answer) -> AnswerError:
        """The answer as an error that says what was asked, of whom, and what came back."""
        kind = NotFoundError if answer.status == 404 else AnswerError
        return kind(answer.status, f"{self._asked(request)}: {described(answer)}")

    async def pause(self, request: Request, *, keep: int = 0) -> None:
        """Wait for the tokens of a request."""
        wait_s = self.budget.wait_s(request.lane, request.cost, keep=keep)
        self.budget.take(request.lane, request.cost)
        if wait_s:
            await asyncio.sleep(wait_s)

    def _asked(self, request: Request) -> str:
        return f"{request.method} {self.base_url}{request.path}"

    def _proof(self, request: Request) -> dict[str, str]:
        if self.credentials is None:
            raise ExchangeError("there are no API credentials yet: connect first")
        return self.credentials.headers(
            self._signer_address, self.time.now_s(), request.method, request.path, request.body
        )


def _server_seconds(answer: Answer) -> int | None:
    try:
        content = msgspec.json.decode(answer.body, type=int | float | str | dict[str, int | float])
        if isinstance(content, dict):
            return next(
                (int(content[key]) for key in ("time", "timestamp") if key in content), None
            )
        return int(content)
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError):
        return None
