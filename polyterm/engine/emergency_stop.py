"""The emergency stop: gate closed, everything cancelled, and read back until that is proved (R8).

The latch is durable before the first cancel is sent and survives a restart; only a person opens it
again, and only after the proof.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from polyterm.engine.desk import Desk
from polyterm.engine.outside_stop import LISTEN_EVERY_S
from polyterm.engine.ports import ExchangeError, Outcome
from polyterm.engine.prover import Prover
from polyterm.models.complaint import Complaint, RefusedError
from polyterm.models.events import StopChanged, StopState
from polyterm.models.ids import ChildId
from polyterm.models.views import StopView

_log = logging.getLogger(__name__)

_ROUND_PAUSE_S = 0.25
_SLOWEST_PAUSE_S = 5.0
_OUTSIDE = "asked for while the engine gave no answer"
_PATIENCE_S = 10.0
"""After so long without proof the state is called unverified, loudly."""


class EmergencyStop:
    """Closes the gate at once, then works on the proof until it has it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._prover = Prover(desk)
        self._asked = asyncio.Event()
        self._proved = asyncio.Event()
        self._heard = ""
        """Mark of the stop from outside that was begun."""
        self.on_begun: Callable[[], None] = lambda: None
        """Called when one was begun: the orders are to be worked to their end."""

    def load(self, state: StopState) -> None:
        """Take over the latch of an earlier run; an unproved stop goes on where it was.

        Whoever set it may have had no way to write down that the orders are to end.
        """
        self._heed()
        if state is StopState.RUNNING or self._heard:
            return
        verified = state is StopState.STOPPED_VERIFIED
        self._desk.gate.stop = StopView(
            state=state if verified else StopState.STOPPING,
            since_ms=self._desk.clock.now_ms(),
            open_orders=0 if verified else None,
            reason="latched before polyterm was started",
        )
        (self._proved if verified else self._asked).set()
        self._call_off_orders()

    def see_compared(self) -> None:
        """Take the proof of an earlier run back where the comparison shows something open."""
        if any(self._desk.register.open_children()):
            self.doubt("an order was open at the start, after the proof")

    def begin(self, reason: str) -> None:
        """Close the gate; from here on nothing is sent. The orders end as cancelled."""
        if self._desk.gate.stop.state is StopState.STOPPING:
            return
        self._proved.clear()
        self._show(StopState.STOPPING, None, reason)
        self._call_off_orders()
        self._asked.set()
        self.on_begun()

    async def listen(self) -> None:
        """Begin every stop that is asked for from outside, until cancelled."""
        while True:
            self._heed()
            await asyncio.sleep(LISTEN_EVERY_S)

    def doubt(self, reason: str) -> None:
        """Take a proof back: something came alive after it, so all is cancelled and read anew."""
        if self._desk.gate.stop.state is StopState.STOPPED_VERIFIED:
            self._proved.clear()
            self._show(StopState.STOPPING, None, reason)
            self._asked.set()

    async def wait_proved(self) -> None:
        """Return once nothing is open any more, on the exchange's word."""
        await self._proved.wait()

    def rearm(self) -> None:
        """Open the gate again; `RefusedError` before the stop is proved.

        A stop from outside that was not heard of yet is one more, and still to be proved.
        """
        self._heed()
        state = self._desk.gate.stop.state
        if state is StopState.RUNNING:
            return
        if state is not StopState.STOPPED_VERIFIED:
            raise RefusedError([Complaint("", f"not before the stop is verified: it is {state}")])
        if self._heard:
            self._desk.gate.outside.lift(self._heard)
            self._heard = ""
        self._proved.clear()
        self._show(StopState.RUNNING, None, "rearmed")

    async def run(self) -> None:
        """Carry out stops until cancelled."""
        while True:
            await self._asked.wait()
            await self._desk.journal.flush()
            await self._prove()
            self._asked.clear()
            self._proved.set()

    def _heed(self) -> None:
        mark = self._desk.gate.outside.asked()
        if mark not in {"", self._heard}:
            self._heard = mark
            self.begin(_OUTSIDE)

    def _call_off_orders(self) -> None:
        for parent in self._desk.register.parents.values():
            if not parent.is_final and not parent.record.cancel_reason:
                parent.record.cancel_reason = "emergency stop"
                self._desk.register.save_parent(parent)

    async def _prove(self) -> None:
        started = self._desk.clock.monotonic()
        pause = _ROUND_PAUSE_S
        while True:
            left, problem = await self._round()
            if left == 0:
                self._show(StopState.STOPPED_VERIFIED, 0, "the exchange shows no open order")
                return
            late = self._desk.clock.monotonic() - started > _PATIENCE_S
            if late or left is None:
                self._show(StopState.STOP_UNVERIFIED, left, problem)
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, _SLOWEST_PAUSE_S)

    async def _round(self) -> tuple[int | None, str]:
        """Cancel and read back once: what is still open, nothing where that cannot be known."""
        try:
            report = await self._desk.exchange.cancel_all()
            shown = await self._read_back()
        except ExchangeError as error:
            return None, f"the exchange cannot be read: {error}"
        if shown and report.outcome is Outcome.ACCEPTED:
            await self._desk.exchange.cancel(tuple(shown))
        doubtful = sum(1 for _ in self._desk.register.open_children())
        in_flight = self._desk.gate.sends_in_flight
        left = max(len(shown), doubtful, in_flight)
        return left, report.reason or f"{len(shown)} open, {doubtful} not yet proved ended"

    async def _read_back(self) -> frozenset[ChildId]:
        register = self._desk.register
        shown = register.see_open(await self._desk.exchange.open_orders())
        for _, child in list(register.open_children()):
            if child.child_id not in shown:
                await self._prover.look(child)
        return shown

    def _show(self, state: StopState, open_orders: int | None, reason: str) -> None:
        gate, now = self._desk.gate, self._desk.clock.now_ms()
        stop = StopView(state=state, since_ms=now, open_orders=open_orders, reason=reason)
        if (gate.stop.state, gate.stop.reason) == (state, reason):
            return
        gate.stop = stop
        self._desk.journal.record(
            StopChanged(at_ms=now, state=state, open_orders=open_orders, reason=reason), stop=state
        )
        _log.warning("emergency stop: %s: %s", state, reason)
