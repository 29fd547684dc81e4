import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crystalcall.hall import format as figures

NBSP = "\u00a0"


@pytest.mark.parametrize(
    ("micros", "english", "russian"),
    [
        (21_000, "2.1¢", "2,1 ¢"),
        (3_000, "0.3¢", "0,3 ¢"),
        (123_450, "12.345¢", "12,345 ¢"),
        (999_999, "99.9999¢", "99,9999 ¢"),
        (1_000_000, "$1.00", "1,00 $"),
        (4_998_000, "$4.998", "4,998 $"),
        (0, "0¢", "0 ¢"),
    ],
)
def test_a_minute_price_is_said_exactly_in_each_language(micros, english, russian):
    assert figures.cents(micros, "en") == english
    assert figures.cents(micros, "ru") == russian.replace(" ", NBSP)


def test_amounts_show_their_cents_and_no_more_than_they_have():
    assert figures.dollars(20_000_000, "en") == "$20.00"
    assert figures.dollars(9_979_000, "en") == "$9.979"
    assert figures.dollars(1, "ru") == f"0,000001{NBSP}$"
    assert figures.dollars(-500_000, "en") == "−$0.50"


def test_the_face_of_a_credit_has_no_cents_unless_it_has_some():
    assert figures.credit(10_000_000, "en") == "$10"
    assert figures.credit(10_000_000, "ru") == f"10{NBSP}$"
    assert figures.credit(2_500_000, "en") == "$2.50"


@pytest.mark.parametrize(
    ("low", "high", "english", "russian"),
    [
        (37_000, 482_000, "3.7–48.2¢", "3,7–48,2 ¢"),
        (800_000, 1_200_000, "80¢–$1.20", "80 ¢–1,20 $"),
        (1_100_000, 1_200_000, "$1.10–1.20", "1,10–1,20 $"),
    ],
)
def test_prices_of_several_areas_are_said_as_one_range(low, high, english, russian):
    assert figures.cents_range(low, high, "en") == english
    assert figures.cents_range(low, high, "ru") == russian.replace(" ", NBSP)


@pytest.mark.clause("C25")
@pytest.mark.parametrize(
    ("number", "english", "russian"),
    [
        (1, "1 minute", "1 минута"),
        (2, "2 minutes", "2 минуты"),
        (5, "5 minutes", "5 минут"),
        (11, "11 minutes", "11 минут"),
        (21, "21 minutes", "21 минута"),
        (1190, "1,190 minutes", "1 190 минут"),
    ],
)
def test_minutes_take_the_plural_of_their_language(number, english, russian):
    assert figures.minutes(number, "en") == english.replace(" ", NBSP)
    assert figures.minutes(number, "ru") == russian.replace(" ", NBSP)


def test_lengths_of_time_are_said_to_the_second():
    assert figures.duration(45, "en") == f"45{NBSP}s"
    assert figures.duration(60, "en") == f"1{NBSP}min"
    assert figures.duration(750, "ru") == f"12{NBSP}мин{NBSP}30{NBSP}с"


def test_moments_name_their_zone_and_leave_the_seconds_out():
    moment = dt.datetime(2026, 11, 23, 8, 30, 30, tzinfo=dt.UTC)
    assert figures.moment(moment, "en") == f"November 23, 2026, 8:30{NBSP}AM UTC"
    assert figures.moment(moment, "ru").replace(NBSP, " ") == "23 ноября 2026 г., 08:30 UTC"
    assert figures.date(moment, "ru").replace(NBSP, " ") == "23 ноября 2026 г."


@pytest.mark.clause("C25")
@given(st.integers(min_value=0, max_value=10**12))
def test_no_language_ever_changes_an_amount(micros):
    english, russian = figures.dollars(micros, "en"), figures.dollars(micros, "ru")
    assert _digits(english) == _digits(russian)


def _digits(said: str) -> str:
    return "".join(character for character in said if character.isdigit())
