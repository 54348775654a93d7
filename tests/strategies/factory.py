"""Markets, books and orders for the tests of the strategies, in cents and shares."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from random import Random

from polyterm.models.book import BookTop, Level
from polyterm.models.enums import EndAction, Side, Urgency
from polyterm.models.ids import ChildId, ConditionId, OrderId, TokenId
from polyterm.models.market import FeeSchedule, Market, Outcome
from polyterm.models.money import UNIT, Price, Size, parse_price, parse_units
from polyterm.models.order_request import OrderRequest
from polyterm.models.strategy_params import StrategyParams
from polyterm.strategies.base import Funds, MarketView, OrderState, Working
from polyterm.strategies.iceberg_params import IcebergParams
from polyterm.strategies.kelly_params import KellyParams
from polyterm.strategies.micro_price import MicroPriceParams
from polyterm.strategies.twap import TwapParams
from polyterm.strategies.vwap import VwapParams

YES = TokenId("1")
NO = TokenId("2")
T0 = 1_760_000_000_000
"""When every order of the tests was accepted."""


def market(
    tick: str = "0.01", *, accepting: bool = True, fee: str = "0", ends_in_s: int | None = None
) -> Market:
    """A market of two outcomes with a minimum of 5 shares."""
    return Market(
        condition_id=ConditionId("0xab"),
        slug="will-it",
        question="Will it?",
        outcomes=(Outcome(YES, "Yes"), Outcome(NO, "No")),
        tick=parse_price(tick),
        min_size=parse_units("5"),
        fees=FeeSchedule(parse_units(fee)),
        neg_risk=False,
        protocol="v2",
        accepting_orders=accepting,
        end_ms=None if ends_in_s is None else T0 + ends_in_s * 1000,
    )


def levels(text: str) -> tuple[Level, ...]:
    """Read `0.54x100 0.53x20`."""
    pairs = (word.split("x") for word in text.split())
    return tuple(Level(parse_price(price), parse_units(size)) for price, size in pairs)


def view(
    bids: str = "0.50x100",
    asks: str = "0.54x100",
    *,
    tick: str = "0.01",
    fresh: bool = True,
    traded: str = "0",
) -> MarketView:
    """What the others show."""
    book = BookTop(levels(bids), levels(asks))
    return MarketView(market(tick), YES, book, fresh, parse_units(traded))


def child(
    price: str = "0.51", size: str = "20", *, left: str | None = None, age_s: float = 0, live=True
) -> Working:
    """A child that has stood for `age_s` at T0."""
    return Working(
        child_id=ChildId("0x01"),
        price=parse_price(price),
        size=parse_units(size),
        remaining=parse_units(size if left is None else left),
        since_ms=T0 - round(age_s * 1000),
        is_live=live,
    )


def funds(
    cash: str = "1000",
    held: str = "0",
    opposite: str = "0",
    worth: str = "0",
    open_buys: str = "0",
) -> Funds:
    """An account; `worth` is what the two holdings count for."""
    value = parse_units(worth)
    return Funds(
        available=parse_units(cash),
        sellable=parse_units(held),
        held=parse_units(held),
        held_opposite=parse_units(opposite),
        wealth=parse_units(cash) + parse_units(open_buys) + value,
        held_value=value,
    )


def order(
    params: StrategyParams | None = None,
    side: Side = Side.BUY,
    size: str = "100",
    limit: str | None = None,
    *,
    filled: str = "0",
    working: Sequence[Working] = (),
    urgency: Urgency = Urgency.MEDIUM,
    post_only: bool = False,
    deadline_s: float | None = None,
    end_action: EndAction = EndAction.CANCEL,
    children: int | None = None,
    adjustments: int = 0,
    ended_s_ago: float | None = None,
    cap: str | None = None,
    account: Funds | None = None,
    paid: str = "0",
    resized_s_ago: float | None = None,
    crossed: bool = False,
) -> OrderState:
    """A parent order as it stands at T0."""
    worst = limit or ("0.60" if side is Side.BUY else "0.40")
    return OrderState(
        order_id=OrderId("o1"),
        side=side,
        size=parse_units(size),
        size_cap=None if cap is None else parse_units(cap),
        filled=parse_units(filled),
        worst_price=parse_price(worst),
        params=params or IcebergParams(),
        urgency=urgency,
        post_only=post_only,
        accepted_ms=T0,
        deadline_ms=None if deadline_s is None else T0 + round(deadline_s * 1000),
        end_action=end_action,
        working=tuple(working),
        children=len(working) if children is None else children,
        adjustments=adjustments,
        last_ended_ms=None if ended_s_ago is None else T0 - round(ended_s_ago * 1000),
        funds=account,
        paid=parse_units(paid),
        resized_ms=None if resized_s_ago is None else T0 - round(resized_s_ago * 1000),
        crossed=crossed,
    )


def iceberg(tranche: str | None = None, **more: str) -> IcebergParams:
    """Iceberg parameters."""
    typed: dict[str, object] = {name: Decimal(value) for name, value in more.items()}
    if tranche is not None:
        typed["tranche_size"] = Decimal(tranche)
    return IcebergParams.model_validate(typed)


def micro(**more: float) -> MicroPriceParams:
    """Micro-price parameters."""
    return MicroPriceParams.model_validate(more)


def kelly(probability: str = "0.60", fraction: str = "1", **more: str) -> KellyParams:
    """Kelly parameters, full Kelly where nothing is said."""
    typed = {"probability": probability, "fraction": fraction, **more}
    return KellyParams.model_validate({name: Decimal(value) for name, value in typed.items()})


def cents(text: str) -> Price:
    """A price."""
    return parse_price(text)


def shares(count: float) -> Size:
    """A size."""
    return round(count * UNIT)


def seeded(seed: int = 1) -> Random:
    """A source of the same draws every time."""
    return Random(seed)


def twap(**more: str) -> TwapParams:
    """TWAP parameters: ten slices in 600 s where nothing is said."""
    return TwapParams.model_validate(more)


def vwap(**more: str) -> VwapParams:
    """VWAP parameters: a tenth of the volume where nothing is said."""
    return VwapParams.model_validate(more)


def request(
    params: StrategyParams, size: str | None = "100", limit: str = "0.60", **more: str
) -> OrderRequest:
    """A request to buy the first outcome."""
    typed: dict[str, object] = {"token_id": YES, "side": "BUY", "max_price": limit, **more}
    return OrderRequest.model_validate({**typed, "size": size, "params": params})
