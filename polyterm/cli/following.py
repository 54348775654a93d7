"""Following one order to its end, with a bar on a terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

import click

from polyterm.cli.watching import look_again

EVERY_S = 0.25
_HELD = frozenset({"PAUSED", "NEEDS_DECISION"})
_STEPS = 1_000


def follow(look: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Look until the order has ended, or waits for a person; what was seen last."""
    with click.progressbar(
        length=_STEPS, file=sys.stderr, item_show_func=_state, show_eta=False
    ) as bar:
        while True:
            order = look_again(look, EVERY_S)
            bar.update(_progress(order) - bar.pos, order)
            if order["ended_at"] is not None or order["status"] in _HELD:
                return order
            time.sleep(EVERY_S)


def _progress(order: dict[str, Any]) -> int:
    size = float(order["size"])
    return min(round(float(order["filled"]) / size * _STEPS), _STEPS) if size else 0


def _state(order: dict[str, Any] | None) -> str:
    if order is None:
        return ""
    average = order["average_price"] or "-"
    return f"{order['status'].lower()}: {order['filled']} of {order['size']} at {average}"
