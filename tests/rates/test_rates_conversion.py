"""Decks in other money: exact, rounded up to a micro, and as stated."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crystalcall.minutes.rates.conversion import IN_DOLLARS, Conversion, ConversionError
from crystalcall.rules.money import MoneyError


def test_an_amount_is_rounded_up_to_a_micro():
    euros = Conversion("EUR", Decimal("1.0832"))
    assert euros.micros("0.01") == 10_832
    assert euros.micros("0.012345678") == 13_373
    assert euros.micros("0") == 0
    assert euros.micros("2") == 2_166_400


@given(st.decimals("0", "1000", places=7), st.decimals("0.000000001", "1000", places=9))
def test_a_conversion_never_loses_and_never_adds_a_whole_micro(amount, rate):
    exact = Fraction(amount) * Fraction(rate) * 1_000_000
    micros = Conversion("EUR", rate).micros(f"{amount:f}")
    assert exact <= micros < exact + 1


@pytest.mark.parametrize("text", ["", "x", "1,5", "1e3", "٣", "1.2.3", "Infinity", "$1"])
def test_what_is_no_amount_is_named_with_its_money(text):
    with pytest.raises(MoneyError, match="is not a number of EUR"):
        Conversion("EUR", Decimal(1)).micros(text)


def test_a_negative_amount_is_refused():
    with pytest.raises(MoneyError, match="-1 is negative"):
        Conversion("EUR", Decimal(1)).micros("-1")


def test_dollars_stay_exact():
    assert IN_DOLLARS.micros("0.000001") == 1
    with pytest.raises(MoneyError, match="finer than a millionth"):
        IN_DOLLARS.micros("0.0000001")


@pytest.mark.parametrize(
    ("currency", "rate", "words"),
    [
        ("euro", "1.1", "three letters"),
        ("eur", "1.1", "three letters"),
        ("EUR", "0", "cannot be worth"),
        ("EUR", "-1", "cannot be worth"),
        ("EUR", "1001", "cannot be worth"),
        ("EUR", "NaN", "cannot be worth"),
        ("EUR", "1.0000000001", "more than 9 decimals"),
        ("USD", "1.1", "a dollar is worth a dollar"),
    ],
)
def test_a_senseless_conversion_is_refused(currency, rate, words):
    with pytest.raises(ConversionError, match=words):
        Conversion(currency, Decimal(rate))
