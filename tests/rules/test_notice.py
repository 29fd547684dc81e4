"""Ten full days lie between an announcement and its force, wherever the store is and whatever its clocks do."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crystalcall.rules.privacy.notice import earliest_in_force, first_midnight, in_force_at, midnight, postponed

ZONES = ("UTC", "Europe/Moscow", "America/New_York", "Asia/Kolkata", "Africa/Cairo", "Pacific/Apia", "America/Santiago")
moments = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone
zones = st.sampled_from(ZONES).map(ZoneInfo)


@pytest.mark.clause("C20")
@given(moments, st.integers(-5, 40), zones)
def test_a_notice_is_never_shorter_than_ten_times_24_hours_and_ends_at_a_midnight(announced_at, days, zone):
    due_at = earliest_in_force(announced_at, days, zone)
    assert due_at - announced_at >= timedelta(days=max(days, 10))
    # At most a day of rounding; where a day is skipped or clocks change, an hour or a day more.
    assert due_at - announced_at <= timedelta(days=max(days, 10) + 2, hours=1)
    local = due_at.astimezone(zone)
    assert local == midnight(local.date(), zone)


@given(moments, zones, st.integers(-30, 400))
def test_a_wished_day_is_kept_to_unless_it_is_too_soon(announced_at, zone, offset):
    wished = (announced_at + timedelta(days=offset)).date()
    due_at = in_force_at(announced_at, wished, 10, zone)
    assert due_at == max(earliest_in_force(announced_at, 10, zone), midnight(wished, zone))


@given(moments, zones, st.timedeltas(timedelta(days=-30), timedelta(days=30)))
def test_time_unseen_is_added_and_never_taken(due_at, zone, unseen):
    begins = first_midnight(due_at, zone)
    later = postponed(begins, unseen, zone)
    assert later >= begins
    assert later - begins >= unseen


@pytest.mark.parametrize(
    ("announced_at", "zone", "due_at"),
    [
        # A leap day is a day; a midnight that ends the tenth day exactly is kept.
        (datetime(2028, 2, 20, 0, 0, tzinfo=UTC), "UTC", datetime(2028, 3, 1, 0, 0, tzinfo=UTC)),
        (datetime(2028, 2, 20, 0, 1, tzinfo=UTC), "UTC", datetime(2028, 3, 2, 0, 0, tzinfo=UTC)),
        # Clocks go forward in New York on March 14: ten days of 24 hours end an hour after midnight, so a day later.
        (datetime(2027, 3, 10, 5, 0, tzinfo=UTC), "America/New_York", datetime(2027, 3, 21, 4, 0, tzinfo=UTC)),
        # In Cairo the clocks of April 30, 2027 jump at midnight: the day begins at its first hour that exists.
        (datetime(2027, 4, 19, 12, 0, tzinfo=UTC), "Africa/Cairo", datetime(2027, 4, 29, 22, 0, tzinfo=UTC)),
    ],
)
def test_days_are_counted_as_hours_and_rounded_up_to_the_stores_midnight(announced_at, zone, due_at):
    assert earliest_in_force(announced_at, 10, ZoneInfo(zone)) == due_at


def test_a_day_begins_where_the_store_is():
    assert midnight(date(2027, 1, 15), ZoneInfo("Europe/Moscow")) == datetime(2027, 1, 14, 21, 0, tzinfo=UTC)
