from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyterm.models.text import MAX_TEXT, clean

anything = st.text(st.characters(codec=None), max_size=400)


@given(anything)
def test_nothing_that_moves_a_terminal_is_left(text: str):
    cleaned = clean(text)
    assert not {unicodedata.category(char) for char in cleaned} & {
        "Cc",
        "Cf",
        "Cs",
        "Co",
        "Zl",
        "Zp",
    }
    assert len(cleaned) <= MAX_TEXT


@given(anything)
def test_cleaning_twice_changes_nothing(text: str):
    assert clean(clean(text)) == clean(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "[31mred[0m"),
        ("two\n\tlines  here ", "two lines here"),
        ("pay\u202egnp.exe", "paygnp.exe"),
        ("zero\u200bwidth", "zerowidth"),
        ("Will é win?", "Will é win?"),
        ("x" * 12, "xxxxxxxxx…"),
    ],
    ids=["escape", "white space", "direction override", "zero width", "accent", "long"],
)
def test_what_a_name_becomes(text: str, shown: str):
    assert clean(text, limit=10 if text.startswith("xx") else MAX_TEXT) == shown
