"""How many shares to buy or sell by the Kelly criterion: fees, holdings, caps, rounding down."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from polyterm.models.enums import Side
from polyterm.models.market import FeeSchedule
from polyterm.models.money import (
    PPM,
    PRICE_ONE,
    SIZE_STEP,
    UNIT,
    Dollars,
    Price,
    Size,
    floor_to,
    format_dollars,
    format_units,
    notional,
    notional_up,
)
from polyterm.models.tick import clamp, passive
from polyterm.strategies.kelly_bet import Bet
from polyterm.strategies.pricing import MIN_MARKETABLE, words


@dataclass(frozen=True, slots=True)
class KellyInputs:
    """All that a Kelly size depends on."""

    probability: float
    """That our token wins, 0 to 1."""
    price: Price
    """What a share costs or fetches, before the fee."""
    side: Side
    fees: FeeSchedule
    takes: bool
    """Whether the taker fee applies."""
    wealth: Dollars
    """Bankroll: cash and the worth of everything, this market's positions at `held_value`."""
    held: Size
    held_opposite: Size
    held_value: Dollars
    """What of `wealth` stands for those two holdings."""
    fraction: float
    """Part of the full Kelly exposure to take, 0 to 1."""
    max_stake: Dollars | None
    """Cap on price x shares."""
    cash: Dollars | None
    """Dollars that may be spent, fee included; not checked where not set."""
    min_size: Size
    tick: Price


@dataclass(frozen=True, slots=True)
class KellySizing:
    """The size, and what it is worth; a sell is reckoned as the bet against the token it is."""

    edge: float
    """Expected gain in dollars per share."""
    all_in: float
    """Dollars per share after the fee: cost of a buy, proceeds of a sell."""
    full_fraction: float
    """Full Kelly share of wealth, as if nothing were held."""
    stake_fraction: float
    """Share of wealth that `shares` can lose."""
    shares: Size
    """Rounded down to 0.01; 0 where there is nothing to do."""
    stake: Dollars
    """Price x shares: what a buy costs, or a sell fetches, before the fee."""
    fee: Dollars
    growth: float
    """Expected log growth of taking `shares`."""
    full_growth: float
    """The same for the full Kelly size, neither capped nor rounded."""
    loss_if_wrong: Dollars
    win_if_right: Dollars
    reservation: float
    """Price of indifference in dollars: buy below it, sell above it."""
    notes: tuple[str, ...]
    """Why the size is zero, and which cap bound it."""


def size_kelly(inputs: KellyInputs) -> KellySizing:
    """Size one order; the formulas and their order are `execution.md` 1.2 to 1.4."""
    bet = kelly_bet(inputs)
    if bet is None:
        return _no_bet(inputs)
    wanted = bet.shares_wanted(inputs.fraction)
    if wanted <= 0:
        return _sized(inputs, bet, 0, (_why_none(inputs, bet, wanted),))
    shares, notes = capped(inputs, wanted)
    problem = _too_small(inputs, shares)
    return (
        _sized(inputs, bet, 0, (*notes, problem)) if problem else _sized(inputs, bet, shares, notes)
    )


def growth_curve(inputs: KellyInputs, points: int = 41) -> tuple[tuple[float, float], ...]:
    """Pairs of (share of wealth staked, expected log growth), from 0 to about twice full Kelly.

    Empty where there is no bet, or nothing to stake on it.
    """
    bet = kelly_bet(inputs)
    if bet is None or bet.if_wrong <= 0 or points < 2:
        return ()
    wealth = inputs.wealth / UNIT
    full = max(bet.shares_wanted(1.0), 0.0) * bet.all_in / wealth
    ruin = bet.if_wrong / wealth
    last = min(2 * full or _NO_EDGE_SPAN, _NEAR_RUIN * ruin)
    fractions = (last * point / (points - 1) for point in range(points))
    return tuple((f, bet.growth(f * wealth / bet.all_in)) for f in fractions)


_NO_EDGE_SPAN = 0.2
_NEAR_RUIN = 0.99


def kelly_bet(inputs: KellyInputs) -> Bet | None:
    """The inputs as a bet; selling at v is betting against at 1 - v. Nothing where none is left."""
    all_in = _all_in(inputs)
    if not (0 < inputs.probability < 1 and 0 < all_in < 1 and inputs.wealth > 0):
        return None
    outside = max(inputs.wealth - inputs.held_value, 0)
    if_wins = (outside + inputs.held) / UNIT
    if_loses = (outside + inputs.held_opposite) / UNIT
    if inputs.side is Side.BUY:
        return Bet(inputs.probability, all_in, if_wins, if_loses)
    return Bet(1 - inputs.probability, 1 - all_in, if_loses, if_wins)


def _price(inputs: KellyInputs) -> Price:
    return clamp(passive(inputs.price, inputs.tick, inputs.side), inputs.tick)


def _all_in(inputs: KellyInputs) -> float:
    price = _price(inputs) / PRICE_ONE
    if not inputs.takes:
        return price
    fee = inputs.fees.rate_ppm / PPM * (price * (1 - price)) ** inputs.fees.exponent
    return price + inputs.side.sign * fee


def capped(inputs: KellyInputs, wanted: float) -> tuple[Size, tuple[str, ...]]:
    """Whole hundredths of the wanted shares within every cap, and the cap that bound them."""
    # To the nearest millionth first, so that 249.9999999999 is the 250 it stands for.
    shares = floor_to(round(wanted * UNIT), SIZE_STEP)
    notes: tuple[str, ...] = ()
    for cap, words_of_cap in _caps(inputs):
        if cap < shares:
            shares, notes = cap, (words_of_cap,)
    return shares, notes


def _caps(inputs: KellyInputs) -> Iterator[tuple[Size, str]]:
    price = _price(inputs)
    if inputs.max_stake is not None:
        most = floor_to(inputs.max_stake * PRICE_ONE // price, SIZE_STEP)
        yield most, f"capped by the largest stake of {format_dollars(inputs.max_stake)}"
    if inputs.side is Side.SELL:
        yield floor_to(inputs.held, SIZE_STEP), f"capped by the {_shares(inputs.held)} held"
    elif inputs.cash is not None:
        yield _affordable(inputs, inputs.cash), f"capped by {format_dollars(inputs.cash)} of cash"


def _affordable(inputs: KellyInputs, cash: Dollars) -> Size:
    price = _price(inputs)
    shares = max(floor_to(int(cash / _all_in(inputs)), SIZE_STEP), 0)
    while shares and notional_up(price, shares) + _reserve(inputs, shares) > cash:
        shares -= SIZE_STEP
    return shares


def _reserve(inputs: KellyInputs, shares: Size) -> Dollars:
    return inputs.fees.reserve(_price(inputs), shares) if inputs.takes else 0


def _too_small(inputs: KellyInputs, shares: Size) -> str:
    if shares < inputs.min_size:
        return f"{_shares(shares)} is below the market's minimum of {_shares(inputs.min_size)}"
    worth = notional(_price(inputs), shares)
    if inputs.takes and worth < MIN_MARKETABLE:
        return f"{format_dollars(worth)} is below the $1 that a taking order must be worth"
    return ""


def _why_none(inputs: KellyInputs, bet: Bet, wanted: float) -> str:
    if bet.edge > 0:
        return f"already {_shares(round(-wanted * UNIT))} over the target"
    relation = "above" if inputs.side is Side.BUY else "below"
    all_in = words(_all_in(inputs) * PRICE_ONE)
    return f"no edge: probability {inputs.probability:.4g} is not {relation} {all_in}"


def _sized(inputs: KellyInputs, bet: Bet, shares: Size, notes: tuple[str, ...]) -> KellySizing:
    is_buy, price = inputs.side is Side.BUY, _price(inputs)
    stake = notional_up(price, shares) if is_buy else notional(price, shares)
    fee = inputs.fees.taker(price, shares) if inputs.takes else 0
    paid, gained = stake + fee, shares - stake - fee
    loss, win = (paid, gained) if is_buy else (shares - stake + fee, stake - fee)
    return KellySizing(
        edge=bet.edge,
        all_in=_all_in(inputs),
        full_fraction=bet.full_fraction,
        stake_fraction=loss / inputs.wealth,
        shares=shares,
        stake=stake,
        fee=fee,
        growth=bet.growth(shares / UNIT),
        full_growth=bet.growth(max(bet.shares_wanted(1.0), 0.0)),
        loss_if_wrong=loss,
        win_if_right=win,
        reservation=bet.reservation if is_buy else 1 - bet.reservation,
        notes=notes,
    )


def _no_bet(inputs: KellyInputs) -> KellySizing:
    reason = "the bankroll is empty" if inputs.wealth <= 0 else "the price leaves nothing to win"
    if not 0 < inputs.probability < 1:
        reason = "the probability must lie between 0 and 1"
    return KellySizing(
        edge=inputs.probability - _all_in(inputs),
        all_in=_all_in(inputs),
        full_fraction=0.0,
        stake_fraction=0.0,
        shares=0,
        stake=0,
        fee=0,
        growth=0.0,
        full_growth=0.0,
        loss_if_wrong=0,
        win_if_right=0,
        reservation=inputs.probability,
        notes=(reason,),
    )


def _shares(size: Size) -> str:
    return f"{format_units(floor_to(size, SIZE_STEP), 0)} shares"
