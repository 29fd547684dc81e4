"""Money is exact or refused."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crystalcall.rules.money import (
    MICROS_PER_CENT,
    MICROS_PER_DOLLAR,
    MoneyError,
    cents_exact,
    dollars_from_micros,
    micros_from_dollars,
)


@pytest.mark.parametrize(
    ("dollars", "micros"),
    [
        ("0", 0),
        ("0.0106", 10_600),
        ("999.99", 999_990_000),
        ("1560", 1_560_000_000),
        ("0.000001", 1),
        (" 2.50 ", 2_500_000),
        (".5", 500_000),
        ("1E-04", 100),
        (Decimal("0.10"), 100_000),
        (7, 7_000_000),
    ],
)
def test_dollars_become_micros_without_loss(dollars, micros):
    assert micros_from_dollars(dollars) == micros


@pytest.mark.parametrize(
    ("dollars", "why"),
    [
        ("0.0000001", "finer"),
        ("1E-7", "finer"),
        ("", "not a number"),
        ("abc", "not a number"),
        ("1,560.00", "not a number"),
        ("0,25", "not a number"),
        ("NaN", "not a number"),
        ("Infinity", "not a number"),
        ("1_000", "not a number"),
        ("٣", "not a number"),
        ("$1", "not a number"),
        ("-0.01", "negative"),
        ("1e99", "more than"),
        ("0." + "0" * 40 + "1", "at most 27"),
        (Decimal("1.0000000000000000000000000001"), "too many digits"),
        (Decimal("NaN"), "not a number"),
        (0.1, "not text"),
        (True, "not text"),
    ],
)
def test_what_is_not_exact_money_is_refused_with_the_reason(dollars, why):
    with pytest.raises(MoneyError, match=why):
        micros_from_dollars(dollars)


def test_a_correction_may_be_negative_where_that_is_said():
    assert micros_from_dollars("-0.25", negative_allowed=True) == -250_000


@given(st.integers(-(10**15), 10**15))
def test_micros_to_dollars_and_back_changes_nothing(micros):
    assert micros_from_dollars(dollars_from_micros(micros), negative_allowed=True) == micros
    assert micros_from_dollars(f"{dollars_from_micros(micros):f}", negative_allowed=True) == micros


@given(st.integers(0, 10**12))
def test_whole_cents_are_exact(cents):
    assert cents_exact(cents * MICROS_PER_CENT) == cents


def test_a_part_of_a_cent_is_no_amount_for_a_card():
    with pytest.raises(MoneyError, match="whole number of cents"):
        cents_exact(MICROS_PER_DOLLAR + 1)
