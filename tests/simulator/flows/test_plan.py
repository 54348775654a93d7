from __future__ import annotations

import re
from collections import Counter
from random import Random

import pytest

from polyterm.models.tick import TICKS
from polyterm.simulator.flow_host import Listing
from polyterm.simulator.flows.catalogue import CATALOGUE
from polyterm.simulator.flows.plan import make_listing
from tests.fakes.flow_host import START_MS

MIDDLE_BITS = ((1 << 64) - 1) << 40


def _listings(seed: int = 1) -> list[Listing]:
    random = Random(seed)
    return [
        make_listing(event, market, event.end_ms(START_MS), random)
        for event in CATALOGUE
        for market in event.markets
    ]


def test_the_demo_has_markets_of_different_kinds() -> None:
    listings = _listings()
    assert len(listings) >= 8
    assert {listing.market.tick for listing in listings} == {10, 100} <= set(TICKS)
    fees = {listing.category: listing.market.fees.rate_ppm for listing in listings}
    assert fees == {
        "Crypto": 70_000,
        "Economics": 50_000,
        "Politics": 40_000,
        "Sports": 50_000,
        "Weather": 50_000,
    }
    events = Counter(listing.market.event_slug for listing in listings if listing.market.neg_risk)
    assert list(events.values()) == [4]


def test_slugs_are_distinct_and_read_like_slugs() -> None:
    slugs = [listing.market.slug for listing in _listings()]
    assert len(set(slugs)) == len(slugs)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", slug) for slug in slugs)


@pytest.mark.parametrize("seed", range(20))
def test_ids_are_of_the_right_kind(seed: int) -> None:
    tokens: list[int] = []
    for listing in _listings(seed):
        market = listing.market
        assert re.fullmatch("0x[0-9a-f]{64}", market.condition_id)
        tokens += [int(outcome.token_id) for outcome in market.outcomes]
    assert len(set(tokens)) == len(tokens)
    assert all(token < 1 << 256 and token & MIDDLE_BITS for token in tokens)


def test_ids_come_from_the_given_randomness() -> None:
    assert _listings(7) == _listings(7)
    assert _listings(7)[0].market.condition_id != _listings(8)[0].market.condition_id


@pytest.mark.parametrize(
    ("into_the_quarter_s", "window_end_s"), [(0, 900), (599, 900), (601, 1_800), (899, 1_800)]
)
def test_a_rolling_market_ends_on_the_quarter_and_is_not_cut_too_short(
    into_the_quarter_s: int, window_end_s: int
) -> None:
    crypto = next(event for event in CATALOGUE if event.rolls)
    quarter_ms = START_MS // 900_000 * 900_000
    end_ms = crypto.end_ms(quarter_ms + into_the_quarter_s * 1000)
    assert end_ms == quarter_ms + window_end_s * 1000
    listing = make_listing(crypto, crypto.markets[0], end_ms, Random(1))
    assert listing.market.slug == f"btc-updown-15m-{end_ms // 1000 - 900}"
    assert "UTC" in listing.market.question
