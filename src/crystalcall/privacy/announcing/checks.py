"""The start-up check of the clock: no start when it ran backwards, or jumped while a version of the policy waits."""

from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DatabaseError

from crystalcall.plumbing import clock
from crystalcall.privacy.announcing import clockwork
from crystalcall.privacy.policy import facts
from crystalcall.privacy.policy.known import known_until


def register_checks() -> None:
    """Check the clock at every start of a process."""
    register(clock_check, Tags.database)


def clock_check(**_: Any) -> list[CheckMessage]:
    """An error that says how the clock lies to what the program knows, and what to do."""
    now = clock.now()
    try:
        known = known_until()
        waiting = facts.standing(facts.all_facts()).waiting
    except DatabaseError:
        return []  # no tables yet
    if known is None:
        return []
    seen = clockwork.gap(known, now)
    return [Error(seen.sentence(now), id="privacy.E012")] if seen.needs_explanation(waiting) else []
