"""A market: its two outcomes, its grid, its fees, whether it can be traded."""

from __future__ import annotations

from dataclasses import dataclass

from polyterm.models.ids import ConditionId, TokenId
from polyterm.models.money import Dollars, Price, Size, taker_fee, taker_fee_up


@dataclass(frozen=True, slots=True)
class FeeSchedule:
    """Taker fee of a market (`protocol.md` 4); makers pay nothing."""

    rate_ppm: int = 0
    """Fee rate in parts per million: 0.07 is 70,000. 0 where the market is free of fees."""
    exponent: int = 1

    def taker(self, price: Price, size: Size) -> Dollars:
        """Fee of taking `size` shares at `price`."""
        return taker_fee(price, size, self.rate_ppm, self.exponent)

    def reserve(self, price: Price, size: Size) -> Dollars:
        """Upper bound of that fee, for keeping cash aside."""
        return taker_fee_up(price, size, self.rate_ppm, self.exponent)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One side of a market's question."""

    token_id: TokenId
    name: str
    """As the exchange calls it, cleaned: `Yes`, `No`, `Up`, a team's name."""


@dataclass(frozen=True, slots=True)
class Market:
    """What must be known of a market before an order may be sent to it."""

    condition_id: ConditionId
    slug: str
    question: str
    """Cleaned of control characters at ingest; still data, never markup."""
    outcomes: tuple[Outcome, Outcome]
    tick: Price
    min_size: Size
    """Smallest resting order, in shares; 5 everywhere so far."""
    fees: FeeSchedule
    neg_risk: bool
    """Whether the market settles through the exchange for events of several outcomes."""
    protocol: str
    """`v1` or `v2`: which exchange contract an order is signed for."""
    accepting_orders: bool
    end_ms: int | None = None
    """When trading is expected to end, epoch milliseconds; informational."""
    taker_delay_ms: int = 0
    """How long the exchange holds a marketable order before it matches."""
    event_slug: str = ""
    volume: Dollars = 0

    def outcome(self, token_id: TokenId) -> Outcome:
        """The outcome of that token; `KeyError` where the token is not of this market."""
        for outcome in self.outcomes:
            if outcome.token_id == token_id:
                return outcome
        raise KeyError(token_id)

    def opposite(self, token_id: TokenId) -> Outcome:
        """The other outcome than that token's."""
        first, second = self.outcomes
        return second if token_id == first.token_id else first

    def named(self, outcome: str) -> Outcome | None:
        """The outcome of that name, whatever its case; `yes` and `no` mean the first and second."""
        wanted = outcome.casefold()
        for index, alias in enumerate(("yes", "no")):
            if wanted in {self.outcomes[index].name.casefold(), alias}:
                return self.outcomes[index]
        return None
