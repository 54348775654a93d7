"""A local exchange in-process, on a clock that tests move, with traders at hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from random import Random

from polyterm.models.enums import OrderType, Side
from polyterm.models.ids import ConditionId, TokenId
from polyterm.models.market import FeeSchedule, Market, Outcome
from polyterm.models.money import (
    PRICE_ONE,
    SIZE_STEP,
    UNIT,
    Dollars,
    Price,
    Size,
    floor_to,
    notional,
)
from polyterm.simulator.credentials import ApiKey
from polyterm.simulator.flow_host import FlowHost, Listing
from polyterm.simulator.listener import Listener, OrderChange
from polyterm.simulator.local_exchange import LocalExchange
from polyterm.simulator.markets import MarketState
from polyterm.simulator.order_desk import Placement
from polyterm.simulator.orders import TraderOrder
from polyterm.simulator.rules import ExchangeRules
from polyterm.simulator.signed_order import SignatureType, SignedOrder
from polyterm.simulator.trades import Trade
from polyterm.simulator.wire.order_payload import PlacedOrder

START_MS = 1_795_000_000_000
CENT: Dollars = UNIT // 100
MARKET_SHARE_STEP: Size = UNIT // 10_000
ZERO_WORD = "0x" + "0" * 64
RULES = ExchangeRules(cash=1_000 * UNIT)


@dataclass(slots=True)
class ManualClock:
    """Stands still until moved."""

    at_ms: int = START_MS

    def now_ms(self) -> int:
        return self.at_ms


def listing(
    name: str = "rain",
    *,
    tick: Price = 100,
    rate_ppm: int = 0,
    neg_risk: bool = False,
    protocol: str = "v1",
    delay_ms: int = 0,
    event: str = "",
) -> Listing:
    random = Random(name)
    first, second = (TokenId(str(random.getrandbits(256))) for _ in range(2))
    market = Market(
        condition_id=ConditionId("0x" + random.randbytes(32).hex()),
        slug=name,
        question=f"Will {name} happen?",
        outcomes=(Outcome(first, "Yes"), Outcome(second, "No")),
        tick=tick,
        min_size=5 * UNIT,
        fees=FeeSchedule(rate_ppm),
        neg_risk=neg_risk,
        protocol=protocol,
        accepting_orders=True,
        end_ms=START_MS + 86_400_000,
        taker_delay_ms=delay_ms,
        event_slug=event,
    )
    return Listing(market, description="As it says.", category="Test", tags=("Test",))


class Diary(Listener):
    """Remembers the user channel's facts as (kind, status) in order."""

    def __init__(self) -> None:
        self.facts: list[tuple[str, str]] = []

    def order_changed(self, order: TraderOrder, change: OrderChange) -> None:
        self.facts.append((change.value, order.status))

    def trade_changed(self, trade: Trade) -> None:
        self.facts.append(("TRADE", trade.status.value))


@dataclass(slots=True)
class TradingFloor:
    """One market, and as many traders as are asked for."""

    rules: ExchangeRules = RULES
    listed: Listing = field(default_factory=listing)
    clock: ManualClock = field(default_factory=ManualClock)
    seed: int = 7
    exchange: LocalExchange = field(init=False)
    diary: Diary = field(default_factory=Diary)
    _ids: count[int] = field(default_factory=lambda: count(1 << 200))

    def __post_init__(self) -> None:
        self.exchange = LocalExchange(clock=self.clock, random=Random(self.seed), rules=self.rules)
        self.exchange.listeners.add(self.diary)
        self.host.open_market(self.listed)

    @property
    def host(self) -> FlowHost:
        return self.exchange

    @property
    def state(self) -> MarketState:
        return self.exchange.markets[self.listed.market.condition_id]

    def trader(self, name: str) -> ApiKey:
        """A trader's key; the same name is the same trader."""
        address = "0x" + Random(name).randbytes(20).hex()
        found = self.exchange.keys.of(address)
        if found:
            return found[0]
        self.exchange.accounts.open(address)
        return self.exchange.keys.create(address, 137, 0)

    def cash(self, name: str) -> Dollars:
        return self.exchange.accounts.open(self.trader(name).address).cash.settled

    def shares(self, name: str, index: int = 0) -> Size:
        account = self.exchange.accounts.open(self.trader(name).address)
        return account.shares(self.state.tokens[index]).settled

    def give_shares(self, name: str, size: Size, index: int = 0) -> None:
        """Put shares into an account by splitting dollars that come from nowhere."""
        account = self.exchange.accounts.open(self.trader(name).address)
        account.shares(self.state.tokens[index]).settled += size
        self.exchange.accounts.house.shares(self.state.tokens[1 - index]).settled += size
        self.state.collateral += size

    def house(
        self, side: Side, price: Price, size: Size, kind: OrderType = OrderType.GTC
    ) -> str | None:
        return self.host.place_house(self.state.id, side, price, size, kind)

    def place(
        self,
        name: str,
        side: Side,
        price: Price,
        size: Size,
        *,
        index: int = 0,
        kind: OrderType = OrderType.GTC,
        post_only: bool = False,
        expires_s: int = 0,
        order_id: str | None = None,
    ) -> Placement:
        """An order of `size` shares; a FAK or FOK BUY spends what they cost, in whole cents."""
        maker, taker = amounts(side, price, size)
        if side is Side.BUY and not kind.rests:
            maker = floor_to(maker, CENT)
            taker = floor_to(maker * PRICE_ONE // price, MARKET_SHARE_STEP)
        placed = placed_order(
            self.trader(name),
            self.state.tokens[index],
            side,
            (maker, taker),
            kind=kind,
            post_only=post_only,
            expires_s=expires_s,
        )
        chosen = order_id or f"0x{next(self._ids):064x}"
        return self.exchange.desk.place(self.trader(name), self.state, chosen, placed)

    def order(self, placement: Placement | str) -> TraderOrder:
        order_id = placement if isinstance(placement, str) else placement.order_id
        return self.exchange.desk.orders[order_id]

    def advance(self, ms: int) -> None:
        self.clock.at_ms += ms
        self.exchange.timetable.run_due()

    def settle(self) -> None:
        self.advance(self.rules.confirmed_after_ms)


def amounts(side: Side, price: Price, size: Size) -> tuple[int, int]:
    """Maker and taker amount of an order."""
    dollars = notional(price, size)
    return (dollars, size) if side is Side.BUY else (size, dollars)


def placed_order(
    key: ApiKey,
    token_id: str,
    side: Side,
    maker_and_taker: tuple[int, int],
    *,
    kind: OrderType = OrderType.GTC,
    post_only: bool = False,
    expires_s: int = 0,
) -> PlacedOrder:
    signed = SignedOrder(
        salt=1,
        maker=key.address,
        signer=key.address,
        token_id=int(token_id),
        maker_amount=maker_and_taker[0],
        taker_amount=maker_and_taker[1],
        side=side,
        signature_type=SignatureType.EOA,
        timestamp=START_MS,
        metadata=ZERO_WORD,
        builder=ZERO_WORD,
        signature="0x00",
    )
    return PlacedOrder(signed, key.key, kind, post_only, expires_s)


def whole(shares: int) -> Size:
    """Whole shares, in the unit of sizes."""
    return shares * UNIT


def hundredths(count: int) -> Size:
    """Hundredths of a share, in the unit of sizes."""
    return count * SIZE_STEP
