"""Where in its week a call is answered, and by which clock."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crystalcall.minutes.rates import zones
from crystalcall.minutes.rates.zones import is_zone, week_second, zone_of_country

DAY = 86_400
LEAST, MOST = datetime.fromisoformat("2000-01-01"), datetime.fromisoformat("2050-01-01")


def test_the_week_begins_on_monday_at_midnight_of_the_zone():
    monday = datetime(2026, 11, 23, tzinfo=UTC)
    assert week_second(monday, "UTC") == 0
    assert week_second(monday, "Europe/Moscow") == 3 * 3600
    assert week_second(monday, "America/New_York") == 6 * DAY + 19 * 3600
    assert week_second(datetime(2026, 11, 29, 23, 59, 59, 999_999, tzinfo=UTC), "UTC") == 7 * DAY - 1


def test_a_zone_of_half_hours_is_counted_as_its_clocks_show():
    assert week_second(datetime(2026, 11, 23, 0, 0, 7, tzinfo=UTC), "Asia/Kolkata") == 5 * 3600 + 30 * 60 + 7


def test_summer_time_moves_the_hour():
    assert week_second(datetime(2026, 7, 6, 12, tzinfo=UTC), "Europe/Berlin") == 14 * 3600
    assert week_second(datetime(2026, 1, 5, 12, tzinfo=UTC), "Europe/Berlin") == 13 * 3600


def test_an_empty_zone_is_the_stores(monkeypatch):
    class Shop:
        store_time_zone = "Asia/Tokyo"

    monkeypatch.setattr(zones, "current", Shop)
    assert week_second(datetime(2026, 11, 23, tzinfo=UTC), "") == 9 * 3600


@given(st.datetimes(LEAST, MOST, timezones=st.just(UTC)))
def test_every_moment_lies_in_the_week_whatever_zone_it_is_told_in(at):
    second = week_second(at, "America/St_Johns")
    assert 0 <= second < 7 * DAY
    assert week_second(at.astimezone(ZoneInfo("Asia/Tokyo")), "America/St_Johns") == second


def test_a_time_without_a_zone_and_a_zone_without_a_clock_are_refused():
    with pytest.raises(ValueError, match="no place in a week"):
        week_second(datetime.fromisoformat("2026-11-23"), "UTC")
    with pytest.raises(ValueError, match="Mars"):
        week_second(datetime(2026, 11, 23, tzinfo=UTC), "Mars/Olympus")


@pytest.mark.parametrize("name", ["", "Europe", "Mars/Olympus", "../zoneinfo/UTC", "/etc/passwd", "zone.tab", "UTC\0"])
def test_what_names_no_zone_is_none(name):
    assert not is_zone(name)


@pytest.mark.parametrize("name", ["UTC", "Europe/Moscow", "America/Argentina/Buenos_Aires"])
def test_a_name_of_the_database_is_a_zone(name):
    assert is_zone(name)


@pytest.mark.parametrize(
    ("iso2", "zone"),
    [
        ("FR", "Europe/Paris"),
        ("JP", "Asia/Tokyo"),
        ("DE", "Europe/Berlin"),
        ("KZ", "Asia/Almaty"),
        ("RU", ""),
        ("US", ""),
        ("CN", ""),
        ("XX", ""),
        ("", ""),
    ],
)
def test_a_country_with_one_clock_has_a_zone(iso2, zone):
    assert zone_of_country(iso2) == zone


def test_every_zone_of_a_country_is_a_zone():
    known = available_timezones()
    assert {zone for each in zones._zones_of_countries().values() for zone in each} <= known
