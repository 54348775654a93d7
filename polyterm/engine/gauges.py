"""What is true right now, as metric families: health, money, profit."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

from polyterm.engine.metrics import Family, Kind, Number, Sample
from polyterm.engine.records import TokenTotals
from polyterm.models.events import StopState
from polyterm.models.ids import TokenId
from polyterm.models.money import PRICE_ONE, Dollars, Size, unit_decimal
from polyterm.models.views import AccountView, HealthView


@dataclass(frozen=True, slots=True)
class Profit:
    """What polyterm's own orders have brought, over every run."""

    cash_flow: Dollars
    """Taken in by sells, less what buys cost and all fees: exact."""
    holdings: Dollars
    """Shares from these orders at the micro-price: an estimate."""
    unpriced: Size
    """Shares among them whose market nobody follows: they count at what they cost on average."""

    @property
    def total(self) -> Dollars:
        """Profit, or loss where negative."""
        return self.cash_flow + self.holdings


def profit_of(totals: Iterable[TokenTotals], mark: Callable[[TokenId], float | None]) -> Profit:
    """Add up all tokens; `mark` is a token's micro-price in price units, where it is known."""
    cash_flow = holdings = unpriced = 0
    for token in totals:
        cash_flow += token.earned - token.paid - token.fees
        size, price = token.bought - token.sold, mark(token.token_id)
        if price is not None:
            holdings += round(price * size / PRICE_ONE)
        elif size:
            holdings += (token.paid + token.earned) * size // (token.bought + token.sold)
            unpriced += abs(size)
    return Profit(cash_flow, holdings, unpriced)


def gauges(health: HealthView, account: AccountView, profit: Profit) -> tuple[Family, ...]:
    """One family a fact; what is not known has no sample."""
    return (
        *(_gauge(name, text, value) for name, text, value in _readings(health)),
        *(
            _gauge(f"polyterm_{name}_dollars", text, unit_decimal(value), "dollars")
            for name, text, value in _money(health, account, profit)
        ),
        _gauge(
            "polyterm_unpriced_shares",
            "Shares without a book, counted at what they cost.",
            unit_decimal(profit.unpriced),
            "shares",
        ),
    )


def _readings(health: HealthView) -> Iterable[tuple[str, str, Number | None]]:
    stop = health.stop.state
    return (
        ("polyterm_can_trade", "1 where orders may be sent.", int(health.can_trade)),
        (
            "polyterm_stopped",
            "1 where an emergency stop holds.",
            int(stop is not StopState.RUNNING),
        ),
        ("polyterm_exchange_up", "1 where the last request was answered.", int(health.exchange_up)),
        ("polyterm_market_feed_up", "1 where market data flows.", int(health.market_feed_up)),
        ("polyterm_user_feed_up", "1 where fills are told at once.", int(health.user_feed_up)),
        ("polyterm_feed_age_seconds", "Since the last market data.", health.feed_age_s),
        ("polyterm_latency_seconds", "Of the last answered request.", _seconds(health.latency_ms)),
        ("polyterm_loop_lag_seconds", "p99 delay of a timer.", _seconds(health.loop_lag_ms)),
        ("polyterm_orders_running", "Parent orders that hold a worker.", health.running),
        ("polyterm_orders_queued", "Parent orders that wait for one.", health.queued),
        ("polyterm_children_open", "Child orders that may still trade.", health.open_children),
        ("polyterm_children_unknown", "Child orders of unknown fate.", health.unknown),
    )


def _money(
    health: HealthView, account: AccountView, profit: Profit
) -> Iterable[tuple[str, str, Dollars]]:
    return (
        ("exposure", "Worst-case cost of open buys, and what positions cost.", health.exposure),
        ("cash", "Balance on the exchange's word.", account.cash),
        ("reserved", "Held by open buys and unseen fills.", account.reserved),
        ("cash_flow", "Taken in less paid and fees, by polyterm's orders.", profit.cash_flow),
        ("profit", "Cash flow plus what is held at the micro-price.", profit.total),
    )


def _gauge(name: str, text: str, value: Number | None, unit: str = "") -> Family:
    samples = () if value is None else (Sample(value),)
    ends_in_seconds = name.endswith("_seconds")
    return Family(name, Kind.GAUGE, text, samples, "seconds" if ends_in_seconds else unit)


def budget_gauge(left: Iterable[tuple[str, float]]) -> Family:
    """Requests that may be sent at once, by lane."""
    samples = tuple(Sample(Decimal(round(tokens)), (("lane", lane),)) for lane, tokens in left)
    text = "Requests that may be sent at once."
    return Family("polyterm_rate_budget_tokens", Kind.GAUGE, text, samples, "tokens")


def tasks_gauge(count: int) -> Family:
    """Tasks of the event loop: steady where nothing leaks."""
    return _gauge("polyterm_tasks", "Tasks of the event loop.", count)


def _seconds(ms: float | None) -> float | None:
    return None if ms is None else ms / 1000
