"""Markets, books and orders made up for the console's tests."""

from __future__ import annotations

from polyterm.models.book import BookTop, Level
from polyterm.models.enums import (
    ChildStatus,
    OrderStatus,
    OrderType,
    Side,
    Urgency,
    VenueName,
)
from polyterm.models.ids import ChildId, ConditionId, OrderId, TokenId
from polyterm.models.market import FeeSchedule, Market, Outcome
from polyterm.models.money import UNIT, Price, Size
from polyterm.models.order_request import OrderRequest
from polyterm.models.snapshot import LastTrade, MarketSnapshot, OwnOrder
from polyterm.models.views import ChildView, HealthView, OrderView, StopView

NOW_MS = 1_795_183_200_000
"""2026-11-20 14:00:00 UTC."""


class FrozenClock:
    """A clock that stands still."""

    def now_ms(self) -> int:
        return NOW_MS

    def monotonic(self) -> float:
        return 100.0


def market(
    number: int = 1,
    question: str = "Will it rain in Lisbon on New Year's Eve?",
    tick: Price = 100,
    fee_ppm: int = 0,
) -> Market:
    """A market with outcomes Yes and No, tokens `<number>1` and `<number>2`."""
    return Market(
        condition_id=ConditionId(f"0x{number:064x}"),
        slug=f"market-{number}",
        question=question,
        outcomes=(
            Outcome(TokenId(f"{number}1"), "Yes"),
            Outcome(TokenId(f"{number}2"), "No"),
        ),
        tick=tick,
        min_size=5 * UNIT,
        fees=FeeSchedule(fee_ppm),
        neg_risk=False,
        protocol="v2",
        accepting_orders=True,
    )


def snapshot(
    of: Market,
    token: int = 0,
    bids: tuple[tuple[Price, int], ...] = ((5500, 520), (5400, 1_240), (5300, 310)),
    asks: tuple[tuple[Price, int], ...] = ((5600, 780), (5700, 90), (5800, 2_000)),
    own: tuple[OwnOrder, ...] = (),
    is_live: bool = True,
) -> MarketSnapshot:
    """A book in whole shares."""
    return MarketSnapshot(
        market=of,
        token_id=of.outcomes[token].token_id,
        book=BookTop(
            bids=tuple(Level(price, size * UNIT) for price, size in bids),
            asks=tuple(Level(price, size * UNIT) for price, size in asks),
        ),
        own=own,
        last_trade=LastTrade(5500, 120 * UNIT, Side.BUY, NOW_MS - 3_000),
        data_ms=NOW_MS,
        is_live=is_live,
    )


def own_order(price: Price, remaining: int, ahead: int, side: Side = Side.BUY) -> OwnOrder:
    """One of our children in the book, in whole shares."""
    return OwnOrder(
        ChildId("0xchild"), OrderId("order-000001"), side, price, remaining * UNIT, ahead * UNIT
    )


def child(order_id: OrderId, price: Price, size: Size, side: Side = Side.BUY) -> ChildView:
    """A resting child."""
    return ChildView(
        child_id=ChildId(f"0xchild{price}"),
        order_id=order_id,
        status=ChildStatus.LIVE,
        side=side,
        price=price,
        size=size,
        matched=0,
        order_type=OrderType.GTC,
        post_only=False,
        created_ms=NOW_MS - 20_000,
        ended_ms=None,
        reason="tranche 1",
    )


def order_view(
    order_id: OrderId,
    request: OrderRequest,
    of: Market,
    status: OrderStatus = OrderStatus.ACTIVE,
    filled: int = 0,
) -> OrderView:
    """The view of a request just accepted, or of one that went on for a while."""
    size = request.size_units or 100 * UNIT
    return OrderView(
        order_id=order_id,
        token_id=request.token_id,
        slug=of.slug,
        question=of.question,
        outcome=of.outcome(request.token_id).name,
        side=request.side,
        strategy=request.strategy,
        urgency=request.urgency,
        status=status,
        reason="resting inside the band",
        size=size,
        filled=filled * UNIT,
        unsettled=0,
        paid=filled * UNIT * request.worst_price // 10_000,
        fees=0,
        worst_price=request.worst_price,
        tick=of.tick,
        arrival=5_534.0,
        adjustments=2,
        working=() if status.is_final else (child(order_id, request.worst_price, size),),
        children=1,
        created_ms=NOW_MS - 60_000,
        ended_ms=NOW_MS if status.is_final else None,
        deadline_ms=None,
        end_action=request.end_action,
    )


def an_order(
    number: int,
    of: Market,
    status: OrderStatus = OrderStatus.ACTIVE,
    filled: int = 0,
    strategy: str = "micro_price",
) -> OrderView:
    """An order to buy 500 Yes at 0.55 or better."""
    params: dict[str, object] = {"strategy": strategy}
    if strategy == "kelly":
        params["probability"] = "0.6"
    request = OrderRequest.model_validate(
        {
            "token_id": of.outcomes[0].token_id,
            "side": Side.BUY,
            "size": "500",
            "max_price": "0.55",
            "urgency": Urgency.MEDIUM,
            "params": params,
        }
    )
    return order_view(OrderId(f"order-{number:06d}"), request, of, status, filled)


def healthy(venue: VenueName = VenueName.DEMO) -> HealthView:
    """All is well."""
    return HealthView(
        venue=venue,
        exchange="http://127.0.0.1:4711",
        exchange_up=True,
        market_feed_up=True,
        user_feed_up=True,
        feed_age_ms=120,
        latency_ms=12.0,
        loop_lag_ms=1.6,
        running=2,
        queued=0,
        unknown=0,
        open_children=2,
        exposure=275 * UNIT,
        stop=StopView(),
        can_trade=True,
        problem="",
    )
