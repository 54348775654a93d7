from __future__ import annotations

import asyncio

from polyterm.cli.first_look import FirstLook
from polyterm.engine.ports import UnreachableError
from polyterm.models.market import Market
from tests.fakes.engine import FakeEngine
from tests.fakes.pictures import market

MARKETS = (market(1, "First?"), market(2, "Second?"))


class DownEngine(FakeEngine):
    async def list_markets(self, limit: int = 50) -> tuple[Market, ...]:
        raise UnreachableError("nobody there")


async def test_the_first_market_is_followed_until_it_lets_go() -> None:
    engine = FakeEngine(markets=MARKETS)
    look = FirstLook(engine)
    assert await look.markets == MARKETS
    assert (engine.watched, engine.unwatched) == ([MARKETS[0].slug], [])
    await look.let_go()
    assert engine.unwatched == [MARKETS[0].slug]


async def test_letting_go_after_a_failure_raises_nothing() -> None:
    look = FirstLook(DownEngine(markets=MARKETS))
    await look.let_go()
    assert isinstance(look.markets.exception(), UnreachableError)


async def test_a_search_may_end_the_question() -> None:
    look = FirstLook(FakeEngine(markets=MARKETS))
    look.markets.cancel()
    async with asyncio.timeout(1):
        await look.let_go()
