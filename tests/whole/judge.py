"""The invariants of `reliability.md` 3: the exchange's ledger against what the engine says."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress

from polyterm.engine.balance import BELIEVED_AFTER_MS
from polyterm.engine.engine import Engine
from polyterm.engine.parent import DUST
from polyterm.engine.prover import REQUEST_LIFETIME_S
from polyterm.models.enums import Side, TradeStatus
from polyterm.models.events import StopState
from polyterm.models.ids import ChildId, OrderId, TokenId, TradeId
from polyterm.models.views import OrderDetail
from polyterm.simulator.credentials import ApiKey
from polyterm.simulator.markets import MarketState
from polyterm.simulator.order_desk import Placement
from polyterm.simulator.orders import TraderOrder
from polyterm.simulator.refusals import RefusalError
from polyterm.simulator.trades import Leg, Trade
from polyterm.simulator.wire.order_payload import PlacedOrder
from tests.whole.house import House
from tests.whole.landing import request_life_s

AGREED_WITHIN_S = 60.0
"""How long after the last fault both sides may still tell different stories (I4)."""
_CALM_S = 15.0
_OLDEST_BOOK_S = 15.5
"""The engine's limit, and what a request may take from its last check to the network."""
_LIMITED = ("POST /order", "DELETE /order", "DELETE /orders", "DELETE /cancel-all")


class BrokenError(AssertionError):
    """An invariant does not hold: which one, and what was seen."""


class Judge:
    """Watches one house, from outside the engine."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._targets: Counter[OrderId] = Counter()
        self._seen: list[str] = []
        self._pictures: list[OrderDetail] = []
        self._orders: dict[OrderId, None] = {}
        self._left: dict[OrderId, OrderDetail] = {}
        self.refused: Counter[str] = Counter()
        """Orders that the exchange itself refused, by its words."""
        self.late: set[ChildId] = set()
        """Orders whose request outlived what rule R3 reckons with."""
        house.landing.on_order_written = self._order_written
        desk = house.exchange.desk
        self._place = desk.place
        desk.place = self._order_arrived

    # -- at the moment it happens --

    def _order_written(self) -> None:
        """I5 and R6: no order is written to the network after a stop, or on an old book."""
        if self._house.archive.stop is not StopState.RUNNING:
            self._seen.append("I5: an order was written to the network after the stop")

        age_s = asyncio.get_running_loop().time() - self._house.landing.market_data_at
        if age_s > _OLDEST_BOOK_S:
            self._seen.append(f"R6: an order was written on books of {age_s:.0f} s ago")

    def _order_arrived(
        self, key: ApiKey, state: MarketState, order_id: str, placed: PlacedOrder
    ) -> Placement:
        """I3: what arrives was committed before."""
        if request_life_s() > REQUEST_LIFETIME_S:
            self.late.add(ChildId(order_id))
        if order_id not in self._house.archive.children:
            self._seen.append(f"I3: order {order_id[:10]} arrived and was never written down")
        try:
            return self._place(key, state, order_id, placed)
        except RefusalError as refusal:
            self._refused(refusal.text)
            raise

    def _refused(self, text: str) -> None:
        self.refused[text.split(":")[0]] += 1
        excuse = self._house.by_hand or self.late or self._house.fired()["drop_balance"]
        if "not enough balance" in text and not excuse:
            self._seen.append(f"I2: the engine sent what it cannot pay: {text}")

    # -- after every step --

    async def check(self) -> None:
        """Everything that must hold at any time; `BrokenError`."""
        self._pictures = await self._taken()
        problems = [*self._seen, *(found for look in _ALWAYS for found in look(self))]
        self._report(problems)

    def _within_target(self) -> Iterator[str]:
        """I1: what a parent traded is within its size.

        Not counted is an order that arrived when its request had outlived what R3 reckons with: it
        was rightly given up, and what it trades before it is taken back is not promised
        (`docs/promises.md`).
        """
        traded: Counter[OrderId] = Counter()
        parents = self._parents()
        for leg in self._legs():
            if leg.order_id in parents and leg.order_id not in self.late:
                traded[parents[ChildId(leg.order_id)]] += leg.size
        for detail in self._pictures:
            order = detail.order
            self._targets[order.order_id] = max(order.size, self._targets[order.order_id])
        for order_id, size in traded.items():
            if order_id in self._targets and size > self._targets[order_id] + DUST:
                yield f"I1: order {order_id} traded {size} of {self._targets[order_id]}"

    def _covered(self) -> Iterator[str]:
        """I2: nothing is promised that is not there."""
        for account in self._house.exchange.accounts.traders():
            for purse in (account.cash, *account.tokens.values()):
                if purse.active > max(purse.settled - purse.matched, 0):
                    yield f"I2: {purse} promises more than there is"

    def _counted_once(self) -> Iterator[str]:
        """I6: each trade of each child is one fill, and there is no fill without a trade."""
        legs = {(TradeId(t.id), ChildId(leg.order_id)): leg for t, leg in self._trades()}
        for key, times in self._house.archive.filled.items():
            if times > 1:
                yield f"I6: {key} was told {times} times"
        for detail in self._pictures:
            traded = sum(f.size for f in detail.fills if f.status is not TradeStatus.FAILED)
            if traded > detail.order.filled:
                yield f"I6: {detail.order.order_id} shows less than its fills make up"
            for fill in detail.fills:
                leg = legs.get((fill.trade_id, fill.child_id))
                if leg is None or (leg.size, leg.price, leg.side) != (
                    fill.size,
                    fill.price,
                    fill.side,
                ):
                    yield f"I6: fill {fill} is not what was traded: {leg}"

    def _sum_of_fills(self) -> Iterator[str]:
        """I6: what an order shows as filled was traded."""
        traded: Counter[str] = Counter()
        for trade, leg in self._trades():
            if trade.status is not TradeStatus.FAILED:
                traded[leg.order_id] += leg.size
        failed = {leg.order_id for t, leg in self._trades() if t.status is TradeStatus.FAILED}
        for detail in self._pictures:
            ids = {child.child_id for child in detail.children}
            if detail.order.filled > sum(traded[i] for i in ids) + DUST and not ids & failed:
                yield f"I6: {detail.order.order_id} shows {detail.order.filled} filled"

    def _carried(self) -> Iterator[str]:
        """I6: what is carried along of all orders is what their fills add up to."""
        summed: Counter[tuple[TokenId, Side]] = Counter()
        for detail in self._pictures:
            token_id = detail.order.token_id
            for fill in detail.fills:
                if fill.status is not TradeStatus.FAILED:
                    summed[token_id, fill.side] += fill.size
        if self._house.is_running:
            for totals in self._house.engine._register.ledger:
                carried = {Side.BUY: totals.bought, Side.SELL: totals.sold}
                for side, size in carried.items():
                    if size != summed[totals.token_id, side]:
                        yield f"I6: {size} carried, {summed[totals.token_id, side]} traded"

    def _stopped(self) -> Iterator[str]:
        """I5: a stop that says it is verified left nothing open."""
        if self._house.archive.stop is StopState.STOPPED_VERIFIED and self._open():
            excused = self._house.by_hand | self.late
            left = [order for order in self._open() if order.id not in excused]
            if left:
                yield f"I5: verified, and {len(left)} orders are open"

    def _in_rate(self) -> Iterator[str]:
        """I10: the exchange never had to say that we ask too much."""
        planned: Counter[str] = Counter()
        for firing in self._house.faults.fired:
            planned[firing.request] += firing.hits * (firing.kind == "429")
        for route in _LIMITED:
            if self._house.landing.answered[route, 429] > planned[route]:
                yield f"I10: {route} was beyond the rate"

    # -- once the faults are over --

    async def settle(self) -> None:
        """I4: end the faults, wait, and compare; `BrokenError`."""
        house = self._house
        house.end_faults()
        ended_s = asyncio.get_running_loop().time()
        await house.until(lambda: house.landing.is_quiet(ended_s), 120)
        self._left.clear()
        # What a person traded meanwhile is in no fill of ours: the balance is believed in time.
        by_hand_s = BELIEVED_AFTER_MS / 1_000 if house.by_hand else 0
        with suppress(TimeoutError):
            async with asyncio.timeout(AGREED_WITHIN_S + _CALM_S + by_hand_s):
                while await self.differences():
                    await asyncio.sleep(0.05)
        self._report(await self.differences())
        await self.check()

    async def differences(self) -> list[str]:
        """In what the engine's picture and the ledger differ."""
        self._pictures = await self._taken()
        return [found for look in _IN_PEACE for found in look(self)]

    def _no_unknowns(self) -> Iterator[str]:
        if self._house.engine.health().unknown:
            yield "I4: the fate of some order is unknown"

    def _same_open(self) -> Iterator[str]:
        ours = {
            child.child_id
            for detail in self._pictures
            for child in detail.children
            if not child.status.is_final
        }
        theirs = {o.id for o in self._open() if o.id not in self._house.by_hand}
        if ours != theirs:
            yield f"I4: open here alone {ours - theirs}, there alone {theirs - ours}"

    def _same_matched(self) -> Iterator[str]:
        for detail in self._pictures:
            for child in detail.children:
                order = self._house.exchange.desk.orders.get(child.child_id)
                matched = order.matched if order else 0
                if abs(child.matched - matched) >= DUST:
                    yield f"I4: {child.child_id[:10]} matched {child.matched}, in truth {matched}"

    def _same_fills(self) -> Iterator[str]:
        ours = {
            (str(f.trade_id), str(f.child_id)): f.status for d in self._pictures for f in d.fills
        }
        theirs = {
            (trade.id, leg.order_id): trade.status
            for trade, leg in self._trades()
            if leg.order_id not in self._house.by_hand
        }
        if ours.keys() != theirs.keys():
            yield f"I4: fills differ: {ours.keys() ^ theirs.keys()}"
        for key in ours.keys() & theirs.keys():
            if theirs[key].is_final and ours[key] is not theirs[key]:
                yield f"I4: trade {key[0]} is {theirs[key]}, and shown as {ours[key]}"

    def _no_orphans(self) -> Iterator[str]:
        for detail in self._pictures:
            order = detail.order
            if order.status.is_final and order.working and not order.deadline_ms:
                yield f"I4: {order.order_id} is {order.status}, and a child of it rests"

    def _same_money(self) -> Iterator[str]:
        account = self._house.exchange.accounts.open(self._house.key.address)
        view = self._house.engine.account()
        if view.cash != account.cash.settled:
            yield f"I4: cash is {account.cash.settled}, and shown as {view.cash}"
        held = {position.token_id: position.size for position in view.positions}
        for token_id, purse in account.tokens.items():
            if not purse.matched and purse.settled != held.get(token_id, 0):
                yield f"I4: {purse.settled} shares are held, {held.get(token_id, 0)} shown"

    def _same_by_hand(self) -> Iterator[str]:
        tokens = {o.token_id for market in self._house.markets for o in market.outcomes}
        pictures = [self._house.engine.snapshot(token) for token in tokens]
        shown = {o.child_id for p in pictures if p for o in p.own if o.order_id is None}
        theirs = {order.id for order in self._open() if order.id in self._house.by_hand}
        if shown != theirs:
            yield f"I4: placed by hand {theirs}, shown {shown}"

    # -- both sides --

    async def _taken(self) -> list[OrderDetail]:
        """Every order there ever was; what has left memory is read anew in every peace only."""
        if not self._house.is_running:
            return []
        engine = self._house.engine
        self._orders |= dict.fromkeys(order.order_id for order in engine.list_orders())
        return [await self._picture(engine, order_id) for order_id in self._orders]

    async def _picture(self, engine: Engine, order_id: OrderId) -> OrderDetail:
        if order_id in engine._register.parents:
            self._left.pop(order_id, None)
            return await engine.order_detail(order_id)
        if order_id not in self._left:
            self._left[order_id] = await engine.order_detail(order_id)
        return self._left[order_id]

    def _parents(self) -> dict[ChildId, OrderId]:
        return {
            child.child_id: detail.order.order_id
            for detail in self._pictures
            for child in detail.children
        }

    def _trades(self) -> Iterator[tuple[Trade, Leg]]:
        owner = self._house.key.key
        for trade in self._house.exchange.execution.trades.values():
            yield from ((trade, leg) for leg in trade.legs if leg.owner == owner)

    def _legs(self) -> Iterator[Leg]:
        return (leg for t, leg in self._trades() if t.status is not TradeStatus.FAILED)

    def _open(self) -> list[TraderOrder]:
        return self._house.exchange.desk.open_orders(self._house.key.key)

    def _report(self, problems: list[str]) -> None:
        if problems:
            raise BrokenError(f"seed {self._house.seed}: " + "; ".join(problems[:5]))


_Look = Callable[[Judge], Iterator[str]]
_ALWAYS: tuple[_Look, ...] = (
    Judge._within_target,
    Judge._covered,
    Judge._counted_once,
    Judge._sum_of_fills,
    Judge._carried,
    Judge._stopped,
    Judge._in_rate,
)
_IN_PEACE: tuple[_Look, ...] = (
    Judge._no_unknowns,
    Judge._same_open,
    Judge._same_matched,
    Judge._same_fills,
    Judge._no_orphans,
    Judge._same_money,
    Judge._same_by_hand,
)
