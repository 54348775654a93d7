from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from polyterm.models.complaint import Complaint, RefusedError, complaints_of
from polyterm.models.enums import Side
from polyterm.models.order_request import OrderRequest

ICEBERG = {"strategy": "iceberg"}
BUY: dict[str, Any] = {
    "token_id": "123",
    "side": "BUY",
    "params": ICEBERG,
    "size": "100",
    "max_price": "0.55",
}
SELL = {**BUY, "side": "SELL", "max_price": None, "min_price": "0.40"}


def refusals(values: dict[str, Any]) -> list[str]:
    with pytest.raises(ValidationError) as caught:
        OrderRequest.model_validate(values)
    return [str(complaint) for complaint in complaints_of(caught.value)]


def test_a_plain_request_is_read_in_units():
    request = OrderRequest.model_validate(BUY)
    assert request.strategy == "iceberg"
    assert (request.worst_price, request.size_units) == (5_500, 100_000_000)


def test_a_sell_is_limited_by_its_lowest_price():
    request = OrderRequest.model_validate(SELL)
    assert (request.side, request.worst_price) == (Side.SELL, 4_000)


def test_only_kelly_may_leave_the_size_open():
    kelly = {"strategy": "kelly", "probability": "0.6"}
    assert OrderRequest.model_validate({**BUY, "params": kelly, "size": None}).size_units is None
    assert refusals({**BUY, "size": None}) == ["size: iceberg needs one"]


BROKEN = {
    "wrong limit": ({"min_price": "0.5"}, "min_price: a buy is limited by max_price"),
    "no limit": ({"max_price": None}, "max_price: a buy needs one"),
    "limit of one": ({"max_price": "1"}, "max_price: input should be less than 1"),
    "fine limit": ({"max_price": "0.55555"}, "max_price: at most 4 decimals"),
    "fine size": ({"size": "1.005"}, "size: at most 2 decimals"),
    "nothing": ({"size": "0"}, "size: input should be greater than 0"),
    "crossing post-only": (
        {"post_only": True, "end_action": "cross"},
        "end_action: a post-only order cannot cross at its deadline",
    ),
    "tranches": (
        {"params": {**ICEBERG, "min_tranche": "20", "max_tranche": "10"}},
        "max_tranche: must not be below min_tranche",
    ),
    "pauses": (
        {"params": {**ICEBERG, "min_delay_s": "5", "max_delay_s": "1"}},
        "max_delay_s: must not be below min_delay_s",
    ),
    "certainty": (
        {"params": {"strategy": "kelly", "probability": "1"}},
        "probability: input should be less than 1",
    ),
    "unknown field": ({"colour": "red"}, "colour: extra inputs are not permitted"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_request_is_refused_with_its_field_and_reason(name: str):
    change, complaint = BROKEN[name]
    assert refusals({**BUY, **change}) == [complaint]


def test_every_broken_field_is_named_at_once():
    fields = {c.split(":")[0] for c in refusals({**BUY, "size": "-1", "max_price": "2"})}
    assert fields == {"size", "max_price"}


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity"])
@pytest.mark.parametrize("field", ["size", "max_price", "deadline_s"])
def test_what_is_no_number_is_refused(field: str, value: str):
    assert [c.split(":")[0] for c in refusals({**BUY, field: value})] == [field]


def test_a_refusal_lists_all_its_reasons():
    error = RefusedError([Complaint("size", "too large"), Complaint("", "no feed")])
    assert str(error) == "size: too large; no feed"
    assert len(error.complaints) == 2


@given(
    size=st.decimals("0.01", "100000", places=2),
    limit=st.decimals("0.0001", "0.9999", places=4),
    urgency=st.sampled_from(["LOW", "MEDIUM", "HIGH"]),
)
def test_a_request_survives_its_json(size: Decimal, limit: Decimal, urgency: str):
    request = OrderRequest.model_validate(
        {**BUY, "size": size, "max_price": limit, "urgency": urgency}
    )
    assert OrderRequest.model_validate_json(request.model_dump_json()) == request
