"""The braille chart."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from polyterm.widgets.curve import braille_lines

HILL = ((0.0, 0.0), (0.5, 1.0), (1.0, 0.0))


def test_a_hill_is_high_in_the_middle_and_stands_on_the_zero_line() -> None:
    top, *_, bottom = braille_lines(HILL, width=20, height=5)
    assert 8 <= next(x for x, char in enumerate(top) if char != " ") <= 10
    assert top.strip()
    assert "─" in bottom


def test_the_zero_line_is_inside_where_the_curve_falls_below() -> None:
    lines = braille_lines(((0.0, 1.0), (1.0, -1.0)), width=10, height=5)
    assert ["─" in line for line in lines].index(True) == 2


@given(
    st.lists(st.floats(-1, 1, allow_nan=False), min_size=2, max_size=40),
    st.integers(1, 60),
    st.integers(1, 20),
)
def test_it_always_has_the_size_asked_for(ys: list[float], width: int, height: int) -> None:
    points = tuple((float(x), y) for x, y in enumerate(ys))
    lines = braille_lines(points, width, height)
    assert len(lines) == height
    assert {len(line) for line in lines} == {width}


def test_too_few_points_draw_nothing() -> None:
    assert braille_lines(((0.0, 1.0),), 10, 5) == ()
