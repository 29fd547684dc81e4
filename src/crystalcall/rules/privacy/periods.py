"""Lengths of time as policies promise them: in months and years of the calendar, or in days.

A month from the 31st of January is over on the last day of February: so many months later the same day, or the last one
of a shorter month. Nothing that is kept "for seven years" is kept a day longer because some months are long.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Final

MONTHS_OF_A_YEAR: Final = 12
DAYS_OF_A_LEAP_CYCLE: Final = 4 * 365 + 1


@dataclass(frozen=True, slots=True)
class Period:
    """So many months and days; in UTC, because a promise must not depend on where it is counted."""

    months: int = 0
    days: int = 0

    def end(self, start: datetime) -> datetime:
        """When it is over that began then."""
        at = start.astimezone(UTC)
        return _months_on(at, self.months) + timedelta(days=self.days)

    def begin(self, now: datetime) -> datetime:
        """What began before this moment is over now, and what began after it is not."""
        at = now.astimezone(UTC) - timedelta(days=self.days)
        began = _months_on(at, -self.months)
        # On the last day of a month, everything is over that began on the days which this month does not have.
        if self.months and at.day == monthrange(at.year, at.month)[1]:
            began = began.replace(day=monthrange(began.year, began.month)[1])
        return began

    @property
    def most_days(self) -> int:
        """The most days it ever lasts."""
        return _most_days(self.months) + self.days


def _months_on(at: datetime, months: int) -> datetime:
    number = at.year * MONTHS_OF_A_YEAR + at.month - 1 + months
    year, month = number // MONTHS_OF_A_YEAR, number % MONTHS_OF_A_YEAR + 1
    return at.replace(year=year, month=month, day=min(at.day, monthrange(year, month)[1]))


@cache
def _most_days(months: int) -> int:
    first = datetime(2024, 1, 1, tzinfo=UTC)
    starts = (first + timedelta(days=day) for day in range(DAYS_OF_A_LEAP_CYCLE))
    return max((_days(start, months) for start in starts), default=0)


def _days(start: datetime, months: int) -> int:
    ended: date = _months_on(start, months).date()
    return (ended - start.date()).days
