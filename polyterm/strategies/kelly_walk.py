"""Kelly against a book: level by level, each at its own price and fee (`execution.md` 1.4)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from polyterm.models.book import Level
from polyterm.models.money import SIZE_STEP, UNIT, floor_to
from polyterm.strategies.base import Taken
from polyterm.strategies.kelly_sizing import KellyInputs, kelly_bet


def walk_book(inputs: KellyInputs, levels: Iterable[Level]) -> Taken:
    """What to take from the opposite levels, best first, nothing beyond the price of `inputs`.

    What one level gives counts as held at the next, so the sum is what Kelly holds at the price of
    the last one. Caps are not looked at.
    """
    taken, right, wrong, last = 0.0, 0.0, 0.0, inputs.price
    for price, displayed in levels:
        if not inputs.side.within(price, inputs.price):
            break
        bet = kelly_bet(replace(inputs, price=price, takes=True))
        if bet is None:
            break
        here = replace(bet, if_right=bet.if_right + right, if_wrong=bet.if_wrong + wrong)
        shares = min(displayed / UNIT, here.shares_wanted(inputs.fraction))
        if shares <= 0:
            break
        taken, last = taken + shares, price
        right, wrong = right + shares * (1 - bet.all_in), wrong - shares * bet.all_in
    return Taken(floor_to(round(taken * UNIT), SIZE_STEP), last)
