"""When a new version of the privacy policy may come into force (clause C20): pure arithmetic of days and midnights."""

from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final

LEAST_NOTICE_DAYS: Final = 10
"""The policy promises ten days; no file and no setting can make it fewer."""
DAY_SECONDS: Final = 86_400


def first_midnight(moment: datetime, zone: tzinfo) -> datetime:
    """The first midnight of the zone that is not before the moment, as an instant in the moment's own zone.

    Where clocks are set forward at midnight, the day begins at the first instant that exists.
    """
    day = moment.astimezone(zone).date()
    while (begins := midnight(day, zone)) < moment:
        day += timedelta(days=1)
    return begins.astimezone(moment.tzinfo)


def midnight(day: date, zone: tzinfo) -> datetime:
    """The instant at which a day begins in a zone."""
    return datetime.combine(day, time(), tzinfo=zone)


def earliest_in_force(announced_at: datetime, notice_days: int, zone: tzinfo) -> datetime:
    """The earliest moment at which a version announced then may come into force.

    So many full days of 24 hours after the announcement, whatever clocks are set forward or back in between, rounded
    up to the next midnight of the store's zone. Fewer than ten days count as ten.
    """
    return first_midnight(announced_at + timedelta(days=max(notice_days, LEAST_NOTICE_DAYS)), zone)


def in_force_at(announced_at: datetime, wished: date | None, notice_days: int, zone: tzinfo) -> datetime:
    """The later of the wished day's beginning and the earliest moment allowed."""
    earliest = earliest_in_force(announced_at, notice_days, zone)
    if wished is None:
        return earliest
    return max(earliest, midnight(wished, zone).astimezone(announced_at.tzinfo))


def postponed(due_at: datetime, unseen: timedelta, zone: tzinfo) -> datetime:
    """The new moment when the announcement could not be read for so long: the days missed are added, never taken."""
    return first_midnight(due_at + max(unseen, timedelta()), zone)
