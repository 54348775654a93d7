"""What an engine holds in memory, for tests that cannot wait for an answer."""

from __future__ import annotations

from polyterm.engine.engine import Engine
from polyterm.engine.projector import order_detail
from polyterm.models.ids import OrderId
from polyterm.models.views import OrderDetail


def detail_of(engine: Engine, order_id: OrderId) -> OrderDetail:
    """An order that has not left memory, with everything under it."""
    return order_detail(engine._register.parents[order_id])
