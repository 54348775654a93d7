"""How fast we may send, and what is kept back for a stop.

The exchange fills one bucket an account and kind of request (`protocol.md` 5.2); a request costs as
many tokens as it holds orders. It tells what is left in its answers, and that wins over our sums.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from polyterm.engine.clock import Clock
from polyterm.exchange.http import Lane

STOP_RESERVE = 30
"""Cancel tokens that ordinary cancels leave in the bucket, for an emergency stop to find."""


@dataclass(frozen=True, slots=True)
class _Pace:
    rate: float
    """Tokens a second."""
    burst: float


_READS = _Pace(30, 60)
_TIERS: Mapping[str, tuple[_Pace, _Pace]] = {
    "standard": (_Pace(40, 60), _Pace(80, 120)),
    "copper": (_Pace(60, 90), _Pace(120, 180)),
    "bronze": (_Pace(80, 120), _Pace(160, 240)),
    "silver": (_Pace(200, 300), _Pace(400, 600)),
    "gold": (_Pace(400, 600), _Pace(800, 1200)),
    "platinum": (_Pace(450, 675), _Pace(900, 1350)),
    "diamond": (_Pace(525, 787), _Pace(1050, 1575)),
    "elite": (_Pace(600, 900), _Pace(1200, 1800)),
}
"""Orders and cancels a second, and at once, by tier (`protocol.md` 5.2)."""


class _Bucket:
    def __init__(self, pace: _Pace, now: float) -> None:
        self.pace = pace
        self.tokens = pace.burst
        self.filled_at = now

    def fill(self, now: float) -> None:
        gained = max(0.0, now - self.filled_at) * self.pace.rate
        self.tokens = min(self.pace.burst, self.tokens + gained)
        self.filled_at = now


class RateBudget:
    """Token buckets of the three lanes."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        now = clock.monotonic()
        orders, cancels = _TIERS["standard"]
        self._buckets = {
            Lane.ORDERS: _Bucket(orders, now),
            Lane.CANCELS: _Bucket(cancels, now),
            Lane.READS: _Bucket(_READS, now),
        }

    def wait_s(self, lane: Lane, cost: int = 1, *, keep: int = 0) -> float:
        """Seconds until `cost` tokens are there beyond those to keep; nothing is taken."""
        bucket = self._filled(lane)
        return max(0.0, (cost + keep - bucket.tokens) / bucket.pace.rate)

    def left(self) -> tuple[tuple[str, float], ...]:
        """Tokens left now, by lane; below nothing where requests wait."""
        return tuple((lane.value, self._filled(lane).tokens) for lane in self._buckets)

    def take(self, lane: Lane, cost: int = 1) -> None:
        """Take tokens; what is not there becomes a debt that later requests wait for."""
        self._filled(lane).tokens -= cost

    def learn(self, lane: Lane, headers: Mapping[str, str]) -> None:
        """Believe what an answer's headers say about the bucket of its lane."""
        tier = _TIERS.get(headers.get("poly-ratelimit-tier", "").lower())
        if tier:
            self._buckets[Lane.ORDERS].pace, self._buckets[Lane.CANCELS].pace = tier
        remaining = headers.get("poly-ratelimit-remaining", "")
        if remaining.lstrip("-").isdecimal():
            bucket = self._filled(lane)
            bucket.tokens = min(bucket.tokens, float(remaining))

    def refused(self, lane: Lane, retry_after_s: float | None) -> None:
        """Take note of a 429: nothing is left, for as long as it says."""
        bucket = self._filled(lane)
        bucket.tokens = min(bucket.tokens, -bucket.pace.rate * (retry_after_s or 1.0))

    def _filled(self, lane: Lane) -> _Bucket:
        bucket = self._buckets[lane]
        bucket.fill(self._clock.monotonic())
        return bucket
