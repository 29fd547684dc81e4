"""Steps and bands: as they are written in decks, and as they are kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crystalcall.minutes.rates.schedules import (
    ScheduleError,
    read_bands,
    read_hours,
    read_steps,
    schedule_from,
    schedule_text,
)
from crystalcall.minutes.rates.term_columns import figures_of, terms_from
from crystalcall.rules.money import MoneyError, micros_from_dollars
from crystalcall.rules.rating import PriceStep, RateTerms, RatingError, TimeBand

HOUR = 3600
DAY = 24 * HOUR


def test_steps_are_read_in_the_order_of_time():
    assert read_steps("60:0.02; 300 : 0.015", micros_from_dollars) == (PriceStep(60, 20_000), PriceStep(300, 15_000))


@pytest.mark.parametrize("text", ["60", "60:", ":0.02", "60;0.02", "-1:0.02", "1e3:0.02", "60:0.02;"])
def test_what_is_no_step_is_named(text):
    with pytest.raises(ScheduleError, match="is not a step such as"):
        read_steps(text, micros_from_dollars)


def test_a_price_that_is_no_price_is_named():
    with pytest.raises(MoneyError, match="'cheap' is not a number"):
        read_steps("60:cheap", micros_from_dollars)


@pytest.mark.parametrize(
    ("text", "ranges"),
    [
        ("Sat 00:00-Mon 00:00", ((5 * DAY, 7 * DAY),)),
        ("Fri 18:00 - Mon 08:00", ((4 * DAY + 18 * HOUR, 8 * HOUR),)),
        ("sun 00:00-24:00", ((6 * DAY, 7 * DAY),)),
        ("Mon-Tue 09:30-17:00", ((9 * HOUR + 1800, 17 * HOUR), (DAY + 9 * HOUR + 1800, DAY + 17 * HOUR))),
        ("Sat-Sun 20:00-08:00", ((5 * DAY + 20 * HOUR, 6 * DAY + 8 * HOUR), (6 * DAY + 20 * HOUR, 8 * HOUR))),
        ("Sun-Mon 10:00-11:00", ((6 * DAY + 10 * HOUR, 6 * DAY + 11 * HOUR), (10 * HOUR, 11 * HOUR))),
        ("Thu 20:00-00:00", ((3 * DAY + 20 * HOUR, 4 * DAY),)),
    ],
)
def test_parts_of_the_week_are_seconds_from_monday(text, ranges):
    assert read_hours(text) == ranges


@pytest.mark.parametrize("text", ["", "weekend", "Sat", "Sat 8:00-9:00", "Sat 25:00-26:00", "Sam 00:00-01:00"])
def test_what_is_no_part_of_the_week_is_named(text):
    with pytest.raises(ScheduleError, match="is not a part of the week"):
        read_hours(text)


@pytest.mark.parametrize("text", ["Sat 00:00-Sat 00:00", "Mon 00:00-Sun 24:00"])
def test_a_part_that_ends_where_it_begins_is_refused(text):
    with pytest.raises(ScheduleError, match="ends where it begins"):
        read_hours(text)


def test_a_time_after_midnight_is_refused():
    with pytest.raises(ScheduleError, match="there is no time 24:30"):
        read_hours("Sat 20:00-24:30")


def test_bands_carry_their_own_steps():
    (weekend, *nights) = read_bands(
        "Sat 00:00-Mon 00:00=0.01;Mon-Tue 20:00-22:00=0.015>60:0.01>300:0.005", micros_from_dollars
    )
    assert weekend == TimeBand(5 * DAY, 7 * DAY, 10_000)
    assert [band.minute_price_micros for band in nights] == [15_000, 15_000]
    assert nights[0].steps == (PriceStep(60, 10_000), PriceStep(300, 5_000))
    with pytest.raises(ScheduleError, match="is not a band"):
        read_bands("Sat 00:00-Mon 00:00", micros_from_dollars)


steps_strategy = st.lists(
    st.builds(PriceStep, st.integers(0, 100_000), st.integers(0, 10**8)), max_size=4, unique_by=lambda s: s.from_seconds
).map(lambda steps: tuple(sorted(steps, key=lambda step: step.from_seconds)))
bands_strategy = st.lists(st.integers(0, 7 * DAY), max_size=8, unique=True).flatmap(
    lambda edges: st.tuples(
        *(
            st.builds(TimeBand, st.just(begin), st.just(end), st.integers(0, 10**8), steps_strategy)
            for begin, end in zip(sorted(edges)[::2], sorted(edges)[1::2], strict=False)
        )
    )
)


@st.composite
def any_terms(draw):
    bands = draw(bands_strategy)
    return RateTerms(
        minute_price_micros=draw(st.integers(0, 10**8)),
        connect_fee_micros=draw(st.integers(0, 10**8)),
        first_increment_seconds=draw(st.integers(1, 3600)),
        next_increment_seconds=draw(st.integers(1, 3600)),
        minimum_charge_micros=draw(st.integers(0, 10**8)),
        free_up_to_seconds=draw(st.integers(0, 3600)),
        steps=draw(steps_strategy),
        bands=bands,
        time_zone=draw(st.sampled_from(["", "Europe/Moscow"])) if bands else "",
        cap_seconds=draw(st.integers(0, 100_000)),
    )


@given(any_terms())
def test_terms_come_back_from_their_columns_as_they_went(terms):
    assert terms_from(figures_of(terms)) == terms
    assert figures_of(terms_from(figures_of(terms))) == figures_of(terms)


def test_terms_without_steps_and_bands_keep_an_empty_column():
    assert figures_of(RateTerms(1))[-1] == ""
    assert schedule_from("") == ((), (), "")
    assert schedule_text((), (), "") == ""


@pytest.mark.parametrize("text", ["{}", "[]", "x", '{"bands":[[1]],"steps":[],"time_zone":""}'])
def test_a_column_that_was_tampered_with_is_refused(text):
    with pytest.raises((RatingError, ValueError)):
        schedule_from(text)
