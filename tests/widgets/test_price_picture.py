from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from polyterm.widgets.price_picture import LABEL_WIDTH, Prices, Stay, picture
from polyterm.widgets.price_trail import Look

PRICES = Prices(
    looks=tuple(
        Look(second * 1_000, 5_500, 5_600, 5_550.0, 5_450.0, 5_650.0) for second in range(20)
    ),
    every_ms=1_000,
    stays=(Stay(0, 9_000, 5_500), Stay(10_000, 20_000, 5_400)),
    from_ms=0,
    to_ms=20_000,
    tick=100,
)


def test_each_price_has_a_mark_of_its_own_at_its_label() -> None:
    assert picture(PRICES, LABEL_WIDTH + 20, 9) == (
        "   0.57                     ",
        "        ░░░░░░░░░░░░░░░░░░░░",
        "   0.56 ▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔",
        "        ····················",
        "   0.55 ━━━━━━━━━━▁▁▁▁▁▁▁▁▁▁",
        "        ░░░░░░░░░░░░░░░░░░░░",
        "   0.54           ━━━━━━━━━━",
        "                            ",
        "   0.53                     ",
    )


def test_a_wide_range_takes_coarser_lines_with_labels_on_the_grid() -> None:
    wide = replace(PRICES, stays=(Stay(0, 20_000, 2_000),))
    lines = picture(wide, LABEL_WIDTH + 20, 9)
    assert any("━" in line and line.startswith("   0.20") for line in lines)
    assert all(len(line) == LABEL_WIDTH + 20 for line in lines)


def test_what_was_not_seen_is_left_blank() -> None:
    late = replace(PRICES, looks=PRICES.looks[10:], stays=())
    for line in picture(late, LABEL_WIDTH + 20, 9):
        assert line[LABEL_WIDTH : LABEL_WIDTH + 9].strip() == ""
    lost = replace(PRICES, looks=PRICES.looks[:5], stays=())
    for line in picture(lost, LABEL_WIDTH + 20, 9):
        assert line[-10:].strip() == ""


def test_nothing_seen_or_no_room_is_no_picture() -> None:
    assert picture(replace(PRICES, looks=(), stays=()), 60, 9) == ()
    assert picture(PRICES, 10, 9) == ()
    assert picture(PRICES, 60, 2) == ()


@given(
    prices=st.lists(st.integers(1, 9_999), min_size=1, max_size=30),
    tick=st.sampled_from([1000, 100, 50, 25, 10, 1]),
    width=st.integers(12, 80),
    height=st.integers(3, 20),
    span=st.integers(0, 100_000),
)
def test_any_prices_fit_any_room(
    prices: list[int], tick: int, width: int, height: int, span: int
) -> None:
    looks = tuple(Look(n * 1_000, p, p, float(p), p - 10.0, p + 10.0) for n, p in enumerate(prices))
    drawn = Prices(looks, 1_000, (Stay(0, span, prices[0]),), 0, span, tick)
    lines = picture(drawn, width, height)
    assert len(lines) == height
    assert {len(line) for line in lines} == {width}
    assert any("━" in line for line in lines)
