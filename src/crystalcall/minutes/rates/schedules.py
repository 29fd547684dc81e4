"""Prices that change within a call or within the week, as they are written in decks and kept in the database.

Steps are written ``60:0.02;300:0.015``: from the 60th second a minute costs 0.02, from the 300th 0.015. Bands are
written ``Sat 00:00-Mon 00:00=0.01;Mon-Fri 20:00-08:00=0.015``: one stretch of the week, or the same hours of several
days (hours that end before they begin run into the next day). A band's own steps follow its price:
``Mon-Fri 20:00-08:00=0.015>60:0.01``.
"""

import json
import re
from collections.abc import Callable
from typing import Any, Final

from crystalcall.rules.rating import PriceStep, RatingError, TimeBand

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_SECONDS: Final = 24 * 3600
WEEK_SECONDS: Final = 7 * DAY_SECONDS

_DAY = f"({'|'.join(DAYS)})"
_TIME = r"([01][0-9]|2[0-4]):([0-5][0-9])"
_STRETCH = re.compile(rf"{_DAY} {_TIME} ?- ?{_DAY} {_TIME}", re.IGNORECASE)
_HOURS = re.compile(rf"{_DAY}(?: ?- ?{_DAY})? {_TIME} ?- ?{_TIME}", re.IGNORECASE)
_STEP = re.compile(r"([0-9]{1,6})\s*:\s*(\S+)")

_WEEK_SECOND = re.compile(r"second ([0-9]{1,6}) of the week")

# Reads an amount a minute into micros; raises ValueError with a sentence.
Money = Callable[[str], int]
WeekRange = tuple[int, int]


class ScheduleError(ValueError):
    """Steps or bands that cannot be read: the message says why, in a sentence."""


def read_steps(text: str, money: Money, separator: str = ";") -> tuple[PriceStep, ...]:
    """Steps in the order of time. Errors: ScheduleError, and whatever `money` raises."""
    steps = []
    for part in text.split(separator):
        found = _STEP.fullmatch(part.strip())
        if found is None:
            raise ScheduleError(f"{part.strip()!r} is not a step such as 60:0.02 (from which second : price a minute)")
        steps.append(PriceStep(int(found[1]), money(found[2])))
    return tuple(steps)


def read_bands(text: str, money: Money) -> tuple[TimeBand, ...]:
    """Bands as written. Errors: ScheduleError, RatingError where one makes no sense, and whatever `money` raises."""
    bands = []
    for part in text.split(";"):
        when, equals, prices = part.strip().partition("=")
        if not equals:
            raise ScheduleError(f"{part.strip()!r} is not a band such as Sat 00:00-Mon 00:00=0.01")
        price, more, steps = prices.partition(">")
        inner = read_steps(steps, money, ">") if more else ()
        bands += [TimeBand(*hours, money(price.strip()), inner) for hours in read_hours(when)]
    return tuple(bands)


def read_hours(text: str) -> tuple[WeekRange, ...]:
    """The parts of the week that "Sat 00:00-Mon 00:00" or "Mon-Fri 20:00-08:00" names, in seconds from Monday 00:00.

    Raises:
        ScheduleError: it names no part of the week, or the whole of it.
    """
    wanted = " ".join(text.split())
    if found := _STRETCH.fullmatch(wanted):
        begin, end = _week_second(found[1], found[2], found[3]), _week_second(found[4], found[5], found[6])
        ranges = [(begin, end)]
    elif found := _HOURS.fullmatch(wanted):
        first, last = _day(found[1]), _day(found[2] or found[1])
        count = (last - first) % len(DAYS) + 1
        ranges = [(_week_second(day, found[3], found[4]), _end_of(day, found)) for day in _days_from(first, count)]
    else:
        raise ScheduleError(f"{wanted!r} is not a part of the week such as Sat 00:00-Mon 00:00 or Mon-Fri 20:00-08:00")
    if any(begin % WEEK_SECONDS == end % WEEK_SECONDS for begin, end in ranges):
        raise ScheduleError(f"{wanted!r} ends where it begins")
    # A band may end with the week but not begin there.
    return tuple((begin % WEEK_SECONDS, end % WEEK_SECONDS or WEEK_SECONDS) for begin, end in ranges)


def _days_from(first: int, count: int) -> tuple[str, ...]:
    return tuple(DAYS[(first + more) % len(DAYS)] for more in range(count))


def _day(name: str) -> int:
    return DAYS.index(name.lower())


def _week_second(day: str, hours: str, minutes: str) -> int:
    """Seconds from Monday 00:00; 24:00 is the midnight that ends the day. Errors: ScheduleError."""
    second = int(hours) * 3600 + int(minutes) * 60
    if second > DAY_SECONDS:
        raise ScheduleError(f"there is no time {hours}:{minutes}")
    return _day(day) * DAY_SECONDS + second


def _end_of(day: str, found: "re.Match[str]") -> int:
    """Where the hours of one day end: on the next day where that is before they begin."""
    begin, end = _week_second(day, found[3], found[4]), _week_second(day, found[5], found[6])
    return end if end > begin else end + DAY_SECONDS


def week_words(problem: object) -> str:
    """What the rules say of bands, with the second of the week as a day and a time: "Sat 00:00"."""
    return _WEEK_SECOND.sub(lambda found: _day_and_time(int(found[1])), str(problem))


def _day_and_time(week_second: int) -> str:
    day, second = divmod(week_second % WEEK_SECONDS, DAY_SECONDS)
    return f"{DAYS[day].capitalize()} {second // 3600:02}:{second % 3600 // 60:02}"


def schedule_text(steps: tuple[PriceStep, ...], bands: tuple[TimeBand, ...], time_zone: str) -> str:
    """Steps, bands and their zone as kept in a column, always the same text for the same prices; "" for none."""
    if not steps and not bands:
        return ""
    kept = {
        "bands": [
            [band.from_week_seconds, band.to_week_seconds, band.minute_price_micros, _plain(band.steps)]
            for band in bands
        ],
        "steps": _plain(steps),
        "time_zone": time_zone,
    }
    return json.dumps(kept, separators=(",", ":"))


def schedule_from(text: str) -> tuple[tuple[PriceStep, ...], tuple[TimeBand, ...], str]:
    """What `schedule_text` wrote. Errors: RatingError where the column was tampered with."""
    if not text:
        return (), (), ""
    try:
        kept: dict[str, Any] = json.loads(text)
        bands = tuple(TimeBand(begin, end, price, _steps(steps)) for begin, end, price, steps in kept["bands"])
        return _steps(kept["steps"]), bands, str(kept["time_zone"])
    except (KeyError, TypeError, json.JSONDecodeError) as problem:
        raise RatingError(f"{text!r} is no schedule of prices") from problem


def _plain(steps: tuple[PriceStep, ...]) -> list[list[int]]:
    return [[step.from_seconds, step.minute_price_micros] for step in steps]


def _steps(kept: list[list[int]]) -> tuple[PriceStep, ...]:
    return tuple(PriceStep(from_seconds, price) for from_seconds, price in kept)
