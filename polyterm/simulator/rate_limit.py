"""Per-signer token buckets with their headers (`protocol.md` 5.2)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from polyterm.simulator.clock import Clock
from polyterm.simulator.refusals import TOO_MANY_REQUESTS, RefusalError
from polyterm.simulator.rules import BucketRule, ExchangeRules

TIER = "Standard"


class Lane(StrEnum):
    """What a request spends tokens of."""

    ORDERS = "orders"
    CANCELS = "cancels"


@dataclass(slots=True)
class _Bucket:
    rule: BucketRule
    tokens_ms: int
    """Tokens in thousandths, so that refilling by the millisecond is exact."""
    at_ms: int

    def refill(self, now_ms: int) -> None:
        passed_ms = max(0, now_ms - self.at_ms)  # A clock that is set back takes nothing away.
        grown = self.tokens_ms + passed_ms * self.rule.rate
        self.tokens_ms, self.at_ms = min(grown, self.rule.burst * 1000), now_ms

    def wait_ms(self, cost: int) -> int:
        """Until `cost` tokens are there."""
        return max(0, -(-(cost * 1000 - self.tokens_ms) // self.rule.rate))


class RateLimits:
    """The buckets of every signer."""

    def __init__(self, clock: Clock, rules: ExchangeRules) -> None:
        self._clock = clock
        self._rules = {Lane.ORDERS: rules.orders, Lane.CANCELS: rules.cancels}
        self._buckets: dict[tuple[str, Lane], _Bucket] = {}

    def spend(self, signer: str, lane: Lane, cost: int) -> None:
        """Take `cost` tokens, all or none; refused with 429 where they are not there."""
        bucket = self._bucket(signer, lane)
        if bucket is None:
            return
        wait_ms = bucket.wait_ms(cost)
        if wait_ms:
            headers = {**self.headers(signer, lane), "Retry-After": str(-(-wait_ms // 1000))}
            raise RefusalError(TOO_MANY_REQUESTS, 429, headers=headers)
        bucket.tokens_ms -= cost * 1000

    def owe(self, signer: str, lane: Lane, cost: int) -> None:
        """Take `cost` tokens whether they are there or not: the debt blocks what comes later."""
        bucket = self._bucket(signer, lane)
        if bucket is not None:
            bucket.tokens_ms -= cost * 1000

    def headers(self, signer: str, lane: Lane) -> dict[str, str]:
        """What a reply on an order or cancel route tells of the bucket."""
        bucket = self._bucket(signer, lane)
        if bucket is None:
            return {}
        full_ms = bucket.at_ms + bucket.wait_ms(bucket.rule.burst)
        return {
            "Poly-RateLimit-Remaining": str(bucket.tokens_ms // 1000),
            "Poly-RateLimit-Reset": str(-(-full_ms // 1000)),
            "Poly-RateLimit-Tier": TIER,
        }

    def _bucket(self, signer: str, lane: Lane) -> _Bucket | None:
        rule = self._rules[lane]
        if rule is None:
            return None
        now_ms = self._clock.now_ms()
        fresh = _Bucket(rule, rule.burst * 1000, now_ms)
        bucket = self._buckets.setdefault((signer, lane), fresh)
        bucket.refill(now_ms)
        return bucket
