"""Which terms make sense, and that senseless ones cannot be made."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rating_by_hand import any_terms, band_seconds, week_seconds

from crystalcall.rules.rating import (
    WEEK_SECONDS,
    PriceStep,
    RateTerms,
    RatingError,
    TimeBand,
    affordable_seconds,
    allowance_to_hold,
    charge,
    itemize,
    quote,
)

DAY = 24 * 3600


TERMS = RateTerms(1, bands=(TimeBand(0, 1, 1),), time_zone="UTC")
FIGURES = [name for name in RateTerms.__slots__ if isinstance(getattr(TERMS, name), int)]


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_of_the_terms_is_a_whole_number_from_its_least_up(name):
    for wrong in (-1, 1.5, True, "1", None):
        with pytest.raises(RatingError):
            replace(TERMS, **{name: wrong})


@pytest.mark.parametrize("name", ["first_increment_seconds", "next_increment_seconds"])
def test_an_increment_of_no_seconds_cannot_be_made(name):
    with pytest.raises(RatingError):
        replace(RateTerms(1), **{name: 0})


@pytest.mark.parametrize(
    "wrong", [(-1, 1), (1, -1), (1.0, 1), (1, 1.0)], ids=["before the call", "below zero", "part of a second", "part"]
)
def test_a_senseless_step_cannot_be_made(wrong):
    with pytest.raises(RatingError):
        PriceStep(*wrong)


@pytest.mark.parametrize("begins", [(60, 60), (120, 60)])
def test_steps_stand_in_the_order_of_time(begins):
    steps = tuple(PriceStep(begin, 1) for begin in begins)
    with pytest.raises(RatingError, match="stands after"):
        RateTerms(1, steps=steps)
    with pytest.raises(RatingError, match="stands after"):
        TimeBand(0, 10, 1, steps)


@pytest.mark.parametrize(
    "wrong",
    [(0, 0, 1), (5, 5, 1), (WEEK_SECONDS, 5, 1), (0, WEEK_SECONDS + 1, 1), (-1, 5, 1), (0, 5, -1), (0, 5.0, 1)],
)
def test_a_senseless_band_cannot_be_made(wrong):
    with pytest.raises(RatingError):
        TimeBand(*wrong)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((0, 100), (99, 200)),
        ((WEEK_SECONDS - 10, 10), (5, 20)),
        ((WEEK_SECONDS - 10, 10), (0, WEEK_SECONDS)),
        ((6 * DAY, DAY), (5 * DAY, 6 * DAY + 1)),
        ((7, 8), (7, 8)),
    ],
)
def test_bands_that_overlap_cannot_be_made(one, other):
    for pair in ((one, other), (other, one)):
        with pytest.raises(RatingError, match="two bands"):
            RateTerms(1, bands=tuple(TimeBand(*each, 1) for each in pair))


def test_bands_may_touch_and_fill_the_week():
    bands = (TimeBand(5 * DAY, DAY, 1), TimeBand(DAY, 2 * DAY, 2), TimeBand(2 * DAY, 5 * DAY, 3))
    terms = RateTerms(99, bands=bands, time_zone="Europe/Moscow")
    for day, price in enumerate([1, 2, 3, 3, 3, 1, 1]):
        (part,) = itemize(60, terms, week_second=day * DAY)
        assert part.minute_price_micros == price


def test_a_zone_without_bands_is_a_mistake():
    with pytest.raises(RatingError, match="zone"):
        RateTerms(1, time_zone="UTC")


@given(any_terms(), week_seconds)
def test_no_second_of_the_week_lies_in_two_bands(terms, second):
    assert sum(second in band_seconds(band) for band in terms.bands) <= 1


BANDED = RateTerms(1, bands=(TimeBand(0, 10, 1),))


@pytest.mark.parametrize("question", [charge, affordable_seconds, quote])
@pytest.mark.parametrize("seconds", [(), (0,), (0, WEEK_SECONDS), (0, -1)], ids=["none", "too few", "over", "below"])
def test_bands_are_not_priced_without_the_second_of_the_week(question, seconds):
    with pytest.raises(RatingError, match="of the week"):
        question(60, (RateTerms(1), BANDED), week_seconds=seconds)
    question(60, (RateTerms(1), BANDED), week_seconds=(0, 5))


def test_senseless_questions_are_refused():
    terms = (RateTerms(1),)
    for question in (charge, affordable_seconds, quote, allowance_to_hold):
        with pytest.raises(RatingError):
            question(1, ())
        with pytest.raises(RatingError):
            question(1, terms, allowance_seconds=-1)
    for question in (charge, allowance_to_hold):
        with pytest.raises(RatingError):
            question(-1, terms)
    for question in (affordable_seconds, quote):
        with pytest.raises(RatingError):
            question(1, terms, cap_seconds=-1)
    for wrong in ((-1, 0), (1, -1)):
        with pytest.raises(RatingError):
            itemize(wrong[0], terms[0], allowance_seconds=wrong[1])
    with pytest.raises(RatingError):
        itemize(1, BANDED, week_second=WEEK_SECONDS)


@given(st.integers(1, 300), st.integers(1, 120))
def test_a_band_that_begins_within_an_increment_counts_from_the_next(first, following):
    """The band opens one second after the answer; the first increment keeps its price to its end."""
    terms = RateTerms(100, 0, first, following, bands=(TimeBand(1, WEEK_SECONDS, 7),))
    parts = itemize(first + 1, terms)
    assert [(part.seconds, part.minute_price_micros) for part in parts] == [(first, 100), (following, 7)]
