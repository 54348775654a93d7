"""The look of the console; look at every change in the report before taking it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable

import msgspec
import pytest
from textual.pilot import Pilot

from polyterm.app import PolytermApp
from polyterm.models.enums import ChildStatus, OrderStatus, Side, VenueName
from polyterm.models.events import Filled, OrderAccepted, OrderAdjusted, StopState
from polyterm.models.ids import ChildId, OrderId, TokenId, TradeId
from polyterm.models.money import UNIT
from polyterm.models.views import AccountView, PositionView, StopView
from polyterm.widgets.price_trail import Look
from tests.fakes.engine import FakeEngine
from tests.fakes.pictures import NOW_MS, an_order, market, own_order, snapshot
from tests.screens.console import an_app, dialog_ready, eventually, shown_text

Compare = Callable[..., bool]
QUESTIONS = (
    "Will it rain in Lisbon on New Year's Eve?",
    "Will the Fed cut rates in December by at least 25 basis points?",
    "BTC up or down, Nov 20, 2:00-2:15 PM UTC",
    "Next Prime Minister of Freedonia: R. T. Firefly",
    "[/][@click=app.quit]a title like markup[/]",
)
BID_SIZES = (520, 1_240, 310, 90, 40, 2_200, 800, 15)
ASK_SIZES = (780, 90, 2_000, 340, 120, 60, 1_500, 480)
ORDER = OrderId("order-000001")


def a_busy_engine(venue: VenueName = VenueName.DEMO) -> FakeEngine:
    """Five markets, orders in several states, some facts."""
    markets = tuple(market(number, text) for number, text in enumerate(QUESTIONS, start=1))
    engine = FakeEngine(markets=markets, venue=venue)
    own = (own_order(5500, 100, 420), own_order(5800, 50, 2_000, Side.SELL))
    for place, of in enumerate(markets):
        best = 5500 - 600 * place
        bids = tuple((best - 100 * depth, size) for depth, size in enumerate(BID_SIZES))
        asks = tuple((best + 100 + 100 * depth, size) for depth, size in enumerate(ASK_SIZES))
        engine.put(snapshot(of, 0, bids, asks, own=own if place == 0 else ()))
        engine.put(snapshot(of, 1))
    engine.account_view = AccountView(
        address="0xfake",
        cash=1_000 * UNIT,
        reserved=55 * UNIT,
        positions=(PositionView(token_id=TokenId("21"), size=200 * UNIT, spendable=150 * UNIT),),
        at_ms=NOW_MS,
    )
    engine.set_order(an_order(1, markets[0], filled=120))
    engine.set_order(an_order(2, markets[1], OrderStatus.QUEUED, strategy="iceberg"))
    engine.set_order(an_order(3, markets[2], OrderStatus.COMPLETED, 500))
    engine.set_order(an_order(4, markets[3], OrderStatus.PAUSED, 80, "kelly"))
    for fact in (
        OrderAccepted(at_ms=NOW_MS, order_id=ORDER, summary="BUY 500 Yes, micro-price, to 0.55"),
        Filled(
            at_ms=NOW_MS + 2_000,
            order_id=ORDER,
            child_id=ChildId("0xc"),
            trade_id=TradeId("t"),
            side=Side.BUY,
            price=5500,
            size=120 * UNIT,
            fee=0,
            is_maker=True,
        ),
        OrderAdjusted(
            at_ms=NOW_MS + 4_000,
            order_id=ORDER,
            old_price=5400,
            new_price=5500,
            size=380 * UNIT,
            number=2,
            reason="below the band",
        ),
    ):
        engine.tell(fact)
    return engine


def an_engine_with_a_past() -> FakeEngine:
    """The first order had four children in its minute, the last of them rests."""
    engine = a_busy_engine()
    (resting,) = engine.orders[ORDER].working
    past = [
        msgspec.structs.replace(
            resting,
            child_id=ChildId(f"0xpast{price}"),
            price=price,
            status=ChildStatus.CANCELLED,
            created_ms=NOW_MS - 60_000 + 14_000 * place,
            ended_ms=NOW_MS - 60_000 + 14_000 * (place + 1) - 2_000,
            reason="below the band",
        )
        for place, price in enumerate((5_200, 5_300, 5_400))
    ]
    engine.children[ORDER] = (*past, msgspec.structs.replace(resting, created_ms=NOW_MS - 18_000))
    return engine


def remember_prices(console: PolytermApp) -> None:
    """Let the console have watched the market rise by three cents in that minute, and no longer."""
    trail = console._trade._trails.of(ORDER)
    console._trade._trails.look = lambda: None
    for second in range(0, 60, 2):
        bid = 5_200 + 100 * (second // 16)
        micro = bid + 20.0 + second % 16 * 4
        trail.add(
            Look(NOW_MS - 60_000 + 1_000 * second, bid, bid + 100, micro, micro - 100, micro + 100)
        )


def after(
    *keys: str, words: Iterable[str] = (), in_dialog: bool = False, types: str = ""
) -> Callable[[Pilot[None]], Awaitable[None]]:
    """Press keys, type into the dialog they opened, wait for words to show."""

    async def run(pilot: Pilot[None]) -> None:
        await eventually(
            pilot, lambda: "Yes 0.31" in shown_text(pilot) or pilot.app.size.width < 90
        )
        await eventually(pilot, lambda: "0.5540" in shown_text(pilot))
        await pilot.press(*keys)
        if in_dialog:
            await dialog_ready(pilot)
        await pilot.press(*types)
        for word in words:
            await eventually(pilot, lambda word=word: word in shown_text(pilot))
        await pilot.pause(0.2)

    return run


def app(venue: VenueName = VenueName.DEMO) -> PolytermApp:
    return an_app(a_busy_engine(venue))


@pytest.mark.parametrize("size", [(80, 24), (160, 50)])
def test_trade_screen(snap_compare: Compare, size: tuple[int, int]) -> None:
    """Markets, book, ticket, orders, log: aligned, nothing cut off; own orders marked."""
    assert snap_compare(app(), terminal_size=size, run_before=after())


def test_orders_and_log_on_a_narrow_terminal(snap_compare: Compare) -> None:
    """At 80 columns the orders and the log take the whole width."""
    assert snap_compare(app(), terminal_size=(80, 24), run_before=after("o", "h"))


def test_live_is_real_money_at_a_glance(snap_compare: Compare) -> None:
    """A red top line in words, red panes."""
    assert snap_compare(app(VenueName.LIVE), terminal_size=(120, 36), run_before=after())


def test_ticket_with_a_complaint(snap_compare: Compare) -> None:
    """The field at fault is named, the reason stands below it."""
    run = after("n", *"500", "down", *"1.5", "ctrl+s", words=("▲",))
    assert snap_compare(app(), terminal_size=(80, 24), run_before=run)


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
def test_ticket_with_a_plan_that_is_not_as_asked(
    snap_compare: Compare, size: tuple[int, int]
) -> None:
    """The plan below the form, ▲ where it differs from what was asked, the worst cost last."""
    keys = ("n", *"500", "down", *"0.55", *["down"] * 5, "2")
    run = after(*keys, words=("enter: at most",))
    assert snap_compare(app(), terminal_size=size, run_before=run)


def test_question_about_a_plan_that_is_not_as_asked(snap_compare: Compare) -> None:
    """What was asked, what will be done, and ▲ the difference."""
    keys = ("n", *"500", "down", *"0.55", *["down"] * 5, "2", "enter")
    run = after(*keys, in_dialog=True)
    assert snap_compare(app(), terminal_size=(80, 24), run_before=run)


def test_change_form(snap_compare: Compare) -> None:
    """Present values, the difference that was typed, and what cannot be changed."""
    run = after("o", "down", "down", "e", in_dialog=True, types="1", words=("max_price 0.551",))
    assert snap_compare(app(), terminal_size=(80, 24), run_before=run)


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
def test_kelly_form(snap_compare: Compare, size: tuple[int, int]) -> None:
    """Inputs left, the answer and the growth curve right, the bankroll in its parts below."""
    run = after("k", in_dialog=True, types="0.67", words=("All-in",))
    assert snap_compare(app(), terminal_size=size, run_before=run)


def test_help(snap_compare: Compare) -> None:
    """Every key with what it does."""
    assert snap_compare(
        app(), terminal_size=(120, 50), run_before=after("question_mark", in_dialog=True)
    )


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (160, 50)])
def test_order_page(snap_compare: Compare, size: tuple[int, int]) -> None:
    """Summary, chart of prices (one line of words where it is small), children, fills, moves."""
    console = an_app(an_engine_with_a_past())
    remember_prices(console)
    # The chart has its hours in its title as soon as it is drawn; there is none at 80x24.
    drawn = ("ours 0.55",) if size == (80, 24) else ("ours 0.55", "Price 13:59:00")
    run = after("o", "down", "down", "enter", words=drawn)
    assert snap_compare(console, terminal_size=size, run_before=run)


@pytest.mark.parametrize("state", [StopState.STOPPED_VERIFIED, StopState.STOP_UNVERIFIED])
def test_emergency_stop_banner(snap_compare: Compare, state: StopState) -> None:
    """Full width, in words: the state, the proof and its time, the way on."""
    engine = a_busy_engine()
    opened = 0 if state is StopState.STOPPED_VERIFIED else 3
    stop = StopView(state=state, since_ms=NOW_MS, open_orders=opened)
    engine.set_health(stop=stop, can_trade=False, problem="stopped")
    assert snap_compare(an_app(engine), terminal_size=(80, 24), run_before=after())


def test_feed_down(snap_compare: Compare) -> None:
    """The book is dimmed and says why; so do the status bar and the line above."""
    engine = a_busy_engine()
    engine.set_health(
        market_feed_up=False, feed_age_ms=12_400, can_trade=False, problem="market feed is down"
    )
    assert snap_compare(an_app(engine), terminal_size=(120, 36), run_before=after())


def test_quit_question(snap_compare: Compare) -> None:
    """Three answers, each with its key; staying comes first."""
    run = after("ctrl+q", in_dialog=True)
    assert snap_compare(app(), terminal_size=(80, 24), run_before=run)
