"""Rule R5: balances and fills, in whatever order they come to be known."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyterm.engine.balance import BELIEVED_AFTER_MS, Balance, Movement
from polyterm.models.enums import TradeStatus
from polyterm.models.ids import ChildId, TradeId

MINED_MS, FINAL_MS = 2_000, 10_000


def move(amount: int, number: int = 1, *, settled_ms: int | None = None) -> Movement:
    status = TradeStatus.MATCHED if settled_ms is None else TradeStatus.CONFIRMED
    key = (TradeId(f"t{number}"), ChildId("0x1"))
    return Movement(key, amount, status, settled_ms)


def opened(value: int = 100) -> Balance:
    balance = Balance()
    balance.read(value, 0, [])
    return balance


def owned(balance: Balance, movements: list[Movement]) -> int:
    return balance.agreed + sum(each.amount for each in balance.unseen(movements))


def test_a_reading_from_before_a_fill_does_not_undo_it() -> None:
    balance, fill = opened(), move(20)
    assert not balance.read(100, 1_000, [fill])
    assert owned(balance, [fill]) == 120


def test_a_reading_that_holds_an_unsettled_fill_does_not_count_it_twice() -> None:
    balance, fill = opened(), move(20)
    balance.read(120, 3_000, [fill])
    assert owned(balance, [fill]) == 120
    final = move(20, settled_ms=10_000)
    balance.read(120, 11_000, [final])
    assert (owned(balance, [final]), balance.disputed_ms) == (120, None)


def test_a_lagging_index_does_not_undo_a_final_fill_before_it_had_time_to_catch_up() -> None:
    balance, fill = opened(), move(20, settled_ms=500)
    for at_ms in range(1_000, BELIEVED_AFTER_MS, 5_000):
        assert not balance.read(100, at_ms, [fill])
        assert owned(balance, [fill]) == 120
        assert balance.safe == 100
    assert not balance.read(120, BELIEVED_AFTER_MS, [fill])
    assert (balance.agreed, balance.disputed_ms) == (120, None)


def test_a_fill_that_is_told_after_a_reading_that_holds_it_is_counted_twice_only_for_moments() -> (
    None
):
    balance = opened()
    balance.read(120, 20_000, [])
    assert balance.read(120, 20_000 + BELIEVED_AFTER_MS, [])
    asked_ms = 80_000
    told_late = move(20, settled_ms=20_000)
    assert not balance.read(120, asked_ms, [told_late])
    assert balance.read(120, asked_ms + BELIEVED_AFTER_MS, [told_late])
    assert owned(balance, [told_late]) == 120


@pytest.mark.parametrize("value", [70, 300])
def test_what_was_moved_elsewhere_is_believed_after_a_while(value: int) -> None:
    balance, fill = opened(), move(20, settled_ms=500)
    assert not balance.read(value, 1_000, [fill])
    assert balance.safe == min(value, 100)
    assert balance.read(value, 1_000 + BELIEVED_AFTER_MS, [fill])
    assert (balance.agreed, balance.unseen([fill])) == (value, [])


def test_a_fill_that_fails_after_it_was_in_the_balance_moves_it_back() -> None:
    balance, fill = opened(), move(20)
    balance.read(120, 3_000, [fill])
    failed = replace(fill, status=TradeStatus.FAILED, settled_ms=15_000)
    assert owned(balance, [failed]) == 100
    assert not balance.read(100, 16_000, [failed])
    assert (balance.agreed, balance.unseen([failed])) == (100, [])


def test_a_fill_that_fails_before_it_was_in_the_balance_never_moves_it() -> None:
    balance = opened()
    failed = replace(move(20), status=TradeStatus.FAILED, settled_ms=500)
    assert not balance.read(100, 1_000, [failed])
    assert owned(balance, [failed]) == 100


FILLS = st.lists(
    st.tuples(st.integers(0, 60_000), st.sampled_from((-20, -7, 5, 13, 40))), max_size=8
)
READS = st.lists(st.tuples(st.integers(0, 90_000), st.integers(0, 25_000)), max_size=30)


@given(fills=FILLS, reads=READS)
def test_what_is_owned_is_always_the_truth_however_late_the_index_is(
    fills: list[tuple[int, int]], reads: list[tuple[int, int]]
) -> None:
    """Balances move when a trade is mined, are read with a lag, and fills are final later."""
    balance, believed = opened(1_000), False
    for at_ms, lag_ms in sorted(reads):
        known = [
            move(amount, number, settled_ms=_final(made_ms, at_ms))
            for number, (made_ms, amount) in enumerate(fills)
            if made_ms <= at_ms
        ]
        mined = (amount for made_ms, amount in fills if made_ms + MINED_MS <= at_ms - lag_ms)
        believed |= balance.read(1_000 + sum(mined), at_ms, known)
        if not (believed or _is_ambiguous(fills)):
            truth = 1_000 + sum(amount for made_ms, amount in fills if made_ms <= at_ms)
            assert owned(balance, known) == truth
        assert balance.safe <= balance.latest


def _final(made_ms: int, now_ms: int) -> int | None:
    return made_ms + FINAL_MS if made_ms + FINAL_MS <= now_ms else None


def _is_ambiguous(fills: list[tuple[int, int]]) -> bool:
    """Whether different fills add up to the same, so that an amount does not tell them apart."""
    sums: set[int] = set()
    for subset in range(1, 2 ** len(fills)):
        total = sum(amount for bit, (_, amount) in enumerate(fills) if subset >> bit & 1)
        if total in sums or total == 0:
            return True
        sums.add(total)
    return False
