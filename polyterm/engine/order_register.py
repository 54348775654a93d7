"""Every order, child and fill in memory, and the only place where evidence changes them.

Evidence comes from answers, from the user feed and from reads, in any order and more than once. So
matched sizes only grow, a trade counts once by (trade, child), final children stay final unless the
exchange itself shows otherwise, and each change goes to the journal as it is made.
"""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator

from polyterm.engine.assembly import assembled
from polyterm.engine.child_states import ChildEvent, is_stale_news, next_status
from polyterm.engine.clock import Clock
from polyterm.engine.evidence import Evidence, is_later, proof_of, subjects
from polyterm.engine.journal import Journal
from polyterm.engine.ledger import Ledger
from polyterm.engine.order_facts import changed, filled, settled
from polyterm.engine.parent import DUST, Child, Parent
from polyterm.engine.ports import RemoteOrder, TradeLeg, TradeReport
from polyterm.engine.records import FillRecord, Saved
from polyterm.models.enums import ChildStatus, OrderStatus, TradeStatus
from polyterm.models.events import Event, Noticed, OrderStatusChanged
from polyterm.models.ids import ChildId, OrderId, TokenId, TradeId
from polyterm.models.market import FeeSchedule, Market
from polyterm.models.money import Size, format_units

_log = logging.getLogger(__name__)

GHOST_MS = 1_000
"""How long a dead child is still taken out of the book: the book may not show its end yet."""


class OrderRegister:
    """What the engine knows of its orders."""

    def __init__(
        self, journal: Journal, clock: Clock, market_of: Callable[[TokenId], Market | None]
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._market_of = market_of
        self.parents: dict[OrderId, Parent] = {}
        self.foreign: dict[ChildId, RemoteOrder] = {}
        """Open orders of our API key that polyterm did not place: shown, never touched."""
        self._children: dict[ChildId, tuple[Parent, Child]] = {}
        self._unsettled: dict[ChildId, tuple[Parent, Child]] = {}
        self.unseen_fills: dict[tuple[TradeId, ChildId], FillRecord] = {}
        """Fills that the balances read so far may not show yet."""
        self.ledger = Ledger()
        """What all fills add up to, those of orders that have left memory included."""
        self._unfinished: defaultdict[TokenId, dict[OrderId, Parent]] = defaultdict(dict)
        self._by_token: defaultdict[TokenId, dict[ChildId, Child]] = defaultdict(dict)
        self._changed: set[TokenId] = set()
        self.version = 0
        """Grows with every change of a child, a fill, or an order placed by hand."""
        self._versions: Counter[TokenId] = Counter()
        self.on_child: Callable[[Child], None] = lambda child: None
        """Called when a child came, went or changed."""
        self.on_trade: Callable[[], None] = lambda: None
        """Called when money or shares moved."""
        self.on_late: Callable[[Child], None] = lambda child: None
        """Called when a child that counted as dead turns out to be alive: it must be taken back."""
        self.on_stranger: Callable[[Evidence], None] = lambda evidence: None
        """Called with what is about none of these: about others, or about ones that have left."""

    def load(self, saved: Saved) -> None:
        """Take over what earlier runs left."""
        self.ledger.load(saved.totals)
        for parent in assembled(saved):
            self.take_in(parent)
            for child in parent.children.values():
                self._unseen_yet(*child.fills.values())

    # -- looking things up --

    def child(self, child_id: ChildId) -> tuple[Parent, Child] | None:
        """A child with its parent."""
        return self._children.get(child_id)

    def unsettled_children(self) -> Iterator[tuple[Parent, Child]]:
        """Children that may still trade, or whose trades are not all in."""
        for child_id, (parent, child) in list(self._unsettled.items()):
            if child.status.is_final and not child.awaits_trades:
                del self._unsettled[child_id]
            else:
                yield parent, child

    def open_children(self) -> Iterator[tuple[Parent, Child]]:
        """Children that may still trade."""
        return (pair for pair in self.unsettled_children() if not pair[1].status.is_final)

    def in_book(self, token_id: TokenId) -> Iterator[Child]:
        """Children of a token that rest, or did a moment ago: a book may lag behind their end."""
        recent_ms = self._clock.now_ms() - GHOST_MS
        for child_id, child in list(self._by_token[token_id].items()):
            ended_ms = child.record.ended_ms
            if ended_ms is not None and ended_ms < recent_ms:
                self._by_token[token_id].pop(child_id, None)
            else:
                yield child

    def at_work_on(self, token_id: TokenId) -> Iterator[Parent]:
        """Unfinished parents of a token."""
        return (parent for parent in self._unfinished[token_id].values())

    def version_of(self, token_id: TokenId) -> int:
        """Grows with every change of an order of ours in that token."""
        return self._versions[token_id]

    def take_changed(self) -> frozenset[TokenId]:
        """Tokens whose own orders changed since the last call."""
        changed, self._changed = frozenset(self._changed), set()
        return changed

    # -- parents --

    def add_parent(self, parent: Parent, accepted: Event) -> None:
        """Write down a new order."""
        self.take_in(parent)
        self._journal.record(accepted, parents=(parent.record,))

    def set_status(self, parent: Parent, status: OrderStatus, reason: str) -> None:
        """Move a parent; nothing happens where it already stands there for that reason."""
        record = parent.record
        if (record.status, record.reason) == (status, reason):
            return
        self._keep_here(parent)
        record.status, record.reason = status, reason
        record.ended_ms = self._clock.now_ms() if status.is_final else None
        parent.waits_for = ""
        self._sort_in(parent)
        self._journal.record(
            OrderStatusChanged(
                at_ms=self._clock.now_ms(), order_id=parent.order_id, status=status, reason=reason
            ),
            parents=(record,),
        )
        parent.wake.set()

    def save_parent(self, parent: Parent, *events: Event) -> None:
        """Write a parent's record with what happened to it."""
        self._journal.record(*events, parents=(parent.record,))
        parent.wake.set()

    def take_in(self, parent: Parent) -> None:
        """Know an order as it was written down."""
        self.parents[parent.order_id] = parent
        self._sort_in(parent)
        for child in parent.children.values():
            self._adopt(parent, child)

    def see_off(self, parent: Parent) -> None:
        """Write down that an order is about to leave; whatever happens to it now keeps it."""
        parent.record.left_ms = self._clock.now_ms()
        self._journal.record(parents=(parent.record,))

    def let_go(self, parent: Parent) -> None:
        """Forget an order that was seen off; the journal has it."""
        del self.parents[parent.order_id]
        for child_id in parent.children:
            del self._children[child_id]
            self._unsettled.pop(child_id, None)
            self._by_token[parent.token_id].pop(child_id, None)

    # -- children --

    def add_child(self, parent: Parent, child: Child) -> None:
        """Take in a new child, before it is committed: it counts from here on."""
        self._adopt(parent, child)

    def drop_child(self, parent: Parent, child: Child) -> None:
        """Forget a child that could not be written down, and so was never sent."""
        del self._children[child.child_id]
        del self._unsettled[child.child_id]
        del self._by_token[parent.token_id][child.child_id]
        del parent.children[child.child_id]
        self._note(parent, child)

    def move(self, child_id: ChildId, event: ChildEvent, reason: str = "") -> None:
        """Apply what happened to a child, by the table."""
        parent, child = self._children[child_id]
        self._move(parent, child, event, reason)

    def see(self, evidence: Evidence) -> None:
        """Apply either kind of evidence."""
        if isinstance(evidence, RemoteOrder):
            self.see_order(evidence)
        else:
            self.see_trade(evidence)

    def see_order(self, remote: RemoteOrder) -> None:
        """Apply what the exchange shows of an order: ours, or one placed by hand."""
        pair = self._children.get(remote.child_id)
        if pair is None:
            self._see_foreign(remote)
            self.on_stranger(remote)
            return
        parent, child = pair
        self._see_matched(parent, child, remote.matched)
        event = proof_of(remote, child)
        if event is None:
            text = f"child {remote.child_id[:10]}: unknown status {remote.text!r}"
            _log.warning("%s", text, extra={"order_id": parent.order_id})
            return
        self._move(parent, child, event, remote.text)

    def see_open(self, orders: Collection[RemoteOrder]) -> frozenset[ChildId]:
        """Apply the full list of open orders; returns their ids."""
        shown = frozenset(order.child_id for order in orders)
        for order in orders:
            self.see_order(order)
        for gone in [child_id for child_id in self.foreign if child_id not in shown]:
            self._note_token(self.foreign.pop(gone).token_id)
        return shown

    def see_trade(self, trade: TradeReport) -> None:
        """Apply a trade: count it once, follow its settlement, reverse it where it failed."""
        if not self._children.keys() >= set(subjects(trade)):
            self.on_stranger(trade)
        for leg in trade.legs:
            pair = self._children.get(leg.child_id)
            if pair is None:
                continue
            parent, child = pair
            known = child.fills.get(trade.trade_id)
            if known is None:
                self._count(parent, child, trade, leg)
            elif is_later(trade.status, known.status):
                self._settle(parent, child, known, trade.status)

    # -- inside --

    def _sort_in(self, parent: Parent) -> None:
        if parent.is_final:
            self._unfinished[parent.token_id].pop(parent.order_id, None)
        else:
            self._unfinished[parent.token_id][parent.order_id] = parent

    def _adopt(self, parent: Parent, child: Child) -> None:
        parent.children[child.child_id] = child
        self._children[child.child_id] = (parent, child)
        self._enlist(parent, child)
        self.foreign.pop(child.child_id, None)
        self._note(parent, child)

    def _enlist(self, parent: Parent, child: Child) -> None:
        self._unsettled[child.child_id] = (parent, child)
        self._by_token[parent.token_id][child.child_id] = child

    def _see_foreign(self, remote: RemoteOrder) -> None:
        if remote.status.is_final:
            self.foreign.pop(remote.child_id, None)
        else:
            self.foreign[remote.child_id] = remote
        self._note_token(remote.token_id)

    def _see_matched(self, parent: Parent, child: Child, matched: Size) -> None:
        stated = min(matched, child.record.size + DUST)
        if stated <= child.record.matched:
            return
        child.record.matched = stated
        self._unsettled[child.child_id] = (parent, child)
        self._note(parent, child)
        self._journal.record(children=(child.record,))
        self._touch(parent)

    def _move(self, parent: Parent, child: Child, event: ChildEvent, reason: str) -> None:
        record = child.record
        if is_stale_news(record.status, event):
            return
        after = next_status(record.status, event)
        if after is None:
            self._alarm(parent, f"child {record.child_id[:10]}: {event} while {record.status}")
            return
        if after is record.status:
            return
        came_back = record.status.is_final and not after.is_final
        record.status = after
        child.has_rested = child.has_rested or after is ChildStatus.LIVE
        # The status in the exchange's own word is no reason for it.
        record.reason = "" if reason == after else reason
        record.ended_ms = self._clock.now_ms() if after.is_final else None
        if came_back:
            self._enlist(parent, child)
        self._note(parent, child)
        self._journal.record(changed(child, self._clock.now_ms()), children=(record,))
        if came_back:
            self._alarm(parent, f"child {record.child_id[:10]} is alive after all: taking it back")
            self.on_late(child)
        self._touch(parent)

    def _count(self, parent: Parent, child: Child, trade: TradeReport, leg: TradeLeg) -> None:
        fill = FillRecord(
            trade_id=trade.trade_id,
            child_id=child.child_id,
            order_id=parent.order_id,
            token_id=leg.token_id,
            side=leg.side,
            price=leg.price,
            size=leg.size,
            fee=0 if leg.is_maker else self._fees(leg.token_id).taker(leg.price, leg.size),
            is_maker=leg.is_maker,
            status=trade.status,
            at_ms=trade.at_ms or self._clock.now_ms(),
            settled_ms=self._clock.now_ms() if trade.status.is_final else None,
        )
        child.fills[fill.trade_id] = fill
        self._unseen_yet(fill)
        self._note(parent, child)
        totals = self.ledger.enter(fill, parent.record.slug, parent.record.outcome)
        at_ms = self._clock.now_ms()
        events: list[Event] = [filled(fill, at_ms)]
        if fill.status.is_final:
            events.append(settled(fill, at_ms))
        self._journal.record(*events, fills=(fill,), totals=(totals,))
        if child.record.size - child.matched < DUST:
            self._move(parent, child, ChildEvent.SEEN_FILLED, "")
        self._after_trade(parent, fill)

    def _unseen_yet(self, *fills: FillRecord) -> None:
        self.unseen_fills |= {(fill.trade_id, fill.child_id): fill for fill in fills}

    def _settle(self, parent: Parent, child: Child, fill: FillRecord, status: TradeStatus) -> None:
        fill.status = status
        if status.is_final:
            fill.settled_ms = self._clock.now_ms()
        self._note(parent, child)
        has_failed = status is TradeStatus.FAILED
        totals = (self.ledger.take_back(fill),) if has_failed else ()
        self._journal.record(settled(fill, self._clock.now_ms()), fills=(fill,), totals=totals)
        self._after_trade(parent, fill)

    def _after_trade(self, parent: Parent, fill: FillRecord) -> None:
        if fill.status is TradeStatus.FAILED:
            reason = (
                f"a fill of {format_units(fill.size)} failed to settle and was reversed: "
                "resume to work it again, or cancel"
            )
            self.set_status(parent, OrderStatus.NEEDS_DECISION, reason)
        self._touch(parent)
        self.on_trade()

    def _fees(self, token_id: TokenId) -> FeeSchedule:
        market = self._market_of(token_id)
        return market.fees if market is not None else FeeSchedule()

    def _note(self, parent: Parent, child: Child) -> None:
        """What was reckoned from a child before is out of date; first thing after every change."""
        self._keep_here(parent)
        parent.forget_sums()
        self.on_child(child)
        self._note_token(parent.token_id)

    def _keep_here(self, parent: Parent) -> None:
        if parent.record.left_ms is not None:
            parent.record.left_ms = None
            self._journal.record(parents=(parent.record,))

    def _note_token(self, token_id: TokenId) -> None:
        self.version += 1
        self._versions[token_id] += 1
        self._changed.add(token_id)

    def _touch(self, parent: Parent) -> None:
        if parent.record.status in {OrderStatus.ACTIVE, OrderStatus.PARTIALLY_FILLED}:
            self.set_status(parent, parent.status_at_work(), parent.record.reason)
        parent.wake.set()

    def _alarm(self, parent: Parent, text: str) -> None:
        self._journal.record(
            Noticed(at_ms=self._clock.now_ms(), order_id=parent.order_id, is_alarm=True, text=text)
        )
