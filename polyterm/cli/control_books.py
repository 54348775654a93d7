"""Books over the control socket: the newest picture, once or at a chosen rate."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from starlette.exceptions import HTTPException
from starlette.requests import Request

from polyterm.cli.control_names import market_with
from polyterm.cli.event_stream import EventStream
from polyterm.cli.patience import becomes_true
from polyterm.cli.plain import Plain
from polyterm.cli.plain_book import plain_book
from polyterm.engine.face import EngineFace
from polyterm.engine.ports import UnreachableError
from polyterm.models.ids import TokenId
from polyterm.models.market import Market
from polyterm.models.snapshot import MarketSnapshot

FIRST_BOOK_S = 5.0
"""How long an answer waits for a book that nobody has followed so far."""
MAX_TOKENS = 50
SLOWEST_HZ, USUAL_HZ, FASTEST_HZ = 0.1, 4.0, 30.0
USUAL_DEPTH, MAX_DEPTH = 10, 50


async def one_book(engine: EngineFace, request: Request) -> Plain:
    """The book of the token in the path; `UnreachableError` where none comes."""
    token_id = TokenId(request.path_params["token_id"])
    depth = round(_number(request, "depth", 1, USUAL_DEPTH, MAX_DEPTH))
    async with watched(engine, await market_with(engine, token_id)):
        await becomes_true(lambda: newest(engine, token_id) is not None, FIRST_BOOK_S)
        seen = newest(engine, token_id)
    if seen is None:
        raise UnreachableError(f"no book came within {FIRST_BOOK_S:g} s")
    return plain_book(seen, depth)


async def stream_books(engine: EngineFace, request: Request) -> EventStream:
    """The newest books of `?token=`, given once or more, whenever changed, at most `?hz=` times."""
    token_ids = [TokenId(text) for text in request.query_params.getlist("token")]
    if not 0 < len(token_ids) <= MAX_TOKENS:
        raise HTTPException(400, f"token: name 1 to {MAX_TOKENS} of them")
    hz = _number(request, "hz", SLOWEST_HZ, USUAL_HZ, FASTEST_HZ)
    depth = round(_number(request, "depth", 1, USUAL_DEPTH, MAX_DEPTH))
    markets = [await market_with(engine, token_id) for token_id in token_ids]
    by_token = dict(zip(token_ids, markets, strict=True))
    return EventStream(_lines(engine, by_token, 1 / hz, depth))


async def _lines(
    engine: EngineFace, markets: dict[TokenId, Market], pause_s: float, depth: int
) -> AsyncGenerator[str]:
    yield ": polyterm books\n\n"
    shown: dict[TokenId, Plain] = {}
    async with AsyncExitStack() as stack:
        for market in markets.values():
            await stack.enter_async_context(watched(engine, market))
        while True:
            for token_id in markets:
                seen = newest(engine, token_id)
                book = None if seen is None else plain_book(seen, depth)
                if book is not None and book != shown.get(token_id):
                    shown[token_id] = book
                    yield f"event: book\ndata: {json.dumps(book)}\n\n"
            await asyncio.sleep(pause_s)


@asynccontextmanager
async def watched(engine: EngineFace, market: Market) -> AsyncIterator[None]:
    """Follow a market for as long as the block runs."""
    await engine.watch_market(market)
    try:
        yield
    finally:
        await engine.unwatch_market(market)


def newest(engine: EngineFace, token_id: TokenId) -> MarketSnapshot | None:
    """The newest picture of a token; nothing where no book of it has come."""
    snapshot = engine.snapshot(token_id)
    return snapshot if snapshot is not None and snapshot.data_ms is not None else None


def _number(request: Request, name: str, least: float, usual: float, most: float) -> float:
    try:
        number = float(request.query_params.get(name, usual))
    except ValueError:
        raise HTTPException(400, f"{name}: not a number") from None
    if not least <= number <= most:
        raise HTTPException(400, f"{name}: between {least:g} and {most:g}")
    return number
