"""Each rule R1 to R8 broken on purpose: the judge must see it, and see nothing where it is kept."""

from __future__ import annotations

import asyncio
import fcntl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from polyterm.cli.failure import Failure
from polyterm.cli.venue_lock import VenueLock
from polyterm.engine import evidence, prover, sender
from polyterm.engine.account import Account
from polyterm.engine.desk import Gate
from polyterm.engine.emergency_stop import EmergencyStop
from polyterm.engine.journal import Journal
from polyterm.engine.market_monitor import MarketMonitor
from polyterm.engine.order_register import OrderRegister
from polyterm.engine.parent import Parent
from polyterm.engine.ports import Outcome, TradeReport
from polyterm.engine.prover import Prover
from polyterm.engine.records import ChildRecord, Cover
from polyterm.models.enums import Side, TradeStatus, Urgency
from polyterm.models.events import StopState
from polyterm.models.money import PPM, UNIT
from polyterm.simulator.faults.at import At
from polyterm.simulator.faults.kinds.losing import Delay
from polyterm.simulator.faults.kinds.refusing import ServerError
from polyterm.simulator.faults.kinds.sockets import MuteSockets
from polyterm.simulator.faults.lines import Channel
from polyterm.simulator.rules import ExchangeRules
from tests.fakes.store import MemoryStore
from tests.fakes.virtual_time import run_virtual
from tests.whole.deeds import Deeds
from tests.whole.fault_kinds import PLACE
from tests.whole.house import House, end_at_once, open_house
from tests.whole.judge import BrokenError, Judge

Scenario = Callable[[House, Deeds], Awaitable[None]]
Break = Callable[[pytest.MonkeyPatch], None]


# -- what happens --


async def _buy_and_be_filled(house: House, deeds: Deeds) -> None:
    await deeds.submit("micro_price", Side.BUY, 20)
    await asyncio.sleep(1)
    await deeds.take(Side.SELL, 700)
    await asyncio.sleep(1)


async def _lose_sight_and_be_filled(house: House, deeds: Deeds) -> None:
    """The first child lands without our knowing, and whatever rests is taken soon after."""
    await deeds.plan(_mute(Channel.USER), Delay(at=At(request=PLACE), seconds=12))
    await deeds.submit("micro_price", Side.BUY, 20)
    for _ in range(30):
        await asyncio.sleep(1)
        await deeds.take(Side.SELL, 700)
        await deeds.move_market(48, 2)


async def _chase_the_market(house: House, deeds: Deeds) -> None:
    await deeds.submit("micro_price", Side.BUY, 20)
    for bid in (48, 50, 46, 52, 45):
        await deeds.move_market(bid, 2)
        await asyncio.sleep(2.5)
    await deeds.take(Side.SELL, 700)
    await asyncio.sleep(1)


async def _fail_to_settle(house: House, deeds: Deeds) -> None:
    await _buy_and_be_filled(house, deeds)
    await asyncio.sleep(12)


async def _sell_at_once(house: House, deeds: Deeds) -> None:
    await deeds.submit("iceberg", Side.BUY, 20, urgency=Urgency.HIGH)
    await asyncio.sleep(20)
    for _ in range(4):
        await deeds.submit("iceberg", Side.SELL, 20, urgency=Urgency.LOW)
        await asyncio.sleep(1)


async def _buy_for_more_than_there_is(house: House, deeds: Deeds) -> None:
    for market in (0, 1, 0, 1):
        await deeds.submit("micro_price", Side.BUY, 20, market=market)
        await asyncio.sleep(1)


async def _go_blind(house: House, deeds: Deeds) -> None:
    await deeds.plan(ServerError(at=At(request="* /book*", every=1)))
    await deeds.submit("iceberg", Side.BUY, 400)
    await asyncio.sleep(2)
    await deeds.plan(_mute(Channel.MARKET))
    for _ in range(20):
        await deeds.take(Side.SELL, 700)
        await asyncio.sleep(3)
        await deeds.move_market(45, 2)


async def _stop_in_the_middle(house: House, deeds: Deeds) -> None:
    await deeds.submit("iceberg", Side.BUY, 60)
    await deeds.submit("micro_price", Side.BUY, 20, market=1)
    await asyncio.sleep(0.5)
    await deeds.stop()
    for _ in range(20):
        await asyncio.sleep(0.5)
        await deeds.take(Side.SELL, 700)
        await deeds.move_market(47, 2)


async def _stop_deaf(house: House, deeds: Deeds) -> None:
    await deeds.submit("micro_price", Side.BUY, 20)
    await asyncio.sleep(1)
    await deeds.plan(ServerError(at=At(request="DELETE /*", every=1)))
    await deeds.stop()
    await asyncio.sleep(3)


def _mute(channel: Channel) -> MuteSockets:
    return MuteSockets(at=At(t=0), channel=channel, seconds=3_600)


# -- how a rule is broken --


def _send_before_writing(patch: pytest.MonkeyPatch) -> None:
    write = Journal.write_child
    writing: list[asyncio.Future[None]] = []

    async def later(self: Journal, *args: Any) -> None:
        writing.append(asyncio.ensure_future(write(self, *args)))

    patch.setattr(Journal, "write_child", later)


def _take_unknown_for_refused(patch: pytest.MonkeyPatch) -> None:
    patch.setitem(sender._EFFECTS, Outcome.UNKNOWN, sender._refused)


def _conclude_from_silence(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(prover, "MIN_LOOKS", 1)
    patch.setattr(prover, "REQUEST_LIFETIME_S", 0.0)


def _replace_without_proof(patch: pytest.MonkeyPatch) -> None:
    async def only_wait(self: Prover, children: Any) -> None:
        await asyncio.sleep(0)

    patch.setattr(Prover, "withdraw", only_wait)
    patch.setattr(Parent, "exposure", property(lambda self: self.filled))
    patch.setattr(MemoryStore, "_exposure", lambda self, order_id: 0)


def _forget_failures(patch: pytest.MonkeyPatch) -> None:
    patch.setitem(evidence._RANK, TradeStatus.FAILED, -1)


def _sell_what_is_offered(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Account, "sellable", Account.held)
    patch.setattr(MemoryStore, "_is_uncovered", lambda self, child, cover: False)


def _spend_what_is_promised(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Account, "reserved", 0)
    patch.setattr(MemoryStore, "_is_uncovered", lambda self, child, cover: False)


def _count_twice(patch: pytest.MonkeyPatch) -> None:
    see = OrderRegister.see_trade

    def again(self: OrderRegister, trade: TradeReport) -> None:
        for leg in trade.legs:
            parent_and_child = self.child(leg.child_id)
            if parent_and_child is not None:
                parent_and_child[1].fills.pop(trade.trade_id, None)
        see(self, trade)

    patch.setattr(OrderRegister, "see_trade", again)


def _believe_old_books(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(MarketMonitor, "is_fresh", lambda self, token_id: True)


def _leave_the_gate_open(patch: pytest.MonkeyPatch) -> None:
    begin = EmergencyStop.begin

    def half(self: EmergencyStop, reason: str) -> None:
        begin(self, reason)
        for parent in self._desk.register.parents.values():
            parent.record.cancel_reason = ""

    patch.setattr(EmergencyStop, "begin", half)
    patch.setattr(Gate, "closed_because", property(lambda self: ""))


def _verify_nothing(patch: pytest.MonkeyPatch) -> None:
    async def content(self: EmergencyStop) -> tuple[int, str]:
        return 0, ""

    patch.setattr(EmergencyStop, "_round", content)


def _nothing(patch: pytest.MonkeyPatch) -> None:
    """The rule is kept."""


@dataclass(frozen=True, slots=True)
class Mutation:
    rule: str
    breaks: Break
    scenario: Scenario
    seen_as: str
    failure_ppm: int = 0
    cash: int = 1_000
    """Dollars."""


MUTATIONS = (
    Mutation("R1", _send_before_writing, _buy_and_be_filled, "I3"),
    Mutation("R2", _take_unknown_for_refused, _lose_sight_and_be_filled, "I1"),
    Mutation("R3", _conclude_from_silence, _lose_sight_and_be_filled, "I1"),
    Mutation("R4", _replace_without_proof, _chase_the_market, "I1"),
    Mutation("R4-dollars", _spend_what_is_promised, _buy_for_more_than_there_is, "I2", cash=30),
    Mutation("R5-void", _forget_failures, _fail_to_settle, "I4", failure_ppm=PPM),
    Mutation("R5-spend", _sell_what_is_offered, _sell_at_once, "I2"),
    Mutation("R5-once", _count_twice, _buy_and_be_filled, "I6"),
    Mutation("R6", _believe_old_books, _go_blind, "R6"),
    Mutation("R8-gate", _leave_the_gate_open, _stop_in_the_middle, "I5"),
    Mutation("R8-proof", _verify_nothing, _stop_deaf, "I5"),
)


async def _start_twice(directory: Path) -> None:
    """R7: a second engine on the same journal, as far as the lock lets it."""
    async with open_house(1) as house:
        deeds, judge = Deeds(house), Judge(house)
        await deeds.move_market(48, 2)
        await asyncio.sleep(1)
        with VenueLock(directory):
            await deeds.submit("micro_price", Side.BUY, 20)
            await asyncio.sleep(1)
            first = house.engine
            try:
                with VenueLock(directory):
                    await house.start_engine()
                    await deeds.take(Side.SELL, 700)
                    await asyncio.sleep(1)
            except Failure:
                await deeds.take(Side.SELL, 700)
                await asyncio.sleep(1)
        if house.engine is not first:
            await end_at_once(first)
        await judge.check()


def test_a_second_engine_is_seen_where_the_lock_is_broken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fcntl, "flock", lambda handle, mode: None)
    with pytest.raises(BrokenError, match="I6"):
        run_virtual(_start_twice(tmp_path))


def test_a_second_engine_does_not_start_where_the_lock_holds(tmp_path: Path) -> None:
    run_virtual(_start_twice(tmp_path))


async def _play(mutation: Mutation, patch: pytest.MonkeyPatch, breaks: Break, seed: int) -> None:
    rules = ExchangeRules(cash=mutation.cash * UNIT, failure_ppm=mutation.failure_ppm)
    async with open_house(seed, rules=rules) as house:
        deeds, judge = Deeds(house), Judge(house)
        for market in (0, 1):
            await deeds.move_market(48, 2, market)
        await asyncio.sleep(1)
        breaks(patch)
        await mutation.scenario(house, deeds)
        await judge.check()
        if house.archive.stop is StopState.RUNNING:
            await judge.settle()


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.rule)
def test_a_broken_rule_is_seen(mutation: Mutation, monkeypatch: pytest.MonkeyPatch) -> None:
    def play_all() -> None:
        for seed in range(5):
            run_virtual(_play(mutation, monkeypatch, mutation.breaks, seed))

    with pytest.raises(BrokenError, match=mutation.seen_as):
        play_all()


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.rule)
def test_nothing_is_seen_where_the_rule_is_kept(
    mutation: Mutation, monkeypatch: pytest.MonkeyPatch
) -> None:
    for seed in range(2):
        run_virtual(_play(mutation, monkeypatch, _nothing, seed))


SECOND_GUARDS = {"R4-dollars": ("reserved", 0), "R5-spend": ("sellable", Account.held)}


@pytest.mark.parametrize("rule", SECOND_GUARDS)
def test_the_transaction_holds_where_the_sums_before_it_are_wrong(
    rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    mutation = next(mutation for mutation in MUTATIONS if mutation.rule == rule)
    name, wrong = SECOND_GUARDS[rule]
    refused: list[bool] = []
    check = MemoryStore._is_uncovered

    def watched(self: MemoryStore, child: ChildRecord, cover: Cover) -> bool:
        refused.append(check(self, child, cover))
        return refused[-1]

    monkeypatch.setattr(MemoryStore, "_is_uncovered", watched)
    run_virtual(_play(mutation, monkeypatch, lambda patch: patch.setattr(Account, name, wrong), 0))
    assert any(refused)
