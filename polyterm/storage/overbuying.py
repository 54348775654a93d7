"""Rule R4 in the transaction that inserts a child: neither its order nor its funds are exceeded."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from polyterm.engine.records import ChildRecord, Cover
from polyterm.engine.store import OverfillError, StoreError, UncoveredError
from polyterm.models.enums import Side
from polyterm.models.money import SIZE_STEP, format_dollars, format_units, notional_up
from polyterm.storage import schema

DOLLAR_STEP = 1_000
"""Rounding that is let pass, in millionths of a dollar: each child's share of a fee is rounded."""
_STATED_MS = 600_000
"""How long after its end a child may have matched shares whose trades were not seen yet."""

_ENDED = "('FILLED', 'CANCELLED', 'EXPIRED', 'REJECTED', 'NEVER_LANDED')"

_EXPOSURE = f"""
    SELECT p.target, COALESCE(SUM(
        CASE
            WHEN c.status IN {_ENDED} THEN MAX(c.matched, f.all_traded) - f.voided
            ELSE MAX(c.size, f.all_traded) - f.voided
        END), 0)
    FROM parents p
    LEFT JOIN children c ON c.order_id = p.order_id
    LEFT JOIN (
        SELECT c2.child_id AS child_id,
               COALESCE(SUM(f2.size), 0) AS all_traded,
               COALESCE(SUM(CASE WHEN f2.status = 'FAILED' THEN f2.size END), 0) AS voided
        FROM children c2 LEFT JOIN fills f2 ON f2.child_id = c2.child_id
        WHERE c2.order_id = ?1
        GROUP BY c2.child_id
    ) f ON f.child_id = c.child_id
    WHERE p.order_id = ?1
    GROUP BY p.order_id
"""  # noqa: S608 - made of constants
"""Target of a parent, and the shares that its children have or may yet get."""

_AT_WORK = f"""
    SELECT c.price AS price, c.size AS size, c.fee_reserve AS fee_reserve, MAX(
        CASE WHEN c.status IN {_ENDED} THEN c.matched ELSE MAX(c.size, c.matched) END
        - COALESCE((SELECT SUM(f.size) FROM fills f WHERE f.child_id = c.child_id), 0), 0) AS rest
    FROM children c
    WHERE c.side = :side AND IFNULL(c.ended_ms, {schema.NOT_YET}) >= :stated_ms
      AND (:token_id IS NULL OR c.token_id = :token_id)
"""  # noqa: S608 - made of constants
_UNSEEN = f"""
    FROM fills f
    WHERE f.side = :side AND f.status != 'FAILED'
      AND IFNULL(f.settled_ms, {schema.NOT_YET}) >= :asked_ms
      AND (:token_id IS NULL OR f.token_id = :token_id)
"""

_DOLLARS = f"""
    SELECT COALESCE((SELECT SUM(
            (price * rest + 9999) / 10000 + (fee_reserve * rest + size - 1) / size
        ) FROM ({_AT_WORK})), 0)
        + COALESCE((SELECT SUM((f.price * f.size + 9999) / 10000 + f.fee) {_UNSEEN}), 0)
"""  # noqa: S608 - made of constants
_SHARES = f"""
    SELECT COALESCE((SELECT SUM(rest) FROM ({_AT_WORK})), 0)
        + COALESCE((SELECT SUM(f.size) {_UNSEEN}), 0)
"""  # noqa: S608 - made of constants


@dataclass(frozen=True, slots=True)
class _Means:
    """What a side pays with."""

    promised: str
    """Statement that sums what open children, and fills that the balance may not show, take."""
    step: int
    of_one_token: bool
    cost: Callable[[ChildRecord], int]
    words: Callable[[int], str]


_MEANS = {
    Side.BUY: _Means(
        promised=_DOLLARS,
        step=DOLLAR_STEP,
        of_one_token=False,
        cost=lambda child: notional_up(child.price, child.size) + child.fee_reserve,
        words=format_dollars,
    ),
    Side.SELL: _Means(
        promised=_SHARES,
        step=SIZE_STEP,
        of_one_token=True,
        cost=lambda child: child.size,
        words=lambda shares: f"{format_units(shares)} shares",
    ),
}


def refusal(
    connection: sqlite3.Connection, child: ChildRecord, cover: Cover | None
) -> StoreError | None:
    """Why a child may not be inserted, inside the transaction that would; nothing where it may."""
    row = connection.execute(_EXPOSURE, (child.order_id,)).fetchone()
    if row is None:
        return StoreError(f"order {child.order_id} is not in the journal")
    target, exposure = row
    if exposure + child.size > target + SIZE_STEP:
        return OverfillError(
            f"{format_units(child.size)} shares more would exceed the order's size of "
            f"{format_units(target)}: {format_units(exposure)} are filled or at work"
        )
    return _uncovered(connection, child, cover) if cover is not None else None


def _uncovered(
    connection: sqlite3.Connection, child: ChildRecord, cover: Cover
) -> StoreError | None:
    means = _MEANS[child.side]
    where = {
        "side": child.side.value,
        "token_id": child.token_id if means.of_one_token else None,
        "asked_ms": cover.asked_ms,
        "stated_ms": cover.asked_ms - _STATED_MS,
    }
    promised: int = connection.execute(means.promised, where).fetchone()[0]
    cost = means.cost(child)
    if promised + cost <= cover.amount + means.step:
        return None
    return UncoveredError(
        f"it takes {means.words(cost)}, and of the {means.words(cover.amount)} that are there "
        f"{means.words(promised)} are promised to other children"
    )
