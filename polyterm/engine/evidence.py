"""What the exchange shows of orders and trades, and what it proves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from polyterm.engine.child_states import ChildEvent
from polyterm.engine.parent import DUST, Child, Parent
from polyterm.engine.ports import RemoteOrder, RemoteStatus, TradeReport
from polyterm.models.enums import TradeStatus
from polyterm.models.ids import ChildId

Evidence: TypeAlias = RemoteOrder | TradeReport
"""A picture of an order, or of a trade."""

_RANK = {
    TradeStatus.MATCHED: 0,
    TradeStatus.RETRYING: 1,
    TradeStatus.MINED: 2,
    TradeStatus.CONFIRMED: 3,
    TradeStatus.FAILED: 4,
}
"""Settlement only moves up this ladder; a regression is an old message."""

_PROVES = {
    RemoteStatus.LIVE: ChildEvent.SEEN_LIVE,
    RemoteStatus.DELAYED: ChildEvent.SEEN_DELAYED,
    RemoteStatus.MATCHED: ChildEvent.SEEN_DEAD,
    RemoteStatus.CANCELLED: ChildEvent.SEEN_DEAD,
    RemoteStatus.EXPIRED: ChildEvent.SEEN_EXPIRED,
    RemoteStatus.MARKET_CLOSED: ChildEvent.SEEN_DEAD,
    RemoteStatus.NO_BALANCE: ChildEvent.SEEN_DEAD,
    RemoteStatus.INVALID: ChildEvent.SEEN_DEAD,
}
"""What a status word proves; a MATCHED order with a rest had that rest killed."""
_ALIVE = frozenset({RemoteStatus.LIVE, RemoteStatus.DELAYED})


def is_later(status: TradeStatus, known: TradeStatus) -> bool:
    """Whether a trade's settlement has moved on from what is known."""
    return _RANK[status] > _RANK[known]


def proof_of(remote: RemoteOrder, child: Child) -> ChildEvent | None:
    """What a picture proves of a child whose matched size it has told; nothing where none."""
    event = _PROVES.get(remote.status)
    is_whole = child.record.size - child.matched < DUST
    return ChildEvent.SEEN_FILLED if event is ChildEvent.SEEN_DEAD and is_whole else event


def subjects(evidence: Evidence) -> Iterable[ChildId]:
    """The children that it is about."""
    if isinstance(evidence, RemoteOrder):
        return (evidence.child_id,)
    return (leg.child_id for leg in evidence.legs)


def is_news(evidence: Evidence, parent: Parent) -> bool:
    """Whether it would change anything about a parent that is over."""
    if isinstance(evidence, RemoteOrder):
        return _is_alive_or_larger(evidence, parent)
    return _is_new_or_later(evidence, parent)


def _is_alive_or_larger(remote: RemoteOrder, parent: Parent) -> bool:
    child = parent.children.get(remote.child_id)
    return child is not None and (
        remote.status in _ALIVE or min(remote.matched, child.record.size) > child.matched
    )


def _is_new_or_later(trade: TradeReport, parent: Parent) -> bool:
    children = (parent.children.get(child_id) for child_id in subjects(trade))
    known = (child.fills.get(trade.trade_id) for child in children if child is not None)
    return any(fill is None or is_later(trade.status, fill.status) for fill in known)
