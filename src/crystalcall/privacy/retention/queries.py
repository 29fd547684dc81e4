"""What can be known of retention: what it gave up, and when it last went through."""

from datetime import date

from crystalcall.privacy.retention.models import RetentionCount, RetentionRun
from crystalcall.privacy.retention.values import GivenUp, Night


def given_up(since: date) -> tuple[GivenUp, ...]:
    """What was given up from that day on, day by day, class by class."""
    rows = RetentionCount.objects.filter(day__gte=since).order_by("day", "retention", "what")
    return tuple(GivenUp(row.day, row.retention, row.what, row.number) for row in rows)


def last_night() -> Night | None:
    """The latest pass through the schedule, or None before the first."""
    row = RetentionRun.objects.order_by("-day").first()
    return None if row is None else Night(row.day, row.began_at, row.ended_at, tuple(row.failed))
