"""Orders in and out: each sent once, each answer taken for what it proves (rule R2)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from polyterm.engine.ports import (
    CancelReport,
    ExchangeError,
    Mode,
    Outcome,
    SendReport,
    SignedOrder,
    UnreachableError,
)
from polyterm.exchange import outcomes
from polyterm.exchange.gateway import Gateway, Request
from polyterm.exchange.http import Lane
from polyterm.exchange.rate_budget import STOP_RESERVE
from polyterm.models.ids import ChildId

CANCELS_AT_ONCE = 80
"""Ids a request: a batch that costs more than the bucket holds never passes (`protocol.md` 5.2)."""
_LONGEST_WAIT_S = 0.5
"""An order that would wait longer for its turn is given back: its price would be old."""


class OrderEntry:
    """Places and cancels."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def send(self, order: SignedOrder, may_send: Callable[[], bool]) -> SendReport:
        """Send the bytes once; what the network does to them is reported, never raised.

        `may_send` is asked after the wait for the rate limit: a stop may have come meanwhile.
        """
        request = Request("POST", "/order", Lane.ORDERS, body=order.body, is_private=True)
        wait_s = self._gateway.budget.wait_s(request.lane)
        if wait_s > _LONGEST_WAIT_S:
            reason = f"held back: the rate limit allows the next order in {wait_s:.1f} s"
            return SendReport(Outcome.NOT_SENT, reason, mode=Mode.THROTTLED, retry_after_s=wait_s)
        await self._gateway.pause(request)
        if not may_send():
            return SendReport(Outcome.NOT_SENT, "no longer wanted when its turn came")
        try:
            answer = await self._gateway.send(request)
        except UnreachableError as error:
            return outcomes.not_sent(error)
        if answer.status == 401:
            await self._resync()
        return outcomes.sent(answer, order.child_id)

    async def cancel(self, child_ids: Sequence[ChildId]) -> CancelReport:
        """Cancel these, in as many requests as it takes."""
        ids = list(dict.fromkeys(child_ids))
        parts = [ids[at : at + CANCELS_AT_ONCE] for at in range(0, len(ids), CANCELS_AT_ONCE)]
        if not parts:
            return CancelReport(Outcome.ACCEPTED)
        return outcomes.together([await self._cancel_part(part) for part in parts])

    async def cancel_all(self) -> CancelReport:
        """Cancel everything of the API key, ahead of every other cancel."""
        request = Request("DELETE", "/cancel-all", Lane.CANCELS, is_private=True)
        self._gateway.budget.take(request.lane)
        return await self._cancelled(request, ())

    async def _cancel_part(self, ids: list[ChildId]) -> CancelReport:
        path, content = ("/order", {"orderID": ids[0]}) if len(ids) == 1 else ("/orders", ids)
        request = Request(
            "DELETE",
            path,
            Lane.CANCELS,
            body=msgspec.json.encode(content),
            is_private=True,
            cost=len(ids),
        )
        await self._gateway.pause(request, keep=STOP_RESERVE)
        return await self._cancelled(request, ids)

    async def _cancelled(self, request: Request, ids: Sequence[ChildId]) -> CancelReport:
        try:
            answer = await self._gateway.send(request)
            if answer.status == 401 and await self._resync():
                # Nothing was done, and cancelling twice is cancelling once.
                answer = await self._gateway.send(request)
        except UnreachableError as error:
            return outcomes.not_cancelled(error)
        return outcomes.cancelled(answer, ids)

    async def _resync(self) -> bool:
        try:
            await self._gateway.sync_time()
        except ExchangeError:
            return False
        return True
