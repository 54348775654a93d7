from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from polyterm.engine.face import KeyReusedError
from polyterm.engine.order_group import submit_group
from polyterm.models.complaint import RefusedError
from polyterm.models.enums import OrderStatus, Side
from polyterm.models.order_request import OrderRequest
from polyterm.strategies.micro_price import MicroPriceParams
from tests.engine.desk import Desk, open_desk
from tests.fakes.exchange import NO, YES
from tests.fakes.virtual_time import run_virtual


def pair(first: int = 50, second: int = 50, **more: Any) -> list[OrderRequest]:
    """Both outcomes of the market, as two orders of one group."""
    return [
        OrderRequest(
            token_id=token,
            side=Side.BUY,
            size=Decimal(size),
            max_price=Decimal("0.45"),
            params=MicroPriceParams(),
            post_only=True,
            confirmed=True,
            client_key=f"event.{number}",
            **more,
        )
        for number, (token, size) in enumerate(((YES, first), (NO, second)), 1)
    ]


async def refusal(desk: Desk, requests: list[OrderRequest]) -> str:
    with pytest.raises(RefusedError) as refused:
        await submit_group(desk.engine, requests)
    return str(refused.value)


def test_a_group_is_taken_as_a_whole_and_only_once() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            accepted = await submit_group(desk.engine, pair())
            assert len(set(accepted)) == 2
            assert await submit_group(desk.engine, pair()) == accepted
            assert len(desk.engine.list_orders()) == 2
            with pytest.raises(KeyReusedError):
                await submit_group(desk.engine, pair(second=60))

    run_virtual(scenario())


def test_one_that_cannot_be_taken_keeps_all_of_them_out() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            assert "size: order 2: below the market's minimum" in await refusal(
                desk, pair(second=2)
            )
            assert desk.engine.list_orders() == ()
            assert desk.store.parents == {}

    run_virtual(scenario())


def test_what_each_could_pay_alone_they_may_not_afford_together() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            each = int(desk.engine.account().available / 1_000_000 / 0.45 * 0.7)
            assert "size: together up to" in await refusal(desk, pair(each, each))
            assert desk.engine.list_orders() == ()

    run_virtual(scenario())


def test_a_refusal_after_the_check_takes_back_what_was_accepted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            checked = pair()
            taken = desk.engine.submit_order

            async def submit(request: OrderRequest):
                if request.token_id == NO:
                    raise RefusedError([])
                return await taken(request)

            monkeypatch.setattr(desk.engine, "submit_order", submit)
            await refusal(desk, checked)
            (first,) = desk.engine.list_orders()
            ended = await desk.until_ended(first.order_id)
            assert (ended.status, ended.filled) == (OrderStatus.CANCELLED, 0)

    run_virtual(scenario())


def test_a_group_that_was_cut_off_is_taken_up_where_it_was_left() -> None:
    async def scenario() -> None:
        async with open_desk() as desk:
            first, _ = pair()
            known = await desk.engine.submit_order(first)
            accepted = await submit_group(desk.engine, pair())
            assert accepted[0] == known
            assert len(desk.engine.list_orders()) == 2

    run_virtual(scenario())
