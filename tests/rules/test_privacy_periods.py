"""Lengths of time by the calendar: never longer than promised, never shorter."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crystalcall.rules.privacy.periods import Period

MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis wants them naive
PERIODS = st.builds(Period, months=st.integers(0, 130), days=st.integers(0, 400))


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2026-11-23T10:00", 18, "2028-05-23T10:00"),
        ("2026-01-31T00:00", 1, "2026-02-28T00:00"),
        ("2028-02-29T00:00", 12, "2029-02-28T00:00"),
        ("2026-11-23T00:00", 84, "2033-11-23T00:00"),
    ],
)
def test_months_are_those_of_the_calendar(start, months, end):
    assert Period(months=months).end(at(start)) == at(end)


@given(MOMENTS, st.integers(1, 130), MOMENTS)
def test_exactly_what_began_before_the_beginning_is_over(start, months, now):
    period = Period(months=months)
    if start < period.begin(now):
        assert period.end(start) <= now
    if period.end(start) < now:
        assert start < period.begin(now) or start.day > 27


@given(MOMENTS, PERIODS)
def test_it_never_lasts_longer_than_the_most_days(start, period):
    assert timedelta() <= period.end(start) - start <= timedelta(days=period.most_days)


@given(MOMENTS, PERIODS)
def test_what_ends_now_began_no_later_than_its_beginning_says(now, period):
    assert abs(period.begin(period.end(now)) - now) <= timedelta(days=3)


def test_the_promises_of_the_shop_in_days():
    assert [Period(months=months).most_days for months in (12, 18, 24, 84, 120)] == [366, 550, 731, 2557, 3653]
    assert Period(days=30).most_days == 30
