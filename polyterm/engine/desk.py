"""What all the engine's parts share, handed to each of them whole."""

from __future__ import annotations

from dataclasses import dataclass, field

from polyterm.engine.account import Account
from polyterm.engine.clock import Clock
from polyterm.engine.journal import Journal
from polyterm.engine.market_monitor import MarketMonitor
from polyterm.engine.order_register import OrderRegister
from polyterm.engine.parent import Parent
from polyterm.engine.ports import Exchange
from polyterm.engine.safety import Situation
from polyterm.engine.settings import EngineSettings
from polyterm.models.events import StopState
from polyterm.models.ids import TokenId
from polyterm.models.market import Market
from polyterm.models.money import Size
from polyterm.models.order_request import OrderRequest
from polyterm.models.views import StopView


@dataclass(slots=True)
class Gate:
    """Whether anything may be sent, looked at again after the last wait before the socket."""

    stop: StopView = field(default_factory=StopView)
    not_ready: str = "starting: the exchange has not been read yet"
    """Why the engine is view-only; empty once it may trade."""
    closing: bool = False
    """Whether the engine is on its way out."""
    sends_in_flight: int = 0
    """Requests that may land although the gate has closed since."""

    @property
    def closed_because(self) -> str:
        """Why nothing may be sent; empty where it may."""
        if self.stop.state is not StopState.RUNNING:
            return "emergency stop: rearm to trade again"
        if self.closing:
            return "polyterm is ending"
        return self.not_ready


@dataclass(frozen=True, slots=True)
class Desk:
    """The engine's parts, for those who work an order."""

    exchange: Exchange
    journal: Journal
    register: OrderRegister
    monitor: MarketMonitor
    account: Account
    settings: EngineSettings
    clock: Clock
    gate: Gate

    def situation(self, request: OrderRequest, market: Market, planned: Size) -> Situation:
        """What the safety gate looks at, as of now; the book without our own orders."""
        return Situation(
            settings=self.settings,
            stop=self.gate.stop,
            not_ready=self.gate.not_ready,
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
