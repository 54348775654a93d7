"""Asking the engine about an order that is still being typed."""

from __future__ import annotations

import asyncio

from polyterm.engine.face import EngineFace
from polyterm.models.complaint import RefusedError
from polyterm.models.order_request import OrderRequest
from polyterm.widgets.draft import Draft

PAUSE_S = 0.25
"""How long the hands must rest before the engine is asked."""


async def draft_of(engine: EngineFace, request: OrderRequest) -> Draft:
    """What would become of the request, once nobody has typed for a moment."""
    await asyncio.sleep(PAUSE_S)
    try:
        plan = await engine.plan_order(request)
    except RefusedError as refusal:
        return Draft(refusals=refusal.complaints)
    try:
        await engine.check_order(request)
    except RefusedError as refusal:
        return Draft(plan, refusal.complaints)
    return Draft(plan)
