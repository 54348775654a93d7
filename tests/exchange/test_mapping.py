from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from polyterm.engine.ports import RemoteOrder, RemoteStatus, TradeLeg
from polyterm.exchange.mapping import remote_order, remote_status, trade_report
from polyterm.exchange.numbers import UnreadableError
from polyterm.exchange.wire import WireOrder, WireTrade
from polyterm.models.enums import OrderType, Side, TradeStatus
from polyterm.models.money import UNIT
from tests.exchange.factory import API_KEY, NO, YES, sample

OTHER = "00000000-0000-0000-0000-000000000002"
RECORDED = "0x1234567890abcdef1234567890abcdef1234567890abcdef1234567890abcdef12"
MARKET = "0xdd22472e552920b8438158ea7238bfadfa4f736aa4cee91a6b86c39ead110917"


def order(**changes: Any) -> RemoteOrder:
    fields = {
        "id": "0x1",
        "side": "BUY",
        "status": "LIVE",
        "market": MARKET,
        "asset_id": YES,
        "price": "0.5",
        "original_size": "100",
        "size_matched": "0",
        "order_type": "GTC",
        "created_at": "1703875200",
    }
    return remote_order(msgspec.convert(fields | changes, WireOrder))


def trade(maker_orders: list[dict[str, Any]] | None = None, **changes: Any) -> Any:
    fields = {
        "id": "t1",
        "taker_order_id": "0xtaker",
        "market": MARKET,
        "asset_id": YES,
        "side": "BUY",
        "size": "10",
        "price": "0.6",
        "status": "MATCHED",
        "match_time": "1703875200",
        "owner": OTHER,
        "trader_side": "MAKER",
        "maker_orders": maker_orders,
    }
    return trade_report(msgspec.convert(fields | changes, WireTrade), API_KEY)


def maker(**changes: Any) -> dict[str, Any]:
    return {
        "order_id": "0xmaker",
        "owner": API_KEY,
        "asset_id": YES,
        "price": "0.6",
        "matched_amount": "4",
        "side": "SELL",
    } | changes


@pytest.mark.parametrize(
    ("name", "status", "matched"),
    [
        ("ws_user_order_placement.json", RemoteStatus.LIVE, 0),
        ("ws_user_order_update.json", RemoteStatus.LIVE, 25 * UNIT),
        ("ws_user_order_matched.json", RemoteStatus.MATCHED, 100 * UNIT),
        ("ws_user_order_cancellation.json", RemoteStatus.CANCELLED, 0),
        ("http_open_order.json", RemoteStatus.LIVE, 25 * UNIT),
    ],
)
def test_recorded_orders(name: str, status: RemoteStatus, matched: int) -> None:
    found = remote_order(msgspec.json.decode(sample(name), type=WireOrder))
    assert found == RemoteOrder(
        child_id=RECORDED,  # type: ignore[arg-type]
        condition_id=MARKET,  # type: ignore[arg-type]
        token_id=YES,
        side=Side.BUY,
        price=5000,
        size=100 * UNIT,
        matched=matched,
        status=status,
        order_type=OrderType.GTC,
        created_ms=1_703_875_200_000,
        text=json.loads(sample(name))["status"],
    )


@pytest.mark.parametrize(
    ("word", "event", "expected"),
    [
        ("LIVE", "PLACEMENT", RemoteStatus.LIVE),
        ("live", "", RemoteStatus.LIVE),
        ("ORDER_STATUS_LIVE", "", RemoteStatus.LIVE),
        ("ORDER_STATUS_CANCELED_MARKET_RESOLVED", "", RemoteStatus.MARKET_CLOSED),
        ("DELAYED", "", RemoteStatus.DELAYED),
        ("MATCHED", "UPDATE", RemoteStatus.MATCHED),
        ("ORDER_STATUS_MATCHED", "", RemoteStatus.MATCHED),
        ("CANCELED", "CANCELLATION", RemoteStatus.CANCELLED),
        ("CANCELED_MARKET_NOT_FOUND", "CANCELLATION", RemoteStatus.MARKET_CLOSED),
        ("CANCELED_NOT_ENOUGH_BALANCE", "CANCELLATION", RemoteStatus.NO_BALANCE),
        ("CANCELED_EXPIRED_ORDER", "CANCELLATION", RemoteStatus.EXPIRED),
        ("CANCELED_ORDER_TIMED_OUT", "CANCELLATION", RemoteStatus.CANCELLED),
        ("CANCELED_order couldn't be fully filled.", "CANCELLATION", RemoteStatus.CANCELLED),
        ("INVALID", "CANCELLATION", RemoteStatus.INVALID),
        ("LIVE", "CANCELLATION", RemoteStatus.CANCELLED),
        ("", "CANCELLATION", RemoteStatus.CANCELLED),
        ("MATCHED", "CANCELLATION", RemoteStatus.MATCHED),
        ("UNMATCHED", "", RemoteStatus.UNKNOWN),
        ("SOMETHING", "UPDATE", RemoteStatus.UNKNOWN),
        ("", "UPDATE", RemoteStatus.UNKNOWN),
    ],
)
def test_statuses_are_folded_and_unknown_words_are_not_guessed(
    word: str, event: str, expected: RemoteStatus
) -> None:
    assert remote_status(word, event) is expected


@pytest.mark.parametrize(
    ("changes", "size", "matched"),
    [
        ({}, 100 * UNIT, 0),
        ({"original_size": "100000000", "size_matched": "10000"}, 100 * UNIT, 10_000),
        ({"original_size": "100.5", "size_matched": "0.25"}, 100_500_000, 250_000),
        ({"original_size": 100, "size_matched": 7.5}, 100 * UNIT, 7_500_000),
        ({"original_size": "", "size_matched": ""}, 0, 0),
        ({"original_size": None, "size_matched": None}, 0, 0),
        ({"order_type": "FAK", "original_size": "50"}, 100 * UNIT, 0),
        ({"order_type": "FAK", "side": "SELL", "original_size": "50"}, 50 * UNIT, 0),
        ({"order_type": "FOK", "original_size": "50", "price": ""}, 50 * UNIT, 0),
    ],
)
def test_sizes_of_orders_are_read_in_their_scale(
    changes: dict[str, Any], size: int, matched: int
) -> None:
    found = order(**changes)
    assert (found.size, found.matched) == (size, matched)


@pytest.mark.parametrize(
    ("created", "expected"),
    [("1703875200000", 1_703_875_200_000), (1703875200, 1_703_875_200_000), ("", None)],
)
def test_creation_may_be_told_in_either_unit_or_not_at_all(
    created: Any, expected: int | None
) -> None:
    assert order(created_at=created).created_ms == expected


def test_what_the_exchange_says_is_cleaned() -> None:
    assert order(status="CANCELED_\x1b[31mno").text == "CANCELED_[31mno"


def test_an_order_without_a_side_is_not_guessed() -> None:
    with pytest.raises(UnreadableError):
        order(side="")


# -- trades --


def test_a_recorded_trade_of_a_taker_is_its_top_level_alone() -> None:
    report = trade_report(
        msgspec.json.decode(sample("http_trade_report.json"), type=WireTrade), API_KEY
    )
    assert report is not None
    assert report.status is TradeStatus.CONFIRMED
    assert report.at_ms == 1_704_067_200_000
    leg = TradeLeg(RECORDED, YES, Side.BUY, 5000, 25 * UNIT, is_maker=False)  # type: ignore[arg-type]
    assert report.legs == (leg,)


@pytest.mark.parametrize(
    ("entry", "side", "token"),
    [
        ({}, Side.SELL, YES),
        ({"side": None}, Side.SELL, YES),
        ({"side": ""}, Side.SELL, YES),
        ({"asset_id": NO, "side": None, "price": "0.4"}, Side.BUY, NO),
        ({"asset_id": NO, "side": "BUY", "price": "0.4"}, Side.BUY, NO),
    ],
)
def test_a_maker_is_told_its_own_token_side_and_size(
    entry: dict[str, Any], side: Side, token: str
) -> None:
    report = trade([maker(**entry), maker(owner=OTHER, order_id="0xnobody")])
    (leg,) = report.legs
    assert (leg.child_id, leg.token_id, leg.side) == ("0xmaker", token, side)
    assert leg.size == 4 * UNIT
    assert leg.is_maker


def test_a_maker_is_not_its_own_taker_though_the_event_names_it_owner() -> None:
    report = trade([maker()], owner=API_KEY, trade_owner=OTHER)
    assert [leg.is_maker for leg in report.legs] == [True]


def test_both_sides_of_a_trade_with_ourselves_are_told() -> None:
    report = trade([maker()], owner=API_KEY, trader_side="TAKER")
    assert [leg.is_maker for leg in report.legs] == [False, True]


def test_several_makers_of_ours_are_several_legs() -> None:
    report = trade([maker(), maker(order_id="0xsecond", matched_amount="6")])
    assert [(leg.child_id, leg.size) for leg in report.legs] == [
        ("0xmaker", 4 * UNIT),
        ("0xsecond", 6 * UNIT),
    ]


@pytest.mark.parametrize("makers", [None, [], [maker(owner=OTHER)], [maker(owner=None)]])
def test_a_trade_of_others_is_none_of_ours(makers: Any) -> None:
    assert trade(makers) is None


@pytest.mark.parametrize(
    ("word", "status", "text"),
    [
        ("MATCHED", TradeStatus.MATCHED, ""),
        ("TRADE_STATUS_MINED", TradeStatus.MINED, ""),
        ("confirmed", TradeStatus.CONFIRMED, ""),
        ("RETRYING", TradeStatus.RETRYING, ""),
        ("TRADE_STATUS_FAILED", TradeStatus.FAILED, ""),
        ("TRADE_STATUS_MATCHED_NOT_BROADCASTED", TradeStatus.MATCHED, ""),
        ("SOMETHING", TradeStatus.MATCHED, "SOMETHING"),
        (None, TradeStatus.MATCHED, ""),
    ],
)
def test_a_trade_is_provisional_unless_its_status_says_more(
    word: str | None, status: TradeStatus, text: str
) -> None:
    report = trade([maker()], status=word)
    assert (report.status, report.text) == (status, text)


@pytest.mark.parametrize(
    ("changes", "at_ms"),
    [
        ({"match_time": "1703875200"}, 1_703_875_200_000),
        ({"match_time": None, "matchtime": "1703875200000"}, 1_703_875_200_000),
        ({"match_time": "", "timestamp": "1703875200000"}, 1_703_875_200_000),
        ({"match_time": "2024-01-01T00:00:00Z"}, 1_704_067_200_000),
        ({"match_time": "soon"}, 0),
    ],
)
def test_the_time_of_a_trade_is_found_under_every_name(changes: Any, at_ms: int) -> None:
    assert trade([maker()], **changes).at_ms == at_ms


def test_amounts_in_millionths_are_told_by_their_magnitude() -> None:
    assert trade([maker(matched_amount="25000000")]).legs[0].size == 25 * UNIT
