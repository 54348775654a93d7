"""Positions over the control socket: books that nobody follows are read for the answer."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress

from polyterm.cli.control_books import newest, watched
from polyterm.cli.patience import becomes_true
from polyterm.cli.plain import Plain
from polyterm.cli.plain_positions import plain_position
from polyterm.engine.face import EngineFace
from polyterm.engine.ports import ExchangeError
from polyterm.models.ids import TokenId
from polyterm.models.market import Market

BOOKS_S = 3.0
"""How long the answer waits for such books; a holding without one has no worth in it."""


async def all_positions(engine: EngineFace) -> list[Plain]:
    """Every holding of the account, at the micro-price of now."""
    held = engine.account().positions
    unseen = [each.token_id for each in held if newest(engine, each.token_id) is None]
    async with AsyncExitStack() as stack:
        if unseen and engine.health().exchange_up:
            with suppress(TimeoutError):
                async with asyncio.timeout(BOOKS_S):
                    await _follow(engine, unseen, stack)
        return [plain_position(each, newest(engine, each.token_id)) for each in held]


async def _follow(engine: EngineFace, token_ids: Sequence[TokenId], stack: AsyncExitStack) -> None:
    markets = await asyncio.gather(*(_market(engine, token_id) for token_id in token_ids))
    # A market that is over has no book to wait for.
    at_work = {
        token_id: market
        for token_id, market in zip(token_ids, markets, strict=True)
        if market is not None and market.accepting_orders
    }
    for market in at_work.values():
        await stack.enter_async_context(watched(engine, market))
    await becomes_true(lambda: all(newest(engine, token_id) for token_id in at_work), BOOKS_S)


async def _market(engine: EngineFace, token_id: TokenId) -> Market | None:
    try:
        return await engine.market_of(token_id)
    except ExchangeError:
        return None
