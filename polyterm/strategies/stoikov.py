"""Stoikov's micro-price: the mid, and by how much imbalance has moved it before.

Stoikov 2018 (`execution.md` 2): states are an imbalance bucket and a spread; from how the mid moved
between them follows G, the expected end of its next moves. Fitted from a recording, kept as a table
of ticks. An estimate of a few seconds, never a forecast.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise

from polyterm.models.book import BookTop
from polyterm.models.money import Price

Table = tuple[tuple[float, ...], ...]
"""Ticks from the mid: rows by spread, from one tick up; in a row by imbalance, asks heavy first."""
_Matrix = list[list[float]]
_ROUNDS = 6
"""Later moves of the mid add nothing that the data could tell apart."""


def fit(tops: Iterable[BookTop], tick: Price, buckets: int = 6, spreads: int = 3) -> Table:
    """What `estimate` takes: a row a spread, up to that many ticks, and in it a number a bucket.

    Every step counts a second time with the sides exchanged, so the table is antisymmetric.
    """
    usable = [top for top in tops if top.is_usable]
    kinds = buckets * spreads
    stays = [[0.0] * kinds for _ in range(kinds)]
    moves = [[0.0] * kinds for _ in range(kinds)]
    jumps: defaultdict[int, float] = defaultdict(float)
    for before, after in pairwise(usable):
        jump = (_mid(after) - _mid(before)) / tick
        for start, end, by in _both_ways(before, after, jump, tick, buckets, spreads):
            (moves if jump else stays)[start][end] += 1
            jumps[start] += by
    found = _expected_moves(stays, moves, [jumps[kind] for kind in range(kinds)])
    return tuple(tuple(found[row : row + buckets]) for row in range(0, kinds, buckets))


def estimate(top: BookTop, tick: Price, table: Table) -> float | None:
    """The micro-price by a fitted table, in price units; nothing on a book that is not usable."""
    if not top.is_usable:
        return None
    buckets = len(table[0])
    spread, bucket = divmod(_kind(top, tick, buckets, len(table)), buckets)
    return _mid(top) + table[spread][bucket] * tick


def _mid(top: BookTop) -> float:
    return (top.bids[0].price + top.asks[0].price) / 2


def _both_ways(
    before: BookTop, after: BookTop, jump: float, tick: Price, buckets: int, spreads: int
) -> Iterable[tuple[int, int, float]]:
    start, end = (_kind(top, tick, buckets, spreads) for top in (before, after))
    yield start, end, jump
    yield _mirrored(start, buckets), _mirrored(end, buckets), -jump


def _kind(top: BookTop, tick: Price, buckets: int, spreads: int) -> int:
    bid, ask = top.bids[0], top.asks[0]
    bucket = min(int(bid.size / (bid.size + ask.size) * buckets), buckets - 1)
    spread = min((ask.price - bid.price) // tick, spreads) - 1
    return max(spread, 0) * buckets + bucket


def _mirrored(kind: int, buckets: int) -> int:
    spread, bucket = divmod(kind, buckets)
    return spread * buckets + buckets - 1 - bucket


def _expected_moves(stays: _Matrix, moves: _Matrix, jumps: list[float]) -> list[float]:
    """G = g1 + B g1 + B^2 g1 ..., g1 = (1-Q)^-1 R1 K, B = (1-Q)^-1 R2."""
    kinds = range(len(jumps))
    seen = [sum(stays[kind]) + sum(moves[kind]) or 1.0 for kind in kinds]
    waiting = [[float(i == j) - stays[i][j] / seen[i] for j in kinds] for i in kinds]
    moving = [[moves[i][j] / seen[i] for j in kinds] for i in kinds]
    step = _solved(waiting, [jumps[kind] / seen[kind] for kind in kinds])
    total = list(step)
    for _ in range(_ROUNDS - 1):
        ahead = [sum(moving[i][j] * step[j] for j in kinds) for i in kinds]
        step = _solved(waiting, ahead)
        total = [sum_ + more for sum_, more in zip(total, step, strict=True)]
    return total


def _solved(matrix: _Matrix, right: list[float]) -> list[float]:
    """Solve by elimination; a state that was never left moves nothing."""
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    count = len(rows)
    for column in range(count):
        best = max(range(column, count), key=lambda row: abs(rows[row][column]))
        rows[column], rows[best] = rows[best], rows[column]
        pivot = rows[column][column]
        if abs(pivot) < _NOTHING:
            rows[column] = [0.0] * column + [1.0] + [0.0] * (count - column)
            continue
        rows[column] = [value / pivot for value in rows[column]]
        _cleared(rows, column)
    return [row[-1] for row in rows]


def _cleared(rows: _Matrix, column: int) -> None:
    for index, row in enumerate(rows):
        factor = row[column]
        if index != column and factor:
            rows[index] = [a - factor * b for a, b in zip(row, rows[column], strict=True)]


_NOTHING = 1e-12
