"""The rules an order must keep on its own, whatever the book and the account say.

Source: `protocol.md` 1.6, 3.3 to 3.5.
"""

from __future__ import annotations

from decimal import Decimal

from polyterm.models import tick as grid
from polyterm.models.enums import OrderType, Side
from polyterm.models.ids import TokenId
from polyterm.models.market import Market
from polyterm.models.money import PRICE_ONE, SIZE_STEP, Dollars, Price
from polyterm.simulator.markets import MarketState
from polyterm.simulator.orders import OrderTerms
from polyterm.simulator.refusals import (
    BAD_EXPIRATION,
    POST_ONLY_TYPE,
    RefusalError,
    below_minimum,
    breaks_tick,
    too_accurate,
)
from polyterm.simulator.rules import ExchangeRules
from polyterm.simulator.wire.order_payload import PlacedOrder

_AMOUNT_DECIMALS = 6
"""Signed amounts are integers in millionths."""
_SHARE_DECIMALS = 2
_MARKET_BUY_DECIMALS = (2, 4)


def read_terms(
    order_id: str, state: MarketState, placed: PlacedOrder, now_ms: int, rules: ExchangeRules
) -> OrderTerms:
    """What the signed integers ask for; refused where they or what came beside break a rule."""
    _check_type(placed, now_ms, rules)
    _check_accuracy(placed, state.market)
    price = _price(order_id, placed, state.market)
    terms = _terms(order_id, state, placed, price)
    if placed.order_type.rests and terms.size < state.market.min_size:
        raise RefusalError(below_minimum(order_id, terms.size, state.market.min_size))
    return terms


def _check_type(placed: PlacedOrder, now_ms: int, rules: ExchangeRules) -> None:
    if placed.post_only and not placed.order_type.rests:
        raise RefusalError(POST_ONLY_TYPE)
    earliest_ms = now_ms + rules.gtd_ahead_ms
    is_gtd = placed.order_type is OrderType.GTD
    if is_gtd and placed.expires_s * 1000 < earliest_ms:
        raise RefusalError(BAD_EXPIRATION)
    if not is_gtd and placed.expires_s:
        raise RefusalError(BAD_EXPIRATION)


def _check_accuracy(placed: PlacedOrder, market: Market) -> None:
    kind, maker, taker = _accuracy(placed, market)
    signed = placed.signed
    if _fits(signed.maker_amount, maker) and _fits(signed.taker_amount, taker):
        return
    raise RefusalError(too_accurate(kind, maker, taker))


def _accuracy(placed: PlacedOrder, market: Market) -> tuple[str, int, int]:
    dollars = _SHARE_DECIMALS + max(grid.decimals(market.tick), 2)
    if placed.signed.side is Side.SELL:
        return "sell", _SHARE_DECIMALS, dollars
    if placed.order_type.rests:
        return "buy", dollars, _SHARE_DECIMALS
    return "market buy", *_MARKET_BUY_DECIMALS


def _fits(amount: int, decimals: int) -> bool:
    return amount % 10 ** (_AMOUNT_DECIMALS - decimals) == 0


def _price(order_id: str, placed: PlacedOrder, market: Market) -> Price:
    signed = placed.signed
    is_buy = signed.side is Side.BUY
    dollars, shares = (
        (signed.maker_amount, signed.taker_amount)
        if is_buy
        else (signed.taker_amount, signed.maker_amount)
    )
    price, rest = divmod(dollars * PRICE_ONE, shares)
    # Amounts of market orders are rounded, so their quotient lies beside the price that was meant:
    # it is read to the side on which the order can never trade past what was signed.
    if rest and not is_buy:
        price += 1
    is_exact = not rest or not placed.order_type.rests
    if not is_exact or not grid.on_tick(price, market.tick):
        quotient = f"{Decimal(dollars) / Decimal(shares):.6f}".rstrip("0").rstrip(".")
        raise RefusalError(breaks_tick(order_id, quotient, market.tick))
    return price


def _terms(order_id: str, state: MarketState, placed: PlacedOrder, price: Price) -> OrderTerms:
    signed = placed.signed
    token_id = TokenId(str(signed.token_id))
    budget: Dollars | None = None
    size = signed.maker_amount
    if signed.side is Side.BUY:
        size = signed.taker_amount
        if not placed.order_type.rests:
            budget = signed.maker_amount
            size = budget // price * SIZE_STEP
    return OrderTerms(
        order_id=order_id,
        condition_id=state.id,
        token_id=token_id,
        token_index=state.index(token_id),
        side=signed.side,
        price=price,
        size=size,
        budget=budget,
        order_type=placed.order_type,
        post_only=placed.post_only,
        expires_s=placed.expires_s,
    )
