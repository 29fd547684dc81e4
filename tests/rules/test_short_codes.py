"""A short code is told from a telephone number by its star, and by nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crystalcall.rules.numbering import MOST_ENTRIES, Number, read_e164, read_short_code


@pytest.mark.parametrize(("typed", "code"), [("*7", 7), ("7*", 7), ("*07", 7), ("*99", 99), ("10*", 10)])
def test_one_or_two_digits_with_a_star_before_or_after_are_a_code(typed, code):
    assert read_short_code(typed) == code


@pytest.mark.parametrize(
    "typed", ["", "*", "**", "*0", "*7*", "**7", "*123", "7", "*x", "* 7", "*²", "*٧", "#7", "*7 "]
)
def test_anything_else_is_none(typed):
    assert read_short_code(typed) == 0


@given(st.text(alphabet="0123456789*#+() -x٧", max_size=8))
def test_whatever_is_typed_gives_a_code_of_the_list_or_none_and_never_both_code_and_number(typed):
    code = read_short_code(typed)
    assert 0 <= code <= MOST_ENTRIES
    assert not (code and isinstance(read_e164(typed), Number))
