"""How long a sign-in lasts: 30 idle minutes, 12 hours in all, 5 minutes fresh (ASVS 5.0, 7.3.1 and 7.3.2).

Staff see other people's data, so theirs is shorter: 15 idle minutes, 8 hours in all.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

IDLE: Final = timedelta(minutes=30)
ABSOLUTE: Final = timedelta(hours=12)
FRESH: Final = timedelta(minutes=5)
NOTED_EVERY: Final = timedelta(minutes=1)
"""How often a use is written down at most. The idle time counts from what was written, so it may end up to this much
sooner than after the very last use, and never later."""


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """How long the sign-ins of one door last: `idle` without use, `absolute` in any case."""

    idle: timedelta
    absolute: timedelta


CUSTOMERS: Final = Lifetimes(IDLE, ABSOLUTE)
STAFF: Final = Lifetimes(timedelta(minutes=15), timedelta(hours=8))


class Standing(StrEnum):
    """How it stands with a sign-in."""

    STANDS = "stands"
    IDLE = "idle"
    EXPIRED = "expired"


def standing(last_used: datetime, expires_at: datetime, now: datetime, lasts: Lifetimes = CUSTOMERS) -> Standing:
    """Whether a sign-in still counts; what ends at a moment is over at that moment."""
    if now >= expires_at:
        return Standing.EXPIRED
    return Standing.IDLE if now >= last_used + lasts.idle else Standing.STANDS


def idle_until(last_used: datetime, expires_at: datetime, lasts: Lifetimes = CUSTOMERS) -> datetime:
    """When a sign-in ends if nobody does anything more with it."""
    return min(last_used + lasts.idle, expires_at)


def fresh_until(now: datetime) -> datetime:
    """Until when somebody who just gave their password may act without giving it again."""
    return now + FRESH


def should_note_use(last_used: datetime, now: datetime) -> bool:
    """Whether a use is to be written down."""
    return now >= last_used + NOTED_EVERY
