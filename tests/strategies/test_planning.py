from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polyterm.models.money import UNIT, notional
from polyterm.models.order_request import OrderRequest
from polyterm.models.plan import PlanView
from polyterm.strategies.feasibility import MOST_CHILDREN, SPACING_MS
from polyterm.strategies.planning import plan
from tests.strategies.factory import (
    T0,
    iceberg,
    kelly,
    market,
    micro,
    request,
    shares,
    twap,
    vwap,
)


def planned(wanted: OrderRequest, ends_in_s: int | None = None) -> PlanView:
    return plan(wanted, market(ends_in_s=ends_in_s), wanted.size_units or shares(50), T0)


PLANS = {
    "iceberg": (request(iceberg("20")), 5, "5 tranches of about 20 shares"),
    "iceberg of its own": (request(iceberg()), 10, "10 tranches of about 10 shares"),
    "micro-price": (
        request(micro()),
        1,
        "one order of 100 shares inside the band, moved 10 times at most",
    ),
    "kelly": (
        request(kelly(), None),
        1,
        "one order of 50 shares inside the band, moved 10 times at most",
    ),
    "twap": (request(twap()), 10, "10 slices of about 10 shares, one every 60 s"),
    "vwap": (request(vwap()), 20, "20 children of about 5 shares while 1000 shares trade"),
}


@pytest.mark.parametrize("name", PLANS)
def test_a_plan_that_fits_is_told_as_it_is(name: str):
    wanted, count, note = PLANS[name]
    view = planned(wanted)
    assert (len(view.children), view.note, view.changes, view.warnings) == (count, note, (), ())


CHANGED = {
    "tranches too small": (
        request(iceberg("2")),
        20,
        "tranches of 5 shares instead of 2: smaller ones cannot be sent",
    ),
    "too many tranches": (
        request(iceberg("5"), "100000"),
        MOST_CHILDREN,
        "tranches of 200 shares instead of 5: smaller ones cannot be sent",
    ),
    "slices too small": (
        request(twap(slices="50")),
        20,
        "20 slices instead of 50: one must be 5 shares at least, and come a second after the other",
    ),
    "slices below a dollar": (
        request(twap(), limit="0.02"),
        2,
        "2 slices instead of 10: one must be 50 shares at least, and come a second after the other",
    ),
    "slices too fast": (
        request(twap(duration_s="10", slices="100"), "5000"),
        10,
        "10 slices instead of 100: one must be 5 shares at least, "
        "and come a second after the other",
    ),
    "children too small": (
        request(vwap(child_size="1")),
        20,
        "children of 5 shares instead of 1: smaller ones cannot be sent",
    ),
}


@pytest.mark.parametrize("name", CHANGED)
def test_what_cannot_be_sent_becomes_fewer_larger_children_and_says_so(name: str):
    wanted, count, change = CHANGED[name]
    view = planned(wanted)
    assert len(view.children) == count
    assert change in view.changes
    assert view.size == wanted.size_units


def test_a_twap_ends_before_its_market_and_its_deadline_do():
    view = planned(request(twap()), ends_in_s=300)
    assert view.changes == ("over 300 s instead of 600: it must end by then",)
    assert view.children[-1].after_ms == 270_000
    view = planned(request(twap(), deadline_s="200"))
    assert view.children[-1].after_ms == 180_000


def test_a_deadline_past_the_market_s_end_and_a_size_below_the_minimum_are_warned_of():
    assert planned(request(micro(), deadline_s="900"), ends_in_s=300).warnings == (
        "the market is expected to end in 300 s, before the deadline",
    )
    assert planned(request(micro(), "3")).warnings == (
        "3 shares are below the market's minimum of 5 shares",
    )


def test_a_tranche_too_cheap_to_take_can_only_rest():
    wanted = request(iceberg("10"), limit="0.05", urgency="HIGH")
    assert planned(wanted).warnings == (
        "a tranche is worth less than $1 at the limit: it can only rest",
    )


@settings(max_examples=300)
@given(
    size=st.integers(5, 2_000_000),
    limit=st.integers(1, 99),
    slices=st.integers(1, 500),
    duration=st.integers(10, 7_200),
    ends=st.none() | st.integers(1, 7_200),
    tranche=st.integers(1, 1_000),
)
def test_every_planned_child_is_possible_and_they_add_up(
    size: int, limit: int, slices: int, duration: int, ends: int | None, tranche: int
):
    price = f"0.{limit:02d}"
    for params in (
        twap(slices=str(slices), duration_s=str(duration)),
        vwap(child_size=str(tranche)),
        iceberg(str(tranche)),
    ):
        wanted = request(params, str(size), price)
        view = planned(wanted, ends)
        assert view.size == wanted.size_units
        assert len(view.children) <= MOST_CHILDREN + 1
        for child in view.children:
            assert child.size >= shares(5)
    wanted = request(twap(slices=str(slices), duration_s=str(duration)), str(size), price)
    view = planned(wanted, ends)
    times = [child.after_ms or 0 for child in view.children]
    assert all(after - before >= SPACING_MS for before, after in pairwise(times))
    assert ends is None or times[-1] < ends * 1000
    if len(view.children) > 1:
        assert all(notional(wanted.worst_price, c.size) >= UNIT * 0.99 for c in view.children)
