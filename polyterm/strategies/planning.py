"""From a request to the plan a trader sees before it is accepted: pure, and what will be done."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from polyterm.models.market import Market
from polyterm.models.money import Size
from polyterm.models.order_request import OrderRequest
from polyterm.models.plan import PlanView
from polyterm.strategies.base import Intent
from polyterm.strategies.feasibility import shares
from polyterm.strategies.registry import STRATEGIES


def plan(request: OrderRequest, market: Market, size: Size, now_ms: int) -> PlanView:
    """The children that `size` shares would be worked in, each of them possible to send.

    What cannot be done as asked is rewritten to fewer, larger children and told in `changes`: the
    strategy decides by the same functions, so this is what it will do.
    """
    intent = Intent(
        params=request.params,
        side=request.side,
        size=size,
        worst_price=request.worst_price,
        urgency=request.urgency,
        post_only=request.post_only,
        market=market,
        starts_ms=now_ms,
        deadline_ms=deadline_ms(request, now_ms),
    )
    view = STRATEGIES[request.strategy].plan(intent)
    return msgspec.structs.replace(view, warnings=(*view.warnings, *_warnings(intent)))


def deadline_ms(request: OrderRequest, now_ms: int) -> int | None:
    """When the end action comes, epoch milliseconds, if the order is accepted now."""
    return None if request.deadline_s is None else now_ms + int(request.deadline_s * 1000)


def _warnings(intent: Intent) -> Iterator[str]:
    market, end_ms = intent.market, intent.market.end_ms
    if intent.size < market.min_size:
        yield f"{shares(intent.size)} are below the market's minimum of {shares(market.min_size)}"
    if end_ms is not None and end_ms <= intent.starts_ms:
        yield "the market should have ended already"
    elif end_ms is not None and intent.deadline_ms is not None and intent.deadline_ms > end_ms:
        left_s = (end_ms - intent.starts_ms) // 1000
        yield f"the market is expected to end in {left_s} s, before the deadline"
