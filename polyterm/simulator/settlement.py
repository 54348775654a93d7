"""Trades on their way to the chain: MATCHED, MINED, CONFIRMED, or undone."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from random import Random

from polyterm.models.enums import TradeStatus
from polyterm.models.money import PPM, Dollars
from polyterm.simulator.accounts import Purse
from polyterm.simulator.clock import Clock
from polyterm.simulator.markets import MarketState
from polyterm.simulator.payout import redeem
from polyterm.simulator.rules import ExchangeRules
from polyterm.simulator.timetable import Timetable
from polyterm.simulator.trades import Trade, TradeKind

SPENDABLE_AT = TradeStatus.MINED
"""When what a trade brings may be used: from then on it is in the wallet."""
FAILURE_TEXT = "execution reverted"
"""Why a trade failed, as its `err_msg` tells."""

_PAIRS = {TradeKind.COMPLEMENTARY: 0, TradeKind.MINT: 1, TradeKind.MERGE: -1}


class Settlement:
    """Moves balances when trades settle; `changed` hears of every step."""

    def __init__(
        self,
        *,
        clock: Clock,
        random: Random,
        rules: ExchangeRules,
        timetable: Timetable,
        changed: Callable[[Trade], None],
    ) -> None:
        self._clock = clock
        self._random = random
        self._rules = rules
        self._timetable = timetable
        self._changed = changed
        self.fees: Dollars = 0
        """All taker fees that were collected."""

    def begin(self, trade: Trade, state: MarketState) -> None:
        """Put aside what both sides give, tell of the match, and settle in due time."""
        for leg in trade.legs:
            purse, amount = leg.gives
            purse.matched += amount
        self._changed(trade)
        fails = self._random.randrange(PPM) < self._rules.failure_ppm
        steps = (self._retry, self._fail) if fails else (self._mine, self._confirm)
        delays = (self._rules.mined_after_ms, self._rules.confirmed_after_ms)
        for step, delay in zip(steps, delays, strict=True):
            self._timetable.at(trade.matched_ms + delay, partial(step, state, trade))

    def _mine(self, state: MarketState, trade: Trade) -> None:
        trade.transaction_hash = "0x" + self._random.randbytes(32).hex()
        state.collateral += _PAIRS[trade.kind] * trade.taker.size
        for leg in trade.legs:
            self._move(leg.gives, leg.gets)
            self.fees += leg.fee
        redeem(state, [leg.account for leg in trade.legs])
        self._step(trade, SPENDABLE_AT)

    def _move(self, gives: tuple[Purse, int], gets: tuple[Purse, int]) -> None:
        purse, amount = gives
        purse.matched -= amount
        purse.settled -= amount
        purse, amount = gets
        purse.settled += amount

    def _confirm(self, state: MarketState, trade: Trade) -> None:
        self._step(trade, TradeStatus.CONFIRMED)

    def _retry(self, state: MarketState, trade: Trade) -> None:
        self._step(trade, TradeStatus.RETRYING)

    def _fail(self, state: MarketState, trade: Trade) -> None:
        for leg in trade.legs:
            purse, amount = leg.gives
            purse.matched -= amount
        redeem(state, [leg.account for leg in trade.legs])
        trade.error = FAILURE_TEXT
        self._step(trade, TradeStatus.FAILED)

    def _step(self, trade: Trade, status: TradeStatus) -> None:
        trade.status = status
        trade.updated_ms = self._clock.now_ms()
        self._changed(trade)
