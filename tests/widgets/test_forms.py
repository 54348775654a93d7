"""Fields read off the request models."""

from __future__ import annotations

from polyterm.models.order_request import OrderRequest
from polyterm.strategies.iceberg_params import IcebergParams
from polyterm.strategies.kelly_params import KellyParams
from polyterm.widgets.form_fields import form_fields


def test_titles_defaults_and_choices_come_from_the_model() -> None:
    fields = {field.name: field for field in form_fields(OrderRequest)}
    assert fields["urgency"].title == "Urgency"
    assert fields["urgency"].default == "MEDIUM"
    assert [value for value, _ in fields["urgency"].options] == ["LOW", "MEDIUM", "HIGH"]
    assert fields["post_only"].options == (("false", "No"), ("true", "Yes"))
    assert fields["size"].default == ""
    assert "confirmed" not in fields


def test_every_number_of_a_strategy_is_a_field() -> None:
    for model in (IcebergParams, KellyParams):
        names = {field.name for field in form_fields(model)}
        assert names == set(model.model_fields) - {"strategy", "imbalance_table"}


def test_hints_say_the_unit_and_what_may_stay_empty() -> None:
    fields = {field.name: field for field in form_fields(KellyParams)}
    assert fields["probability"].hint == "between 0 and 1"
    assert fields["bankroll"].hint == "dollars, optional"
    assert fields["recalculate_s"].hint == "seconds"
    assert fields["threshold_bps"].hint == "basis points"


def test_fields_can_be_picked_in_another_order() -> None:
    assert [f.name for f in form_fields(KellyParams, ("fraction", "probability"))] == [
        "fraction",
        "probability",
    ]
