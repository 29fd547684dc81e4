"""The latest moment the program has known: the row that whoever changes what is in force locks first."""

from datetime import datetime

from crystalcall.privacy.policy.facts import moment, seconds
from crystalcall.privacy.policy.models import PolicyClock


def locked_known_until(now: datetime) -> datetime:
    """The latest moment known, its row locked until the transaction ends; on the first day that is `now`."""
    PolicyClock.objects.get_or_create(pk=1, defaults={"known_seconds": seconds(now)})
    return moment(PolicyClock.objects.select_for_update().get(pk=1).known_seconds)


def known_until() -> datetime | None:
    """The latest moment known, or None before the first."""
    row = PolicyClock.objects.filter(pk=1).first()
    return None if row is None else moment(row.known_seconds)


def know(now: datetime) -> None:
    """Take this for the latest moment, even where it lies before the one known; under the lock only."""
    PolicyClock.objects.filter(pk=1).update(known_seconds=seconds(now))
