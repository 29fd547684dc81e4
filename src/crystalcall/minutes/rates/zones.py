"""Time zones of weekly price bands: when in the week a call is answered, and which zone a country lives by.

Zones are those of the tz database, by the ``tzdata`` package where the machine has none of its own.
"""

from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from crystalcall.plumbing.settings import current

_HOURS_PER_DAY: Final = 24
_MINUTES_PER_HOUR: Final = 60
_SECONDS_PER_MINUTE: Final = 60

# Zones whose clocks have agreed for two years are one zone to a price list, whatever they did before.
_COMPARED_FROM: Final = datetime.fromisoformat("2025-01-01")
_COMPARED_WEEKS: Final = 104


def is_zone(name: str) -> bool:
    """Whether a name is a zone of the tz database, such as "Europe/Moscow"; an empty one is none."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        # A folder of zones and a path that leads elsewhere raise the others.
        return False
    return True


def week_second(at: datetime, zone: str) -> int:
    """Seconds on the wall clock since Monday 00:00 in a zone; an empty name is the store's own zone.

    A call is rated by the clock at its answer and the seconds since: where clocks change during a call, the rest of
    that call keeps the old hour.

    Raises:
        ValueError: a time without a zone of its own, or no such zone.
    """
    if at.tzinfo is None:
        raise ValueError("a time without a zone has no place in a week")
    local = at.astimezone(_zone(zone or current().store_time_zone))
    hours = local.weekday() * _HOURS_PER_DAY + local.hour
    return (hours * _MINUTES_PER_HOUR + local.minute) * _SECONDS_PER_MINUTE + local.second


@cache
def _zone(name: str) -> ZoneInfo:
    """The zone of a name, with one kind of error for all that may be wrong with it."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError) as error:
        raise ValueError(f"there is no time zone {name!r}") from error


def zone_of_country(iso2: str) -> str:
    """The zone that a whole country lives by; empty where it has several clocks, or where the country is unknown."""
    zones = _zones_of_countries().get(iso2, ())
    if not zones:
        return ""
    clocks = {_clock(zone) for zone in zones}
    return zones[0] if len(clocks) == 1 else ""


@cache
def _zones_of_countries() -> dict[str, tuple[str, ...]]:
    """The zones of each country in the order of the tz database: mostly the most populous first."""
    found: dict[str, tuple[str, ...]] = {}
    with files("tzdata").joinpath("zoneinfo", "zone.tab").open(encoding="utf-8") as table:
        for line in table:
            if not line.startswith("#"):
                iso2, _, zone, *_ = line.rstrip("\n").split("\t")
                found[iso2] = (*found.get(iso2, ()), zone)
    return found


@cache
def _clock(zone: str) -> tuple[timedelta | None, ...]:
    """How far a zone is from UTC, week by week; equal for zones that share a clock."""
    weeks = (_COMPARED_FROM + timedelta(weeks=week) for week in range(_COMPARED_WEEKS))
    return tuple(ZoneInfo(zone).utcoffset(week) for week in weeks)
