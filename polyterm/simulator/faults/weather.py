"""What lies over all requests for a while: restarts, restricted modes, silence."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

from polyterm.simulator.clock import Clock
from polyterm.simulator.faults.record import Firing
from polyterm.simulator.faults.reply import Reply, json_reply


class Mode(StrEnum):
    """What the exchange may be in, worst first (`protocol.md` 5.5)."""

    RESTARTING = "restarting"
    DISABLED = "disabled"
    CANCEL_ONLY = "cancel_only"
    POST_ONLY = "post_only"
    FROZEN = "frozen"


_DISABLED = "Trading is currently disabled. Check polymarket.com for updates"
_CANCEL_ONLY = (
    "Trading is currently cancel-only. New orders are not accepted, but cancels are allowed."
)
_POST_ONLY = "post-only mode: only post-only orders and cancels are allowed"
_PLACING = frozenset({("POST", "/order"), ("POST", "/orders")})
_CANCELLING = frozenset(
    ("DELETE", path) for path in ("/order", "/orders", "/cancel-all", "/cancel-market-orders")
)


@dataclass(frozen=True, slots=True)
class Spell:
    """A mode, from when until when by the true clock."""

    mode: Mode
    from_ms: int
    until_ms: int
    firing: Firing

    def covers(self, now_ms: int) -> bool:
        """Whether it holds now."""
        return self.from_ms <= now_ms < self.until_ms


class Weather:
    """The spells of bad weather, and what they make of a request."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._spells: list[Spell] = []
        self._cleared = asyncio.Event()

    @property
    def is_fair(self) -> bool:
        """Whether there is nothing to mind, now or later."""
        now_ms = self._clock.now_ms()
        self._spells = [spell for spell in self._spells if now_ms < spell.until_ms]
        return not self._spells

    def add(self, mode: Mode, seconds: float, firing: Firing, after: float = 0) -> None:
        """Let a mode hold for some seconds, beginning after some."""
        from_ms = self._clock.now_ms() + round(after * 1000)
        self._spells.append(Spell(mode, from_ms, from_ms + round(seconds * 1000), firing))

    def clear(self) -> None:
        """Have fair weather at once, for whoever waits too."""
        self._spells.clear()
        self._cleared.set()
        self._cleared = asyncio.Event()

    async def thaw(self) -> None:
        """Wait while the exchange is frozen."""
        while (spell := self._current(Mode.FROZEN)) is not None:
            spell.firing.hit()
            left_ms = spell.until_ms - self._clock.now_ms()
            with suppress(TimeoutError):
                async with asyncio.timeout(left_ms / 1000):
                    await self._cleared.wait()

    def refusal(self, method: str, path: str, body: bytes) -> Reply | None:
        """What an order or a cancel gets from the worst mode that minds it."""
        request = (method, path)
        for mode, (minds, reply) in _REFUSALS.items():
            spell = self._current(mode)
            if spell is not None and minds(request, body):
                spell.firing.hit()
                return reply(-(-(spell.until_ms - self._clock.now_ms()) // 1000))
        return None

    def _current(self, mode: Mode) -> Spell | None:
        now_ms = self._clock.now_ms()
        spells = (s for s in self._spells if s.mode is mode and s.covers(now_ms))
        return max(spells, key=lambda spell: spell.until_ms, default=None)


_Request = tuple[str, str]
_Minds = Callable[[_Request, bytes], bool]


def _minds_both(request: _Request, body: bytes) -> bool:
    return request in _PLACING or request in _CANCELLING


def _minds_placing(request: _Request, body: bytes) -> bool:
    return request in _PLACING


def _minds_taking(request: _Request, body: bytes) -> bool:
    return request in _PLACING and not _is_post_only(body)


def _is_post_only(body: bytes) -> bool:
    try:
        sent = json.loads(body)
    except ValueError:
        return False
    orders = sent if isinstance(sent, list) else [sent]
    return all(isinstance(order, dict) and order.get("postOnly") is True for order in orders)


def _restarting(left_s: int) -> Reply:
    return json_reply({"error": "Service is not ready"}, 425, {"Retry-After": "1"})


def _disabled(left_s: int) -> Reply:
    return json_reply({"error": _DISABLED}, 503)


def _cancel_only(left_s: int) -> Reply:
    return json_reply({"error": _CANCEL_ONLY}, 503)


def _post_only(left_s: int) -> Reply:
    body = {"error": _POST_ONLY, "code": "post_only_mode", "retry_after_seconds": left_s}
    return json_reply(body, 503, {"Retry-After": str(left_s)})


_REFUSALS: Mapping[Mode, tuple[_Minds, Callable[[int], Reply]]] = {
    Mode.RESTARTING: (_minds_both, _restarting),
    Mode.DISABLED: (_minds_both, _disabled),
    Mode.CANCEL_ONLY: (_minds_placing, _cancel_only),
    Mode.POST_ONLY: (_minds_taking, _post_only),
}
