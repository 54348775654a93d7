"""Working one parent order: ask the strategy, carry out its decision, look at what came of it.

The executor knows no strategy and the strategy knows no executor: between them stand the decisions
of `polyterm.strategies.base`. One child action is under way at a time, so the order's state never
changes behind a decision's back but for what the exchange itself does, and that is proved first.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from polyterm.engine.desk import Desk
from polyterm.engine.parent import DUST, Child, Parent
from polyterm.engine.ports import ExchangeError, Outcome
from polyterm.engine.prover import Prover
from polyterm.engine.refusals import hopeless
from polyterm.engine.sender import Held, Sender, Sent
from polyterm.engine.shown import Shown
from polyterm.models.enums import ChildStatus, OrderStatus
from polyterm.models.events import OrderAdjusted, OrderResized
from polyterm.models.money import Price, Size, format_units
from polyterm.strategies.base import (
    Cancel,
    Decision,
    Done,
    Fail,
    Place,
    Replace,
    Resize,
    Wait,
)
from polyterm.strategies.router import decide

HOLD_S = 1.0
"""Pause before the gate is asked again where nothing changes meanwhile."""
MAX_REFUSALS = 5
"""Refusals in a row after which a person must look."""
_TIMER_S = 0.001
"""Shorter waits than this are over: the loop's timers are no finer."""


class Executor:
    """Works one parent order until it ends, or is held."""

    def __init__(self, desk: Desk, parent: Parent) -> None:
        self._desk = desk
        self._parent = parent
        self._shown = Shown(desk, parent)
        self._sender = Sender(desk)
        self._prover = Prover(desk)
        self._refusals = 0
        self._not_before = 0.0

    async def run(self) -> None:
        """Work the order; returns when it has ended or is held."""
        parent = self._parent
        if not (parent.record.cancel_reason or parent.pause_asked):
            self._desk.register.set_status(parent, parent.status_at_work(), "working")
        while not parent.is_final:
            parent.wake.clear()
            if parent.record.cancel_reason:
                await self._end(OrderStatus.CANCELLED, parent.record.cancel_reason)
            elif parent.record.status is OrderStatus.NEEDS_DECISION:
                await self._prover.withdraw(parent.working)
                return
            elif parent.pause_asked:
                await self._prover.withdraw(parent.working)
                self._desk.register.set_status(parent, OrderStatus.PAUSED, "paused")
                return
            else:
                await self._rest(await self._step())

    async def _step(self) -> float | None:
        """Take one decision; how many seconds it holds, nothing for until something changes."""
        unknown = [c for c in self._parent.working if c.status is ChildStatus.UNKNOWN]
        if unknown:
            self._parent.waits_for = "an order of unknown fate: asking the exchange"
            await self._prover.resolve(unknown[0])
            return 0.0
        if self._parent.awaits_trades:
            self._parent.waits_for = "matched: waiting for its trades"
            await self._prover.await_trades(list(self._parent.children.values()))
        order, market = self._shown.order(), self._shown.market()
        decision = decide(order, market, self._now(), self._parent.random())
        return await self._carry_out(decision)

    async def _carry_out(self, decision: Decision) -> float | None:
        match decision:
            case Wait():
                return self._wait(decision)
            case Place():
                return await self._place(decision)
            case Replace():
                return await self._replace(decision)
            case Cancel():
                await self._prover.withdraw([self._parent.children[decision.child_id]])
                return 0.0
            case Resize():
                return self._resize(decision)
            case Done():
                return await self._finish(decision)
            case Fail():
                await self._end(OrderStatus.FAILED, decision.reason)
                return 0.0

    # -- decisions --

    def _wait(self, decision: Wait) -> float | None:
        self._parent.waits_for = decision.reason
        if decision.until_ms is None:
            return None
        return max(decision.until_ms - self._now(), 1) / 1000

    async def _place(self, decision: Place) -> float | None:
        immediate = not decision.order_type.rests
        result = await self._put(decision.price, decision.size, decision.post_only, decision.reason)
        if immediate and isinstance(result, Sent):
            await self._prover.withdraw([result.child])
        return await self._after(result)

    async def _replace(self, decision: Replace) -> float | None:
        parent, old = self._parent, self._parent.children[decision.child_id]
        await self._prover.withdraw([old])
        size = min(old.record.size - old.filled, parent.record.target - parent.exposure)
        if size < self._desk.market_of(parent).min_size:
            return 0.0
        result = await self._put(decision.price, size, decision.post_only, decision.reason)
        if isinstance(result, Sent) and result.report.outcome is Outcome.ACCEPTED:
            self._note_adjustment(old, result.child, decision.reason)
        return await self._after(result)

    def _resize(self, decision: Resize) -> float:
        self._parent.resized_ms = self._now()
        target = max(decision.size, self._parent.exposure)
        if target != self._parent.record.target:
            self._set_target(target, decision.reason)
            return 0.0
        self._parent.waits_for = decision.reason
        return HOLD_S

    def _set_target(self, target: Size, reason: str) -> None:
        record = self._parent.record
        resized = OrderResized(
            at_ms=self._now(),
            order_id=record.order_id,
            old_size=record.target,
            new_size=target,
            reason=reason,
        )
        record.target = target
        self._desk.register.save_parent(self._parent, resized)

    async def _finish(self, decision: Done) -> float:
        parent = self._parent
        if not decision.leave_working:
            await self._prover.withdraw(parent.working)
        if parent.awaits_trades:
            parent.waits_for = "matched: waiting for its trades"
            return HOLD_S
        left = parent.record.target - parent.filled
        whole = left < max(DUST, self._desk.market_of(parent).min_size)
        if whole and left and parent.record.request.params.sized_by:
            self._set_target(parent.filled, f"nothing more can be sent: {decision.reason}")
        status = OrderStatus.COMPLETED if whole else OrderStatus.CANCELLED
        self._desk.register.set_status(parent, status, decision.reason)
        return 0.0

    # -- children --

    async def _put(self, price: Price, size: Size, post_only: bool, why: str) -> Sent | Held:
        room = self._parent.record.target - self._parent.exposure
        if size > room:
            return Held(f"only {format_units(max(room, 0))} shares are left to place")
        return await self._sender.place(self._parent, price, size, post_only, why)

    async def _after(self, result: Sent | Held) -> float | None:
        if isinstance(result, Held):
            self._parent.waits_for = result.reason
            self._hold_for(HOLD_S)
            return HOLD_S
        match result.report.outcome:
            case Outcome.ACCEPTED:
                return await self._after_accepted(result)
            case Outcome.REJECTED:
                return await self._after_refusal(result)
            case Outcome.NOT_SENT:
                return self._after_no_send(result)
            case Outcome.NOT_ACCEPTED:
                return await self._after_not_accepted(result)
            case Outcome.LANDED_BEFORE | Outcome.UNKNOWN:
                return self._after_lost_sight(result)

    async def _after_accepted(self, sent: Sent) -> float:
        self._refusals = 0
        if sent.report.status != "live":
            with suppress(ExchangeError):
                await self._prover.look(sent.child)
        return 0.0

    async def _after_refusal(self, sent: Sent) -> float:
        text = sent.report.reason
        self._refusals += 1
        self._parent.waits_for = f"refused by the exchange: {text}"
        with suppress(ExchangeError):
            await self._desk.refresh_market(self._parent.token_id)
            await self._desk.account.refresh()
        if hopeless(text):
            self._ask_a_person(f"{hopeless(text)}: {text}")
        elif self._refusals >= MAX_REFUSALS:
            self._ask_a_person(f"refused {self._refusals} times: {text}")
        self._hold_for(2.0 ** (self._refusals - 1))
        return 0.0

    def _after_no_send(self, sent: Sent) -> float:
        self._parent.waits_for = f"not sent: {sent.report.reason}"
        self._hold_for(HOLD_S)
        return HOLD_S

    async def _after_not_accepted(self, sent: Sent) -> float:
        self._parent.waits_for = self._desk.weather.text() or sent.report.reason
        with suppress(ExchangeError):
            await self._prover.disprove(sent.child, sent.report.reason)
        return HOLD_S

    def _after_lost_sight(self, sent: Sent) -> float:
        self._parent.waits_for = f"outcome unknown: {sent.report.reason}"
        if sent.report.is_alarming:
            self._ask_a_person(sent.report.reason)
        return 0.0

    def _ask_a_person(self, reason: str) -> None:
        self._desk.register.set_status(self._parent, OrderStatus.NEEDS_DECISION, reason)

    def _note_adjustment(self, old: Child, new: Child, reason: str) -> None:
        parent, now = self._parent, self._now()
        parent.record.adjustments += 1
        parent.record.last_adjusted_ms = now
        adjusted = OrderAdjusted(
            at_ms=now,
            order_id=parent.order_id,
            old_price=old.record.price,
            new_price=new.record.price,
            size=new.record.size,
            number=parent.record.adjustments,
            reason=reason,
        )
        parent.adjustments.append(adjusted)
        self._desk.register.save_parent(parent, adjusted)

    async def _end(self, status: OrderStatus, reason: str) -> None:
        await self._prover.withdraw(self._parent.working)
        self._desk.register.set_status(self._parent, status, reason)

    # -- time --

    def _now(self) -> int:
        return self._desk.clock.now_ms()

    def _hold_for(self, seconds: float) -> None:
        """Try nothing before then, however much the book moves."""
        self._not_before = self._desk.clock.monotonic() + seconds

    async def _rest(self, seconds: float | None) -> None:
        """Sleep until woken or over; a hold is only broken by a person."""
        held = self._not_before - self._desk.clock.monotonic()
        while held > _TIMER_S and not self._is_called_off():
            await self._sleep(held)
            self._parent.wake.clear()
            held = self._not_before - self._desk.clock.monotonic()
        if seconds == 0.0 or self._is_called_off():
            await asyncio.sleep(0)
            return
        await self._sleep(seconds)

    async def _sleep(self, seconds: float | None) -> None:
        """Until woken; the time wakes too. A timer costs half of what a timeout does."""
        wake = self._parent.wake
        if seconds is None:
            await wake.wait()
            return
        timer = asyncio.get_running_loop().call_later(seconds, wake.set)
        try:
            await wake.wait()
        finally:
            timer.cancel()

    def _is_called_off(self) -> bool:
        parent = self._parent
        return bool(
            parent.record.cancel_reason
            or parent.pause_asked
            or parent.record.status is OrderStatus.NEEDS_DECISION
        )
