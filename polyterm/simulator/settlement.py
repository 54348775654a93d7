"""Trades on their way to the chain: MATCHED, MINED, CONFIRMED, or undone."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from random import Random

from polyterm.models.enums import TradeStatus
from polyterm.models.money import Dollars
from polyterm.simulator.accounts import Purse
from polyterm.simulator.clock import Clock
from polyterm.simulator.fate import Fate
from polyterm.simulator.markets import MarketState
from polyterm.simulator.payout import redeem
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
        fate: Fate,
        timetable: Timetable,
        changed: Callable[[Trade], None],
        fell: Callable[[Purse], None],
    ) -> None:
        self._clock = clock
        self._random = random
        self._timetable = timetable
        self._changed = changed
        self._fell = fell
        self._on_reaching = {TradeStatus.MINED: self._mine, TradeStatus.FAILED: self._fail}
        self.fate = fate
        """Asked what becomes of each trade; may be replaced."""
        self.fees: Dollars = 0
        """All taker fees that were collected."""

    def begin(self, trade: Trade, state: MarketState) -> None:
        """Put aside what both sides give, tell of the match, and settle in due time."""
        for leg in trade.legs:
            purse, amount = leg.gives
            purse.matched += amount
        self._changed(trade)
        for step in self.fate.course(trade):
            due_ms = trade.matched_ms + step.after_ms
            self._timetable.at(due_ms, partial(self._reach, state, trade, step.status))

    def _reach(self, state: MarketState, trade: Trade, status: TradeStatus) -> None:
        action = self._on_reaching.get(status)
        if action is not None:
            action(state, trade)
        trade.status = status
        trade.updated_ms = self._clock.now_ms()
        self._changed(trade)

    def _mine(self, state: MarketState, trade: Trade) -> None:
        trade.transaction_hash = "0x" + self._random.randbytes(32).hex()
        state.collateral += _PAIRS[trade.kind] * trade.taker.size
        for leg in trade.legs:
            _move(leg.gives, leg.gets)
            self.fees += leg.fee
        redeem(state, [leg.account for leg in trade.legs])

    def _fail(self, state: MarketState, trade: Trade) -> None:
        if trade.transaction_hash:
            self._unmine(state, trade)
        for leg in trade.legs:
            purse, amount = leg.gives
            purse.matched -= amount
        redeem(state, [leg.account for leg in trade.legs])
        trade.error = FAILURE_TEXT

    def _unmine(self, state: MarketState, trade: Trade) -> None:
        """The chain dropped the block: what was moved is where it was before."""
        trade.transaction_hash = ""
        state.collateral -= _PAIRS[trade.kind] * trade.taker.size
        for leg in trade.legs:
            _move_back(leg.gives, leg.gets)
            self.fees -= leg.fee
            self._fell(leg.gets[0])


def _move(gives: tuple[Purse, int], gets: tuple[Purse, int]) -> None:
    purse, amount = gives
    purse.matched -= amount
    purse.settled -= amount
    purse, amount = gets
    purse.settled += amount


def _move_back(gives: tuple[Purse, int], gets: tuple[Purse, int]) -> None:
    purse, amount = gives
    purse.matched += amount
    purse.settled += amount
    purse, amount = gets
    purse.settled -= amount
