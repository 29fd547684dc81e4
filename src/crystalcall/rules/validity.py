"""How long bought credit and minutes last, and when their holder is told.

Two ends are possible. One is promised at the purchase: a date that is known from then on. The other is dormancy:
credit that nobody used or topped up for so many days. Both are off unless the operator sets them, the first to come
counts, and nothing lapses of which its holder was not told before.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

# The clock tells a little before the day, so that a late pass of it shortens nobody's time to react.
HEAD_START: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ValidityRule:
    """The operator's choice, in days; 0 valid or dormant days mean never."""

    valid_days: int = 0
    dormant_days: int = 0
    notice_days: int = 30


@dataclass(frozen=True, slots=True)
class Told:
    """What the holder was told: at `told_at`, that the end is at `end_at`."""

    told_at: datetime
    end_at: datetime


@dataclass(frozen=True, slots=True)
class End:
    """When credit or minutes lapse, and by which of the two rules."""

    at: datetime
    by_dormancy: bool


def promised_end(bought_at: datetime, rule: ValidityRule) -> datetime | None:
    """The end of credit that is bought now; None is never."""
    return bought_at + timedelta(days=rule.valid_days) if rule.valid_days else None


def end_after_top_up(end_at: datetime | None, now: datetime, rule: ValidityRule) -> datetime | None:
    """A top-up lengthens the life of all credit on the card, and never shortens it or ends what was for ever."""
    return None if end_at is None else later_end(end_at, promised_end(now, rule))


def later_end(one: datetime | None, other: datetime | None) -> datetime | None:
    """The later of two ends; never is later than any."""
    return None if one is None or other is None else max(one, other)


def end_of(
    promised_at: datetime | None, last_used_at: datetime, told: Told | None, now: datetime, rule: ValidityRule
) -> End | None:
    """When credit ends that was last used or topped up then; None is never.

    Dormancy counts from the last use, but leaves at least `notice_days` after the holder was told of it; a use after
    that makes what was told void.
    """
    ends = []
    if promised_at is not None:
        ends.append(End(promised_at, by_dormancy=False))
    if rule.dormant_days:
        ends.append(End(_dormant_at(last_used_at, told, now, rule), by_dormancy=True))
    return min(ends, key=lambda end: end.at, default=None)


def _dormant_at(last_used_at: datetime, told: Told | None, now: datetime, rule: ValidityRule) -> datetime:
    due = last_used_at + timedelta(days=rule.dormant_days)
    if told is not None and told.told_at >= last_used_at:
        return max(due, told.end_at)
    return max(due, now + timedelta(days=rule.notice_days))


def tell_until(now: datetime, rule: ValidityRule) -> datetime:
    """Holders are told now of every end that comes until then."""
    return now + timedelta(days=rule.notice_days) + HEAD_START


def untold_end(end_at: datetime, now: datetime, rule: ValidityRule) -> datetime:
    """The end of something whose holder is told only now: where it has come already, they get their notice first."""
    return end_at if end_at > now else now + timedelta(days=rule.notice_days)
