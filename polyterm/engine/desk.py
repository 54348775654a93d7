"""What all the engine's parts share, handed to each of them whole."""

from __future__ import annotations

from dataclasses import dataclass

from polyterm.engine.account import Account
from polyterm.engine.clock import Clock
from polyterm.engine.journal import Journal
from polyterm.engine.market_monitor import MarketMonitor
from polyterm.engine.order_register import OrderRegister
from polyterm.engine.outside_stop import OutsideStop
from polyterm.engine.parent import Parent
from polyterm.engine.ports import Exchange
from polyterm.engine.safety import Situation
from polyterm.engine.settings import EngineSettings
from polyterm.engine.weather import Weather
from polyterm.models.events import StopState
from polyterm.models.ids import TokenId
from polyterm.models.market import Market
from polyterm.models.money import Size
from polyterm.models.order_request import OrderRequest
from polyterm.models.views import StopView

ASLEEP_S = 5.0
"""A loop that has not turned for so long was stopped: nothing known before may be relied on."""


class Gate:
    """Whether anything may be sent, looked at again after the last wait before the socket."""

    def __init__(self, clock: Clock, outside: OutsideStop) -> None:
        self._clock = clock
        self.outside = outside
        """Stops that were asked for while the engine gave no answer."""
        self.stop = StopView()
        self.not_ready = "starting: the exchange has not been read yet"
        """Why the engine is view-only; empty once it may trade."""
        self.closing = False
        """Whether the engine is on its way out."""
        self.sends_in_flight = 0
        """Requests that may land although the gate has closed since."""
        self.turned_s = clock.monotonic()
        """When the event loop was last seen turning, by the monotonic clock."""

    @property
    def closed_because(self) -> str:
        """Why nothing may be sent; empty where it may."""
        if self.stop.state is not StopState.RUNNING or self.outside.asked():
            return "emergency stop: rearm to trade again"
        if self.closing:
            return "polyterm is ending"
        if self.not_ready:
            return self.not_ready
        asleep_s = self._clock.monotonic() - self.turned_s
        return asleep(asleep_s) if asleep_s > ASLEEP_S else ""


def asleep(seconds: float) -> str:
    """Why nothing is sent right after a sleep, in words."""
    return f"this machine was asleep for {seconds:.0f} s: comparing with the exchange first"


@dataclass(slots=True)
class Desk:
    """The engine's parts, for those who work an order; only the settings may be replaced."""

    exchange: Exchange
    journal: Journal
    register: OrderRegister
    monitor: MarketMonitor
    account: Account
    settings: EngineSettings
    clock: Clock
    gate: Gate
    weather: Weather

    def situation(self, request: OrderRequest, market: Market, planned: Size) -> Situation:
        """What the safety gate looks at, as of now; the book without our own orders."""
        return Situation(
            settings=self.settings,
            closed_because=self.journal.problem or self.gate.closed_because,
            market=market,
            book=self.monitor.others(request.token_id),
            is_fresh=self.monitor.is_fresh(request.token_id),
            funds=self.account.funds(market, request.token_id),
            request=request,
            planned=planned,
        )

    async def refresh_market(self, token_id: TokenId) -> None:
        """Look up grid, fees and state of a market again; `ExchangeError` where that fails."""
        self.monitor.update_market(await self.exchange.market_by_token(token_id))

    def market_of(self, parent: Parent) -> Market:
        """The parent's market; it is watched for as long as the parent is at work."""
        market = self.monitor.market(parent.token_id)
        if market is None:
            raise LookupError(f"market of order {parent.order_id} is not watched")
        return market
