from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyterm.models.enums import ChildStatus, OrderStatus, Side, TradeStatus, Urgency
from polyterm.models.events import (
    ChildChanged,
    Event,
    ExchangeChanged,
    Feed,
    FeedChanged,
    Filled,
    FillSettled,
    Noticed,
    OrderAccepted,
    OrderAdjusted,
    OrderChanged,
    OrderResized,
    OrderStatusChanged,
    StopChanged,
    StopState,
    decode_event,
    encode_event,
)

at = st.integers(0, 2**53)
orders = st.none() | st.text(max_size=20)
sizes = st.integers(0, 10**13)
prices = st.integers(1, 9_999)
words = st.text(st.characters(codec="utf-8"), max_size=40)
sides = st.sampled_from(Side)

KINDS: dict[type, dict[str, st.SearchStrategy]] = {
    OrderAccepted: {"summary": words},
    OrderStatusChanged: {"status": st.sampled_from(OrderStatus), "reason": words},
    OrderResized: {"old_size": sizes, "new_size": sizes, "reason": words},
    OrderChanged: {
        "old_size": sizes,
        "new_size": sizes,
        "worst_price": prices,
        "urgency": st.sampled_from(Urgency),
        "deadline_ms": st.none() | at,
        "summary": words,
    },
    ChildChanged: {
        "child_id": words,
        "status": st.sampled_from(ChildStatus),
        "side": sides,
        "price": prices,
        "size": sizes,
        "matched": sizes,
        "reason": words,
    },
    OrderAdjusted: {
        "old_price": prices,
        "new_price": prices,
        "size": sizes,
        "number": sizes,
        "reason": words,
    },
    Filled: {
        "child_id": words,
        "trade_id": words,
        "side": sides,
        "price": prices,
        "size": sizes,
        "fee": sizes,
        "is_maker": st.booleans(),
    },
    FillSettled: {
        "child_id": words,
        "trade_id": words,
        "status": st.sampled_from(TradeStatus),
        "price": prices,
        "size": sizes,
    },
    FeedChanged: {"feed": st.sampled_from(Feed), "is_up": st.booleans(), "reason": words},
    ExchangeChanged: {"is_reachable": st.booleans(), "reason": words},
    StopChanged: {
        "state": st.sampled_from(StopState),
        "open_orders": st.none() | sizes,
        "reason": words,
    },
    Noticed: {"is_alarm": st.booleans(), "text": words},
}


def of(kind: type) -> st.SearchStrategy:
    return st.builds(kind, at_ms=at, order_id=orders, seq=sizes, **KINDS[kind])


def test_every_event_is_tried():
    assert set(KINDS) == set(Event.__args__)


@given(st.sampled_from(list(KINDS)).flatmap(of))
def test_an_event_survives_the_journal(event: Event):
    assert decode_event(encode_event(event)) == event


@pytest.mark.parametrize("data", [b"", b"{}", b'{"kind":"Party"}', b'{"kind":"Filled"}', b"[1]"])
def test_what_is_no_event_is_refused(data: bytes):
    with pytest.raises(msgspec.DecodeError):
        decode_event(data)
