"""What somebody wrote is one line, and moves nothing on a terminal."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crystalcall.rules.privacy.printable import printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Anna Hale", "Anna Hale"),
        ("Анна Орлова-Д’Арк 🙂", "Анна Орлова-Д’Арк 🙂"),
        ("a\x1b[2J", "a\\x1b[2J"),
        ("a\r\nb\tc", "a\\x0d\\x0ab\\x09c"),
        ("a\x9b31m", "a\\x9b31m"),
        ("evil\u202egnp", "evil\\u202egnp"),
        ("line\u2028line", "line\\u2028line"),
        ("\U000e0041", "\U000e0041"),
        ("\U0010ffff", "\\U0010ffff"),
    ],
    ids=["plain", "letters", "escape", "breaks", "c1", "turned", "separator", "tag", "private"],
)
def test_what_cannot_be_seen_is_shown_as_its_code(text, shown):
    assert printable(text) == shown


@given(st.text())
def test_nothing_printable_is_a_control_or_a_break_and_it_is_said_once(text):
    shown = printable(text)
    assert shown.splitlines() in ([], [shown])
    assert not any(unicodedata.category(each) in {"Cc", "Cs", "Zl", "Zp"} for each in shown)
    assert printable(shown) == shown
