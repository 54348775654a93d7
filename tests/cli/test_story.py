from __future__ import annotations

from typing import Any

import pytest

from polyterm.cli.story import in_words


def _child(**changes: Any) -> dict[str, Any]:
    return {
        "kind": "ChildChanged",
        "child_id": "0x0123456789",
        "status": "LIVE",
        "side": "BUY",
        "price": "0.48",
        "size": "10",
        "matched": "0",
        "reason": "",
    } | changes


@pytest.mark.parametrize("reason", ["", "LIVE"])
def test_a_child_that_the_exchange_took_is_not_said_to_rest(reason: str):
    # The fact is the same for one that rests and one that traded on arrival.
    assert in_words(_child(reason=reason)) == (
        "child 0x01234567 (buy 10 at 0.48) accepted by the exchange"
    )


def test_why_a_child_moved_is_told_where_it_is_more_than_its_status():
    assert in_words(_child(status="CANCELLED", matched="4", reason="no longer shown")) == (
        "child 0x01234567 (buy 10 at 0.48) cancelled, proved, 4 of it matched: no longer shown"
    )
