"""From a request to the plan a trader sees before it is accepted: pure, and what will be done."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from polyterm.models.enums import EndAction
from polyterm.models.market import Market
from polyterm.models.money import Size
from polyterm.models.order_request import OrderRequest
from polyterm.models.plan import PlanView
from polyterm.strategies.base import Intent
from polyterm.strategies.feasibility import shares, worst_total
from polyterm.strategies.registry import STRATEGIES


def plan(request: OrderRequest, market: Market, size: Size, now_ms: int) -> PlanView:
    """The children that `size` shares would be worked in, each of them possible to send.

    What cannot be done as asked is rewritten to fewer, larger children and told in `changes`: the
    strategy decides by the same functions, so this is what it will do.
    """
    return plan_accepted(request, market, size, now_ms, now_ms, deadline_ms(request, now_ms))


def plan_accepted(
    request: OrderRequest,
    market: Market,
    size: Size,
    now_ms: int,
    accepted_ms: int,
    ends_ms: int | None,
) -> PlanView:
    """The same for an order that was accepted before, and whose end action comes at `ends_ms`."""
    intent = Intent(
        params=request.params,
        side=request.side,
        size=size,
        worst_price=request.worst_price,
        urgency=request.urgency,
        post_only=request.post_only,
        market=market,
        starts_ms=accepted_ms,
        deadline_ms=ends_ms,
    )
    view = STRATEGIES[request.strategy].plan(intent)
    limit, takes = request.worst_price, not request.post_only
    return msgspec.structs.replace(
        view,
        warnings=(*view.warnings, *_warnings(intent, now_ms), *_without_deadline(request, ends_ms)),
        side=request.side,
        limit=limit,
        total=worst_total(market, request.side, limit, size, takes=takes),
        resizes=bool(request.params.sized_by),
    )


def deadline_ms(request: OrderRequest, now_ms: int) -> int | None:
    """When the end action comes, epoch milliseconds, if the order is accepted now."""
    return None if request.deadline_s is None else now_ms + int(request.deadline_s * 1000)


def _warnings(intent: Intent, now_ms: int) -> Iterator[str]:
    market, end_ms = intent.market, intent.market.end_ms
    if intent.size < market.min_size:
        yield f"{shares(intent.size)} are below the market's minimum of {shares(market.min_size)}"
    if end_ms is not None and end_ms <= now_ms:
        yield "the market should have ended already"
    elif end_ms is not None and intent.deadline_ms is not None and intent.deadline_ms > end_ms:
        left_s = (end_ms - now_ms) // 1000
        yield f"the market is expected to end in {left_s} s, before the deadline"


def _without_deadline(request: OrderRequest, ends_ms: int | None) -> Iterator[str]:
    if ends_ms is None and request.end_action is not EndAction.CANCEL:
        yield f"no deadline is set, so there is none to {request.end_action} at"
