"""What an answer proves (rule R2): a table from status and text to what is known.

Whatever the table does not name is UNKNOWN. Texts are those of `protocol.md` 1.6 and 5.3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from polyterm.engine.ports import CancelReport, Mode, Outcome, SendReport
from polyterm.exchange.http import Answer, NotSentError
from polyterm.exchange.replies import described, retry_after_s, told
from polyterm.exchange.wire import CancelReply, OrderReply
from polyterm.models.ids import ChildId, TradeId
from polyterm.models.text import clean

ACCEPTED_WORDS = frozenset({"live", "matched", "delayed", "unmatched"})


@dataclass(frozen=True, slots=True)
class _Rule:
    statuses: range
    text: str
    """Part of the exchange's text, in lower case; empty matches any readable text."""
    outcome: Outcome
    mode: Mode = Mode.NORMAL
    readable: bool = True
    """Whether the answer must be the exchange's JSON, rather than a page from in front of it."""


def _only(status: int) -> range:
    return range(status, status + 1)


_REFUSALS = range(200, 501)
"""Refusals of the matching engine are met with 200, 400 and 500."""
_RULES = (
    _Rule(_REFUSALS, "duplicated", Outcome.LANDED_BEFORE),
    _Rule(_REFUSALS, "couldn't be fully filled", Outcome.REJECTED),
    _Rule(_REFUSALS, "no orders found to match with fak", Outcome.REJECTED),
    _Rule(_REFUSALS, "fok orders are filled or killed", Outcome.REJECTED),
    _Rule(_REFUSALS, "there are no matching orders", Outcome.REJECTED),
    _Rule(_REFUSALS, "order match delayed", Outcome.UNKNOWN),
    _Rule(_only(500), "order timed out", Outcome.NOT_ACCEPTED),
    _Rule(_only(425), "", Outcome.NOT_ACCEPTED, Mode.RESTARTING, readable=False),
    _Rule(_only(429), "", Outcome.NOT_ACCEPTED, Mode.THROTTLED, readable=False),
    _Rule(_only(503), "post-only", Outcome.NOT_ACCEPTED, Mode.POST_ONLY),
    _Rule(_only(503), "cancel-only", Outcome.NOT_ACCEPTED, Mode.CANCEL_ONLY),
    _Rule(_only(503), "trading is currently disabled", Outcome.NOT_ACCEPTED, Mode.DISABLED),
    _Rule(_only(401), "", Outcome.REJECTED, readable=False),
    _Rule(_only(403), "", Outcome.REJECTED, readable=False),
    _Rule(_only(408), "", Outcome.UNKNOWN, readable=False),
    _Rule(range(400, 500), "", Outcome.REJECTED),
)
_WORST_FIRST = (
    Outcome.UNKNOWN,
    Outcome.NOT_ACCEPTED,
    Outcome.NOT_SENT,
    Outcome.REJECTED,
    Outcome.ACCEPTED,
)
_ORDER_REPLY = msgspec.json.Decoder(OrderReply)
_CANCEL_REPLY = msgspec.json.Decoder(CancelReply)


def sent(answer: Answer, child_id: ChildId) -> SendReport:
    """What an answer to POST /order proves about the order of that id."""
    if not 200 <= answer.status < 300:
        return _refused(answer)
    try:
        reply = _ORDER_REPLY.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return SendReport(Outcome.UNKNOWN, described(answer))
    return _replied(answer, reply, child_id)


def not_sent(error: Exception) -> SendReport:
    """What a failed POST /order leaves known."""
    return SendReport(_failed(error), clean(str(error)))


def cancelled(answer: Answer, asked: Sequence[ChildId]) -> CancelReport:
    """What an answer to a cancel proves; `asked` may be empty where everything was meant."""
    if not 200 <= answer.status < 300:
        refusal = _refused(answer)
        return CancelReport(
            refusal.outcome, reason=refusal.reason, retry_after_s=refusal.retry_after_s
        )
    try:
        reply = _CANCEL_REPLY.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return CancelReport(Outcome.UNKNOWN, reason=described(answer))
    done = frozenset(ChildId(child_id) for child_id in reply.canceled or ())
    refused = {ChildId(key): clean(text) for key, text in (reply.not_canceled or {}).items()}
    silent = [child_id for child_id in asked if child_id not in done and child_id not in refused]
    return CancelReport(
        Outcome.UNKNOWN if silent else Outcome.ACCEPTED,
        done,
        refused,
        f"the exchange says nothing of {len(silent)} of {len(asked)} orders" if silent else "",
    )


def not_cancelled(error: Exception) -> CancelReport:
    """What a failed cancel leaves known."""
    return CancelReport(_failed(error), reason=clean(str(error)))


def together(reports: Sequence[CancelReport]) -> CancelReport:
    """Several cancels as one: all evidence, and the least certain outcome."""
    worst = min(reports, key=lambda report: _WORST_FIRST.index(report.outcome))
    return CancelReport(
        worst.outcome,
        frozenset[ChildId]().union(*(report.cancelled for report in reports)),
        {key: text for report in reports for key, text in report.refused.items()},
        worst.reason,
        worst.retry_after_s,
    )


def _replied(answer: Answer, reply: OrderReply, child_id: ChildId) -> SendReport:
    order_id, text, status = reply.orderID or "", clean(reply.errorMsg or ""), reply.status or ""
    if order_id and order_id.lower() != child_id.lower():
        return SendReport(
            Outcome.UNKNOWN,
            f"the exchange answered for another order ({clean(order_id)}), not {child_id}",
            is_alarming=True,
        )
    text = text or told(answer)
    if text:
        rule = _rule(answer.status, text)
        unruled = Outcome.UNKNOWN if order_id else Outcome.REJECTED
        return SendReport(rule.outcome if rule else unruled, text)
    if not (reply.success and order_id):
        return SendReport(Outcome.UNKNOWN, "no order id and no reason in the answer")
    if status.lower() not in ACCEPTED_WORDS:
        return SendReport(Outcome.UNKNOWN, f"unknown status {clean(status)!r} in the answer")
    trade_ids = tuple(TradeId(trade_id) for trade_id in reply.tradeIDs or ())
    return SendReport(Outcome.ACCEPTED, "", status.lower(), trade_ids)


def _refused(answer: Answer) -> SendReport:
    text = told(answer)
    rule = _rule(answer.status, text)
    reason = f"{described(answer)} (HTTP {answer.status})"
    if rule is None:
        return SendReport(Outcome.UNKNOWN, reason)
    return SendReport(rule.outcome, reason, mode=rule.mode, retry_after_s=retry_after_s(answer))


def _rule(status: int, text: str) -> _Rule | None:
    lowered = text.lower()
    for rule in _RULES:
        if status in rule.statuses and rule.text in lowered and (text or not rule.readable):
            return rule
    return None


def _failed(error: Exception) -> Outcome:
    return Outcome.NOT_SENT if isinstance(error, NotSentError) else Outcome.UNKNOWN
