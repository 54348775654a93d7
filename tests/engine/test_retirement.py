"""Ended orders leave memory: nothing they add up to goes with them, and news brings them back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable

import pytest

from polyterm.engine import late_news, past_orders, retirement
from polyterm.engine.face import KeyReusedError, UnknownOrderError
from polyterm.engine.parent import Parent
from polyterm.engine.ports import RemoteStatus
from polyterm.engine.retirement import EVERY_S, QUIET_MS
from polyterm.models.complaint import RefusedError
from polyterm.models.enums import ChildStatus, OrderStatus, TradeStatus
from polyterm.models.events import Noticed
from polyterm.models.ids import ChildId, OrderId, TradeId
from polyterm.models.money import UNIT
from polyterm.models.views import OrderView
from tests.engine.desk import Desk, micro, open_desk
from tests.engine.full_sums import check_sums
from tests.fakes.exchange import YES
from tests.fakes.store import MemoryStore
from tests.fakes.virtual_time import run_virtual

LEAVING_S = QUIET_MS / 1_000 + EVERY_S + 1
Story = Callable[[Desk], Awaitable[None]]


def _tell(*stories: Story) -> None:
    """Each story is another run of the engine on the same journal and exchange."""
    store = MemoryStore()

    async def scenario() -> None:
        exchange = None
        for story in stories:
            async with open_desk(exchange, store) as desk:
                exchange = desk.exchange
                await story(desk)
                check_sums(desk.engine)

    run_virtual(scenario())


def _in_memory(desk: Desk) -> set[OrderId]:
    return set(desk.engine._register.parents)


async def _fill(desk: Desk, child_id: ChildId, size: int) -> TradeId:
    """Trade that much, and let it settle."""
    trade_id = TradeId(f"trade-{len(desk.exchange.reports)}")
    desk.exchange.trade(child_id, size)
    desk.exchange.settle(trade_id, TradeStatus.CONFIRMED)
    await asyncio.sleep(1)
    return trade_id


async def _bought(
    desk: Desk, size: int = 100, client_key: str | None = None
) -> tuple[OrderId, ChildId]:
    """An order that was filled and settled a moment ago."""
    order_id = await desk.engine.submit_order(micro(size, client_key=client_key))
    child_id = await desk.resting(order_id)
    await _fill(desk, child_id, size * UNIT)
    await desk.until_ended(order_id)
    return order_id, child_id


async def _cancelled(desk: Desk) -> tuple[OrderId, ChildId]:
    """An order that was cancelled before it traded."""
    order_id = await desk.engine.submit_order(micro())
    child_id = await desk.resting(order_id)
    await desk.engine.cancel_order(order_id)
    await desk.until_ended(order_id)
    return order_id, child_id


def _metric(desk: Desk, name: str) -> float:
    (family,) = (family for family in desk.engine.metrics() if family.name == name)
    return float(family.samples[0].value)


def _worth(desk: Desk) -> tuple[object, ...]:
    """Everything that is summed over all orders."""
    account = desk.engine.account()
    names = ("profit_dollars", "cash_flow_dollars", "exposure_dollars")
    sums = (_metric(desk, f"polyterm_{name}") for name in names)
    return account.cash, account.available, account.positions, *sums


def test_an_ended_order_leaves_memory_and_is_shown_as_before() -> None:
    async def story(desk: Desk) -> None:
        order_id, _ = await _bought(desk)
        resting = await desk.engine.submit_order(micro(50))
        await desk.resting(resting)
        detail, worth = await desk.engine.order_detail(order_id), _worth(desk)
        await asyncio.sleep(LEAVING_S)
        assert _in_memory(desk) == {resting}
        assert _ids(desk.engine.list_orders()) == [resting, order_id]
        assert await desk.engine.order_detail(order_id) == detail
        assert desk.engine.order_status(order_id) == detail.order
        assert [one async for one in desk.engine.all_orders()] == list(desk.engine.list_orders())
        assert _worth(desk) == worth

    _tell(story)


def test_the_next_run_loads_only_what_has_not_left() -> None:
    known: list[object] = []

    async def first(desk: Desk) -> None:
        await _bought(desk)
        await asyncio.sleep(LEAVING_S)
        order_id = await desk.engine.submit_order(micro(50))
        await _fill(desk, await desk.resting(order_id), 20 * UNIT)
        await desk.engine.cancel_order(order_id)
        await desk.until_ended(order_id)
        assert _in_memory(desk) == {order_id}
        known.extend((desk.engine.list_orders(), _worth(desk)[2:], _in_memory(desk)))

    async def second(desk: Desk) -> None:
        assert [desk.engine.list_orders(), _worth(desk)[2:], _in_memory(desk)] == known

    _tell(first, second)


async def _not_settled(desk: Desk) -> None:
    order_id = await desk.engine.submit_order(micro())
    desk.exchange.trade(await desk.resting(order_id), 100 * UNIT)
    await desk.until_ended(order_id)


async def _balance_behind(desk: Desk) -> None:
    order_id = await desk.engine.submit_order(micro())
    child_id = await desk.resting(order_id)
    await asyncio.sleep(1)

    async def old_cash(cash: int = desk.exchange.balance) -> int:
        return cash

    desk.exchange.cash = old_cash
    desk.engine._account._cash.disputed_ms = 10**15
    await _fill(desk, child_id, 100 * UNIT)
    await desk.until_ended(order_id)


async def _at_work(desk: Desk) -> None:
    await desk.resting(await desk.engine.submit_order(micro()))


async def _trade_read_again(desk: Desk) -> None:
    other = await desk.engine.submit_order(micro(50))
    desk.exchange.trade(await desk.resting(other), 50 * UNIT)
    await asyncio.sleep(1)
    await _bought(desk)


@pytest.mark.parametrize("so", [_not_settled, _balance_behind, _at_work, _trade_read_again])
def test_an_order_stays_for_as_long_as_something_may_come(so: Story) -> None:
    async def story(desk: Desk) -> None:
        await so(desk)
        left: list[Parent] = []

        def let_go(parent: Parent) -> None:
            left.append(parent)

        desk.engine._register.let_go = let_go
        await asyncio.sleep(2 * LEAVING_S)
        assert left == []

    _tell(story)


def test_a_child_that_comes_alive_after_its_order_left_is_taken_back_and_cancelled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # It takes two looks to believe it: meanwhile the order must not leave again.
    monkeypatch.setattr(retirement, "EVERY_S", 0.5)

    async def story(desk: Desk) -> None:
        order_id, child_id = await _cancelled(desk)
        await asyncio.sleep(LEAVING_S)
        assert _in_memory(desk) == set()
        desk.exchange.orders[child_id].status = RemoteStatus.LIVE
        await desk.until(lambda: desk.exchange.open_ids() == [])
        assert _in_memory(desk) == {order_id}
        alarms = [e.text for e in desk.store.events if isinstance(e, Noticed) and e.is_alarm]
        assert any("is alive after all" in text for text in alarms)
        assert desk.store.parents[order_id].left_ms is None
        await asyncio.sleep(LEAVING_S)
        assert _in_memory(desk) == set()

    _tell(story)


def test_a_request_that_arrives_after_its_order_left_is_cancelled() -> None:
    async def story(desk: Desk) -> None:
        desk.exchange.script.sends.append("drop")
        order_id = await desk.engine.submit_order(micro())
        await desk.until(lambda: desk.engine.health().unknown == 1)
        (lost,) = desk.engine._register.parents[order_id].children.values()
        await desk.resting(order_id)
        await desk.engine.cancel_order(order_id)
        await desk.until_ended(order_id)
        assert lost.status is ChildStatus.NEVER_LANDED
        await asyncio.sleep(LEAVING_S)
        assert _in_memory(desk) == set()
        other = next(iter(desk.exchange.orders.values()))
        desk.exchange.orders[lost.child_id] = type(other)(other.ticket)
        desk.exchange.tell_order(lost.child_id)
        await desk.until(lambda: desk.exchange.open_ids() == [], seconds=5)
        detail = await desk.engine.order_detail(order_id)
        (late,) = (child for child in detail.children if child.child_id == lost.child_id)
        assert late.status is ChildStatus.CANCELLED

    _tell(story)


def test_a_fill_that_fails_after_its_order_left_needs_a_decision() -> None:
    async def story(desk: Desk) -> None:
        order_id, _ = await _bought(desk)
        await asyncio.sleep(LEAVING_S)
        desk.exchange.settle(TradeId("trade-0"), TradeStatus.FAILED)
        await asyncio.sleep(1)
        view = desk.engine.order_status(order_id)
        assert (view.status, view.filled) == (OrderStatus.NEEDS_DECISION, 0)
        assert [(t.bought, t.paid) for t in desk.engine._register.ledger] == [(0, 0)]
        await asyncio.sleep(LEAVING_S)
        assert _in_memory(desk) == {order_id}

    _tell(story)


def test_all_news_of_an_order_counts_however_it_is_looked_into(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(late_news, "_AT_ONCE", 1)

    async def story(desk: Desk) -> None:
        order_id = await desk.engine.submit_order(micro())
        child_id = await desk.resting(order_id)
        trades = [await _fill(desk, child_id, size * UNIT) for size in (30, 70)]
        await desk.until_ended(order_id)
        await asyncio.sleep(LEAVING_S)
        assert _in_memory(desk) == set()
        for trade_id in trades:
            desk.exchange.settle(trade_id, TradeStatus.FAILED)
        await asyncio.sleep(1)
        assert desk.engine.order_status(order_id).filled == 0
        assert [totals.bought for totals in desk.engine._register.ledger] == [0]

    _tell(story)


def test_what_was_told_before_brings_nothing_back() -> None:
    async def story(desk: Desk) -> None:
        _, child_id = await _bought(desk)
        await asyncio.sleep(LEAVING_S)
        desk.exchange.settle(TradeId("trade-0"), TradeStatus.CONFIRMED)
        desk.exchange.settle(TradeId("trade-0"), TradeStatus.MINED)
        desk.exchange.tell_order(child_id)
        await asyncio.sleep(1)
        assert _in_memory(desk) == set()

    _tell(story)


def test_late_news_waits_while_the_journal_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(desk: Desk) -> None:
        order_id, _ = await _bought(desk)
        await asyncio.sleep(LEAVING_S)
        desk.store.unreadable = "the disk reports an error"
        desk.exchange.settle(TradeId("trade-0"), TradeStatus.FAILED)
        await asyncio.sleep(30)
        assert _in_memory(desk) == set()
        desk.store.unreadable = ""
        await asyncio.sleep(2)
        assert _in_memory(desk) == {order_id}

    _tell(story)


def test_what_happens_while_an_order_is_leaving_keeps_it() -> None:
    async def story(desk: Desk) -> None:
        order_id, _ = await _bought(desk)
        register = desk.engine._register
        see_off = register.see_off

        def see_off_at_a_bad_moment(parent: Parent) -> None:
            see_off(parent)
            desk.exchange.settle(TradeId("trade-0"), TradeStatus.FAILED)

        register.see_off = see_off_at_a_bad_moment
        await asyncio.sleep(LEAVING_S)
        assert _in_memory(desk) == {order_id}
        assert desk.store.parents[order_id].left_ms is None
        assert desk.engine.order_status(order_id).status is OrderStatus.NEEDS_DECISION

    _tell(story)


def test_a_key_still_stands_for_an_order_that_left() -> None:
    async def story(desk: Desk) -> None:
        order_id, _ = await _bought(desk, client_key="monday-1")
        await asyncio.sleep(LEAVING_S)
        assert await desk.engine.submit_order(micro(client_key="monday-1")) == order_id
        assert await desk.engine.order_by_key("monday-1") == order_id
        assert await desk.engine.order_by_key("tuesday-1") is None
        with pytest.raises(KeyReusedError, match=order_id):
            await desk.engine.submit_order(micro(50, client_key="monday-1"))
        desk.store.unreadable = "the disk reports an error"
        with pytest.raises(RefusedError, match="cannot be looked up"):
            await desk.engine.submit_order(micro(client_key="monday-1"))
        assert _in_memory(desk) == set()

    _tell(story)


def test_nothing_can_be_done_to_an_order_that_left() -> None:
    async def story(desk: Desk) -> None:
        order_id, _ = await _bought(desk)
        await asyncio.sleep(LEAVING_S)
        for act in (desk.engine.cancel_order, desk.engine.pause_order):
            with pytest.raises(RefusedError, match="has already ended: COMPLETED"):
                await act(order_id)
        with pytest.raises(RefusedError, match="is COMPLETED, not held"):
            await desk.engine.resume_order(order_id)
        with pytest.raises(UnknownOrderError):
            await desk.engine.cancel_order(OrderId("none"))

    _tell(story)


def test_the_newest_of_those_that_left_stay_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(past_orders, "LISTED", 3)
    monkeypatch.setattr(past_orders, "_PAGE", 2)
    every: list[OrderId] = []

    async def first(desk: Desk) -> None:
        for _ in range(7):
            every.insert(0, (await _cancelled(desk))[0])
            await asyncio.sleep(1)
        await asyncio.sleep(LEAVING_S)
        every.insert(0, (await _cancelled(desk))[0])
        await _all_are_there(desk)
        with pytest.raises(UnknownOrderError):
            desk.engine.order_status(every[-1])
        assert (await desk.engine.order_detail(every[-1])).order.order_id == every[-1]

    async def _all_are_there(desk: Desk) -> None:
        assert _ids(desk.engine.list_orders()) == every[:4]
        assert [order.order_id async for order in desk.engine.all_orders()] == every

    _tell(first, _all_are_there)


def _ids(orders: Iterable[OrderView]) -> list[OrderId]:
    return [order.order_id for order in orders]


def test_an_engine_starts_where_earlier_orders_cannot_be_read() -> None:
    async def scenario() -> None:
        store = MemoryStore()
        async with open_desk(store=store) as desk:
            await _cancelled(desk)
            await asyncio.sleep(LEAVING_S)
        store.unreadable_past = "a row cannot be read"
        async with open_desk(store=store) as desk:
            await desk.resting(await desk.engine.submit_order(micro()))
            alarms = [e.text for e in store.events if isinstance(e, Noticed) and e.is_alarm]
            assert alarms == ["earlier orders cannot be listed: a row cannot be read"]

    run_virtual(scenario())


def test_a_long_history_leaves_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retirement, "AT_ONCE", 2)

    async def story(desk: Desk) -> None:
        for _ in range(5):
            await _cancelled(desk)
        await asyncio.sleep(LEAVING_S)
        assert len(_in_memory(desk)) == 3
        await asyncio.sleep(2 * EVERY_S)
        assert _in_memory(desk) == set()

    _tell(story)


def test_shares_bought_by_an_order_that_left_can_be_sold() -> None:
    async def story(desk: Desk) -> None:
        await _bought(desk)
        await asyncio.sleep(LEAVING_S)
        account = desk.engine.account()
        assert (account.held(YES), account.sellable(YES)) == (100 * UNIT, 100 * UNIT)
        (position,) = account.positions
        assert (position.slug, position.outcome, str(position.average_cost)) == (
            "will-it-rain",
            "Yes",
            "0.5000",
        )

    _tell(story)
