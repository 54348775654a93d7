"""What the local exchange does by number: delays, margins, limits."""

from __future__ import annotations

from dataclasses import dataclass, field

from polyterm.models.money import UNIT, Dollars


@dataclass(frozen=True, slots=True)
class BucketRule:
    """A token bucket: tokens a second, and the most it holds (`protocol.md` 5.2)."""

    rate: int
    burst: int


@dataclass(frozen=True, slots=True)
class ExchangeRules:
    """Everything that may be set before the local exchange opens."""

    cash: Dollars = 10_000 * UNIT
    """pUSD that a new account starts with."""
    mined_after_ms: int = 2_000
    """From MATCHED to MINED (`protocol.md` 8.5)."""
    confirmed_after_ms: int = 10_000
    """From MATCHED to CONFIRMED."""
    failure_ppm: int = 0
    """Trades that fail to settle, in parts per million: MATCHED, RETRYING, FAILED."""
    gtd_margin_ms: int = 60_000
    """A GTD order ends this long before its stated expiry (`protocol.md` 3.5)."""
    gtd_ahead_ms: int = 180_000
    """The stated expiry must be at least this far ahead on arrival."""
    heartbeat_life_ms: int = 10_000
    """Without an accepted heartbeat for this long, everything is cancelled (`protocol.md` 5.4)."""
    heartbeat_sweep_ms: int = 5_000
    """How often that is checked."""
    clock_tolerance_s: int = 300
    """How far a signed timestamp may be off; the real tolerance is not documented."""
    orders: BucketRule | None = field(default=BucketRule(rate=40, burst=60))
    """Standard tier; nothing switches the limit off."""
    cancels: BucketRule | None = field(default=BucketRule(rate=80, burst=120))


MAX_BATCH_ORDERS = 15
"""`protocol.md` 1.2, POST /orders."""
MAX_BATCH_CANCELS = 1_000
"""`protocol.md` 1.2, DELETE /orders."""
MAX_BOOKS = 500
"""`protocol.md` 1.2, POST /books."""
