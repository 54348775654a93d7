from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from polyterm.engine.ports import AnswerError, NotFoundError, UnreachableError
from polyterm.models.ids import TokenId
from polyterm.models.market import FeeSchedule
from polyterm.models.money import UNIT
from tests.exchange.factory import CONDITION, NO, POSITION, YES, a_client, by_path, sample


def gamma(**changes: Any) -> dict[str, Any]:
    return {
        "id": "1",
        "conditionId": CONDITION,
        "slug": "will-it-rain",
        "question": "Will it rain?\x1b]0;pwned\x07",
        "outcomes": '["Yes", "No"]',
        "clobTokenIds": json.dumps([YES, NO]),
        "version": "v1",
        "active": True,
        "closed": False,
        "enableOrderBook": True,
        "acceptingOrders": True,
        "umaResolutionStatus": None,
        "orderPriceMinTickSize": 0.01,
        "orderMinSize": 5,
        "negRisk": True,
        "feesEnabled": True,
        "feeSchedule": {"rate": 0.04, "exponent": 1, "takerOnly": True},
        "secondsDelay": 0,
        "endDate": "2026-12-31T00:00:00Z",
        "volumeNum": 1234.5,
        "events": [{"slug": "weather"}],
    } | changes


def clob(**changes: Any) -> dict[str, Any]:
    return {
        "c": CONDITION,
        "t": [{"t": NO, "o": "No"}, {"t": YES, "o": "Yes"}],
        "mos": 5,
        "mts": 0.01,
        "fd": {"r": 0.07, "e": 1, "to": True},
        "ao": True,
        "v": "v1",
    } | changes


def exchange(**changes: Any) -> dict[str, Any]:
    """Discovery and order exchange of one market under one address."""
    return {
        "GET /markets/slug/will-it-rain": gamma(),
        "GET /markets/keyset": {"markets": [gamma()]},
        f"GET /clob-markets/{CONDITION}": clob(**changes),
        f"GET /markets-by-token/{NO}": {"condition_id": CONDITION, "primary_token_id": YES},
        "GET /tick-size": {"minimum_tick_size": 0.001},
    }


async def test_a_market_takes_names_from_discovery_and_terms_from_the_order_exchange() -> None:
    market = await a_client(by_path(exchange())).market_by_slug("will-it-rain")
    assert market.question == "Will it rain?]0;pwned"
    assert [outcome.token_id for outcome in market.outcomes] == [YES, NO]
    assert market.tick == 10, "the grid is the newest of three"
    assert market.fees == FeeSchedule(70_000, 1)
    assert (market.neg_risk, market.protocol, market.accepting_orders) == (False, "v1", True)
    assert (market.min_size, market.taker_delay_ms) == (5 * UNIT, 0)
    assert (market.volume, market.event_slug) == (1_234_500_000, "weather")
    assert market.end_ms == 1_798_675_200_000


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"fd": None}, {"fees": FeeSchedule()}),
        ({"fd": {"r": "0.25", "e": 2}}, {"fees": FeeSchedule(250_000, 2)}),
        ({"nr": True}, {"neg_risk": True}),
        ({"ao": False}, {"accepting_orders": False}),
        ({"ao": None}, {"accepting_orders": False}),
        ({"itode": True}, {"taker_delay_ms": 150}),
        ({"sd": 3, "itode": True}, {"taker_delay_ms": 3_000}),
        ({"mos": "15"}, {"min_size": 15 * UNIT}),
        ({"v": None}, {"protocol": "v1"}),
    ],
)
async def test_the_terms_of_the_order_exchange(
    changes: dict[str, Any], expected: dict[str, Any]
) -> None:
    market = await a_client(by_path(exchange(**changes))).market_by_slug("will-it-rain")
    assert {name: getattr(market, name) for name in expected} == expected


async def test_the_grid_comes_with_the_market_where_it_is_not_told_apart() -> None:
    answers = exchange() | {"GET /tick-size": httpx.Response(404, json={"error": "no"})}
    assert (await a_client(by_path(answers)).market_by_slug("will-it-rain")).tick == 100


@pytest.mark.parametrize(
    "changes",
    [
        {"v": "v3"},
        {"t": [{"t": YES}]},
        {"t": [{"t": YES}, {"t": ""}]},
        {"t": [{"t": YES}, {"t": "77"}]},
        {"fd": {"r": 0.25, "e": 1.5}},
        {"fd": {"r": "much"}},
        {"mts": None},
    ],
)
async def test_a_market_that_makes_no_sense_is_refused(changes: dict[str, Any]) -> None:
    answers = exchange(**changes) | {"GET /tick-size": httpx.Response(404)}
    with pytest.raises(UnreachableError):
        await a_client(by_path(answers)).market_by_slug("will-it-rain")


async def test_a_market_is_found_by_either_of_its_tokens() -> None:
    market = await a_client(by_path(exchange())).market_by_token(NO)
    assert market.outcomes[0].token_id == YES
    assert market.slug == "will-it-rain"


async def test_a_market_that_discovery_does_not_list_has_the_exchanges_own_title() -> None:
    stranger = gamma(conditionId="0x99", slug="another")
    answers = exchange() | {
        "GET /markets/keyset": {"markets": [stranger]},
        f"GET /markets/{CONDITION}": {
            "condition_id": CONDITION,
            "market_slug": "rain",
            "question": "Rain?",
            "end_date_iso": "2026-12-31T00:00:00Z",
        },
    }
    market = await a_client(by_path(answers)).market_by_token(NO)
    assert (market.slug, market.question, market.end_ms) == ("rain", "Rain?", 1_798_675_200_000)
    assert market.outcome(YES).name == "Yes"


async def test_a_market_without_any_title_can_still_be_traded() -> None:
    answers = exchange() | {"GET /markets/keyset": httpx.Response(500)}
    market = await a_client(by_path(answers)).market_by_token(NO)
    assert market.slug == CONDITION
    assert market.accepting_orders


async def test_what_is_not_there_is_not_found() -> None:
    client = a_client(by_path({}))
    with pytest.raises(NotFoundError, match="/markets/slug/no-such"):
        await client.market_by_slug("no-such")
    with pytest.raises(NotFoundError, match="/markets-by-token/17"):
        await client.market_by_token(TokenId("17"))
    with pytest.raises(NotFoundError, match="/book"):
        await client.book(YES)


async def test_a_slug_cannot_reach_another_path() -> None:
    asked: list[bytes] = []

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.raw_path)
        return httpx.Response(404)

    with pytest.raises(AnswerError):
        await a_client(handle).market_by_slug("../auth?x=1#y")
    assert asked == [b"/markets/slug/..%2Fauth%3Fx%3D1%23y"]


# -- lists --


def pages(*contents: list[dict[str, Any]]) -> Any:
    asked: list[dict[str, str]] = []

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(dict(request.url.params))
        at = int(request.url.params.get("after_cursor", 0))
        more = {"next_cursor": str(at + 1)} if at + 1 < len(contents) else {}
        return httpx.Response(200, json={"markets": contents[at], **more})

    return handle, asked


async def test_markets_are_listed_largest_first_over_as_many_pages_as_it_takes() -> None:
    handle, asked = pages(
        [gamma(conditionId="0x1", volumeNum=1), gamma(conditionId="0x2", closed=True)],
        [gamma(conditionId="0x3", volumeNum=None, volume="30"), gamma(conditionId="0x1")],
        [gamma(conditionId="0x4")],
    )
    found = await a_client(handle).list_markets(limit=3)
    assert [market.condition_id for market in found] == ["0x1", "0x3"]
    assert [query.get("after_cursor") for query in asked] == [None, "1"]
    assert asked[0]["order"] == "volumeNum"
    assert asked[0]["closed"] == "false"


@pytest.mark.parametrize(
    "changes",
    [
        {"active": False},
        {"closed": True},
        {"enableOrderBook": False},
        {"acceptingOrders": None},
        {"umaResolutionStatus": "proposed"},
        {"outcomes": '["A", "B", "C"]'},
        {"outcomes": "A, B"},
        {"clobTokenIds": None},
        {"version": "v3"},
        {"version": "v2"},
        {"orderPriceMinTickSize": None},
    ],
)
async def test_what_cannot_be_traded_or_read_is_not_listed(changes: dict[str, Any]) -> None:
    handle, _ = pages([gamma(conditionId="0xodd", **changes), gamma()])
    assert [market.condition_id for market in await a_client(handle).list_markets()] == [CONDITION]


@pytest.mark.parametrize(
    ("changes", "protocol", "token"),
    [
        ({"version": None}, "v1", YES),
        ({"outcomes": ["Yes", "No"], "clobTokenIds": [YES, NO]}, "v1", YES),
        (
            {"version": "v2", "positionIds": [POSITION, str(int(POSITION) + 1)]},
            "v2",
            POSITION,
        ),
    ],
)
async def test_ids_are_chosen_by_version_and_tell_it_where_it_is_missing(
    changes: dict[str, Any], protocol: str, token: str
) -> None:
    handle, _ = pages([gamma(**changes)])
    (market,) = await a_client(handle).list_markets()
    assert (market.protocol, market.outcomes[0].token_id) == (protocol, token)


async def test_a_recorded_market_can_be_read() -> None:
    handle, _ = pages([json.loads(sample("gamma_market.json"))])
    (market,) = await a_client(handle).list_markets()
    assert [outcome.name for outcome in market.outcomes] == ["Up", "Down"]
    assert (market.tick, market.min_size, market.volume) == (100, 5 * UNIT, 9_999_997)


async def test_recorded_events_can_be_searched() -> None:
    found = {"events": json.loads(sample("gamma_event.json")), "tags": None}
    client = a_client(by_path({"GET /public-search": found}))
    markets = await client.search_markets("nominee", limit=2)
    assert 0 < len(markets) <= 2
    assert all(market.neg_risk for market in markets)
    assert [market.volume for market in markets] == sorted(
        (market.volume for market in markets), reverse=True
    )
