"""An exchange in memory behind the engine's port, with a script for what goes wrong.

It matches against a book that the test sets, by price only, and knows nothing of wires: the local
exchange and the client have tests of their own. What it is for is the engine's side of the port:
every outcome, in every order, in virtual time.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import NoReturn

from polyterm.engine.ports import (
    BookSnapshot,
    CancelReport,
    ChildTicket,
    MarketSink,
    NotFoundError,
    Outcome,
    RemoteOrder,
    RemoteStatus,
    SendReport,
    SignedOrder,
    TradeLeg,
    TradeReport,
    UnreachableError,
    UserSink,
)
from polyterm.models.book import Level
from polyterm.models.enums import OrderType, Side, TradeStatus
from polyterm.models.ids import ChildId, ConditionId, TokenId, TradeId
from polyterm.models.market import FeeSchedule, Market
from polyterm.models.market import Outcome as MarketOutcome
from polyterm.models.money import UNIT, Dollars, Size
from polyterm.models.snapshot import LastTrade
from tests.fakes.virtual_time import VirtualClock

YES, NO = TokenId(str(7 * 10**70)), TokenId(str(8 * 10**70))


def a_market(**changes: object) -> Market:
    """A market on a one-cent tick; anything about it can be changed."""
    market = Market(
        condition_id=ConditionId("0x" + "ab" * 32),
        slug="will-it-rain",
        question="Will it rain?",
        outcomes=(MarketOutcome(YES, "Yes"), MarketOutcome(NO, "No")),
        tick=100,
        min_size=5 * UNIT,
        fees=FeeSchedule(rate_ppm=40_000),
        neg_risk=False,
        protocol="v1",
        accepting_orders=True,
    )
    return replace(market, **changes)  # type: ignore[arg-type]


@dataclass
class Resting:
    """An order as this exchange keeps it."""

    ticket: ChildTicket
    matched: Size = 0
    status: RemoteStatus = RemoteStatus.LIVE


@dataclass
class Script:
    """What goes wrong next; each entry is used once."""

    sends: deque[str | SendReport] = field(default_factory=deque)
    """`lose` (landed, reply lost), `drop` (never arrived), `late` (arrives after 40 s), `refuse`,
    `busy`, `unsent`, `again`; a report is answered as it is, and nothing lands."""
    silent_reads: int = 0
    """So many reads of orders find nothing, whatever there is."""
    unreachable: bool = False


class FakeExchange:
    """One market, one account, one book; drive it with `set_book`, `trade` and `settle`."""

    url = "memory"
    address = "0x" + "11" * 20
    latency_ms: float | None = 1.0

    def __init__(self, clock: VirtualClock, market: Market | None = None) -> None:
        self.clock = clock
        self.market = market or a_market()
        self.script = Script()
        self.orders: dict[ChildId, Resting] = {}
        self.reports: dict[TradeId, TradeReport] = {}
        self.received: list[ChildId] = []
        """Ids of all orders that arrived, in order, repeats included."""
        self.beats: list[int] = []
        self.on_arrival = lambda child_id: None
        self.balance: Dollars = 10_000 * UNIT
        self.shares: dict[TokenId, Size] = {YES: 0, NO: 0}
        self.bids: tuple[Level, ...] = (Level(4900, 500 * UNIT), Level(4800, 900 * UNIT))
        self.asks: tuple[Level, ...] = (Level(5100, 500 * UNIT), Level(5200, 900 * UNIT))
        self.delay_s = 0.02
        self.sign_s = 0.0
        self.turn_s = 0.0
        """How long an order waits for its turn before it is sent."""
        self.tells = True
        """Whether the user feed tells anything."""
        self._user: UserSink | None = None
        self._book_sink: MarketSink | None = None
        self._watched: tuple[TokenId, ...] = ()
        self._salt = 0

    # -- what a test does to it --

    def set_book(self, bids: Sequence[Level], asks: Sequence[Level]) -> None:
        """Show another book of the first outcome."""
        self.bids, self.asks = tuple(bids), tuple(asks)
        self._show_book()

    def open_ids(self) -> list[ChildId]:
        """Ids that rest here."""
        return [i for i, resting in self.orders.items() if resting.status is RemoteStatus.LIVE]

    def trade(
        self, child_id: ChildId, size: Size, status: TradeStatus = TradeStatus.MATCHED
    ) -> None:
        """Match a part of a resting order at its own price."""
        resting = self.orders[child_id]
        ticket = resting.ticket
        size = min(size, ticket.size - resting.matched)
        if size <= 0 or resting.status is not RemoteStatus.LIVE:
            return
        resting.matched += size
        if resting.matched == ticket.size:
            resting.status = RemoteStatus.MATCHED
        trade_id = TradeId(f"trade-{len(self.reports)}")
        leg = TradeLeg(child_id, ticket.token_id, ticket.side, ticket.price, size, is_maker=True)
        report = TradeReport(
            trade_id, self.market.condition_id, status, self.clock.now_ms(), (leg,)
        )
        self.reports[trade_id] = report
        sign = ticket.side.sign
        self.balance -= sign * ticket.price * size // 10_000
        self.shares[ticket.token_id] += sign * size
        self._tell_trade(report)
        self.tell_order(child_id)

    def show_print(self, size: Size, price: int = 5_000, token_id: TokenId = YES) -> None:
        """Let others trade: a print, and no other sign of it."""
        if self._book_sink is not None:
            trade = LastTrade(price, size, Side.BUY, self.clock.now_ms())
            self._book_sink.traded(token_id, trade)

    def settle(self, trade_id: TradeId, status: TradeStatus) -> None:
        """Move a trade on."""
        report = replace(self.reports[trade_id], status=status)
        self.reports[trade_id] = report
        self._tell_trade(report)

    def user_feed(self, *, is_up: bool) -> None:
        """Connect or drop the user feed."""
        self.tells = is_up
        if self._user is None:
            return
        if is_up:
            self._user.user_feed_up()
        else:
            self._user.user_feed_down("dropped by the test")

    def filled(self) -> Size:
        """All that ever matched and did not fail."""
        return sum(
            leg.size
            for report in self.reports.values()
            if report.status is not TradeStatus.FAILED
            for leg in report.legs
        )

    # -- the port --

    async def connect(self) -> None:
        await self._answer()

    async def aclose(self) -> None:
        return

    async def server_time_ms(self) -> int:
        await self._answer()
        return self.clock.now_ms()

    async def list_markets(self, limit: int = 50) -> tuple[Market, ...]:
        await self._answer()
        return (self.market,)

    async def search_markets(self, text: str, limit: int = 20) -> tuple[Market, ...]:
        await self._answer()
        return (self.market,)

    async def market_by_slug(self, slug: str) -> Market:
        await self._answer()
        return self.market

    async def market_by_token(self, token_id: TokenId) -> Market:
        await self._answer()
        if token_id not in {YES, NO}:
            raise NotFoundError(404, "market not found")
        return self.market

    async def book(self, token_id: TokenId) -> BookSnapshot:
        await self._answer()
        return self._snapshot(token_id)

    async def sign(self, ticket: ChildTicket) -> SignedOrder:
        await asyncio.sleep(self.sign_s)
        self._salt += 1
        digest = sha256(f"{self._salt}".encode()).hexdigest()
        return SignedOrder(ChildId(f"0x{digest}"), ticket, digest.encode())

    async def send(self, order: SignedOrder, may_send: Callable[[], bool]) -> SendReport:
        await asyncio.sleep(self.turn_s)
        if not may_send():
            return SendReport(Outcome.NOT_SENT, "no longer wanted")
        await asyncio.sleep(self.delay_s)
        what = self.script.sends.popleft() if self.script.sends else "take"
        if self.script.unreachable:
            what = "unsent"
        if isinstance(what, SendReport):
            return what
        return _SENDS[what](self, order)

    async def cancel(self, child_ids: Sequence[ChildId]) -> CancelReport:
        await asyncio.sleep(self.delay_s)
        if self.script.unreachable:
            return CancelReport(Outcome.UNKNOWN, reason="timeout")
        done = [child_id for child_id in child_ids if self._kill(child_id)]
        refused = {i: "already canceled or matched" for i in child_ids if i not in done}
        return CancelReport(Outcome.ACCEPTED, frozenset(done), refused)

    async def cancel_all(self) -> CancelReport:
        return await self.cancel(self.open_ids())

    async def heartbeat(self) -> None:
        await self._answer()
        self.beats.append(self.clock.now_ms())

    async def open_orders(self) -> tuple[RemoteOrder, ...]:
        await self._answer()
        return tuple(self._remote(child_id) for child_id in self.open_ids())

    async def order(self, child_id: ChildId) -> RemoteOrder | None:
        await self._answer()
        if self.script.silent_reads:
            self.script.silent_reads -= 1
            return None
        return self._remote(child_id) if child_id in self.orders else None

    async def trades(self, since_ms: int) -> tuple[TradeReport, ...]:
        await self._answer()
        return tuple(report for report in self.reports.values() if report.at_ms >= since_ms)

    async def cash(self) -> Dollars:
        await self._answer()
        return self.balance

    async def holding(self, token_id: TokenId) -> Size:
        await self._answer()
        return self.shares.get(token_id, 0)

    def watch(self, token_ids: Iterable[TokenId]) -> None:
        self._watched = tuple(token_ids)
        self._show_book()

    async def run_market_feed(self, sink: MarketSink) -> NoReturn:
        self._book_sink = sink
        sink.market_feed_up()
        while True:
            self._show_book()
            await asyncio.sleep(1)

    async def run_user_feed(self, sink: UserSink) -> NoReturn:
        self._user = sink
        sink.user_feed_up()
        while True:
            await asyncio.sleep(3600)

    # -- inside --

    def land(self, order: SignedOrder) -> None:
        """The bytes arrive: they rest, or they are a repeat."""
        self.received.append(order.child_id)
        self.on_arrival(order.child_id)
        if order.child_id in self.orders:
            return
        self.orders[order.child_id] = Resting(order.ticket)
        self.tell_order(order.child_id)
        opposite = self.asks if order.ticket.side is Side.BUY else self.bids
        if opposite and order.ticket.side.crosses(order.ticket.price, opposite[0].price):
            self.trade(order.child_id, min(order.ticket.size, opposite[0].size))

    def _kill(self, child_id: ChildId) -> bool:
        resting = self.orders.get(child_id)
        if resting is None or resting.status is not RemoteStatus.LIVE:
            return False
        resting.status = RemoteStatus.CANCELLED
        self.tell_order(child_id)
        return True

    def _remote(self, child_id: ChildId) -> RemoteOrder:
        resting = self.orders[child_id]
        ticket = resting.ticket
        return RemoteOrder(
            child_id=child_id,
            condition_id=self.market.condition_id,
            token_id=ticket.token_id,
            side=ticket.side,
            price=ticket.price,
            size=ticket.size,
            matched=resting.matched,
            status=resting.status,
            order_type=OrderType.GTC,
            created_ms=None,
            text=resting.status.value,
        )

    def _snapshot(self, token_id: TokenId) -> BookSnapshot:
        bids, asks = self.bids, self.asks
        if token_id == NO:
            bids, asks = _mirror(self.asks), _mirror(self.bids)
        return BookSnapshot(token_id, bids, asks, self.clock.now_ms(), self.market.tick)

    def _show_book(self) -> None:
        if self._book_sink is None or self.script.unreachable:
            return
        for token_id in self._watched:
            self._book_sink.book_replaced(self._snapshot(token_id))

    def tell_order(self, child_id: ChildId) -> None:
        if self.tells and self._user is not None:
            self._user.order_reported(self._remote(child_id))

    def _tell_trade(self, report: TradeReport) -> None:
        if self.tells and self._user is not None:
            self._user.trade_reported(report)

    async def _answer(self) -> None:
        await asyncio.sleep(self.delay_s)
        if self.script.unreachable:
            raise UnreachableError("no answer from memory")


def _take(exchange: FakeExchange, order: SignedOrder) -> SendReport:
    exchange.land(order)
    status = exchange.orders[order.child_id].status
    return SendReport(Outcome.ACCEPTED, status="matched" if status.is_final else "live")


def _lose(exchange: FakeExchange, order: SignedOrder) -> SendReport:
    exchange.land(order)
    return SendReport(Outcome.UNKNOWN, "read timeout")


def _drop(exchange: FakeExchange, order: SignedOrder) -> SendReport:
    return SendReport(Outcome.UNKNOWN, "read timeout")


def _late(exchange: FakeExchange, order: SignedOrder) -> SendReport:
    asyncio.get_running_loop().call_later(40, exchange.land, order)
    return SendReport(Outcome.UNKNOWN, "read timeout")


def _refuse(exchange: FakeExchange, order: SignedOrder) -> SendReport:
    return SendReport(Outcome.REJECTED, "not enough balance / allowance")


def _busy(exchange: FakeExchange, order: SignedOrder) -> SendReport:
    return SendReport(Outcome.NOT_ACCEPTED, "restarting", retry_after_s=1.0)


def _unsent(exchange: FakeExchange, order: SignedOrder) -> SendReport:
    return SendReport(Outcome.NOT_SENT, "connection refused")


def _again(exchange: FakeExchange, order: SignedOrder) -> SendReport:
    exchange.land(order)
    return SendReport(Outcome.LANDED_BEFORE, "Duplicated")


_SENDS = {
    "take": _take,
    "lose": _lose,
    "drop": _drop,
    "late": _late,
    "refuse": _refuse,
    "busy": _busy,
    "unsent": _unsent,
    "again": _again,
}


def _mirror(levels: Iterable[Level]) -> tuple[Level, ...]:
    return tuple(Level(10_000 - level.price, level.size) for level in levels)
