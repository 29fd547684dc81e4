"""The schedule enforced: whatever outlived its class goes, room by room, in pieces; the register is told how much.

Every room gives up its own rows (`Keeper.expire`) and says whose time is over (`Keeper.lapsed`); those people are then
forgotten as by a deletion, keys and all, without an archive. What a legal hold holds stays.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import F

from crystalcall.plumbing import clock
from crystalcall.privacy import keepers
from crystalcall.privacy.erasures.actions import erase_person
from crystalcall.privacy.erasures.values import Erased
from crystalcall.privacy.erasures.waiting import carry_out_waiting
from crystalcall.privacy.holds.actions import release_due
from crystalcall.privacy.holds.prior import end_prior
from crystalcall.privacy.keepers import Counts, Keeper, NameKind, Person, Way
from crystalcall.privacy.register.actions import enter
from crystalcall.privacy.register.kinds import EntryKind
from crystalcall.privacy.retention.models import RetentionCount, RetentionRun
from crystalcall.privacy.retention_classes import SCHEDULE
from crystalcall.rules.privacy.canonical import banded

logger = logging.getLogger(__name__)

PIECE: Final = 1000
"""Rows that go in one transaction."""
PEOPLE: Final = 100
"""People who are forgotten in one transaction: a moment's work, so that no caller waits for their accounts."""


def enforce(retention: str, *, now: datetime) -> int:
    """Give up everything that has outlived one class, and count it; gives how much. Errors: KeyError for no class."""
    before = SCHEDULE[retention].over_before(now)
    if before is None:
        return 0
    pieces = [partial(_expire, keeper, retention, before, now) for keeper in keepers.all_keepers()]
    pieces.append(partial(_forget_lapsed, retention, before, now))
    return sum(_to_the_end(retention, piece, now) for piece in pieces)


def enforce_nightly(now: datetime) -> int:
    """Go through the whole schedule once in a day (UTC), however often it is called; gives how much was given up.

    Holds whose last day is over are released first, what was kept for them alone ends, and what waited for them is
    done. A class that fails is named in the night's line and stops no other; a night that a crash cut short is gone
    through again.
    """
    today = now.astimezone(UTC).date()
    run, is_new = RetentionRun.objects.get_or_create(day=today, defaults={"began_at": now})
    if not is_new and run.ended_at is not None:
        return 0
    released = release_due(now)
    done, failed = released + end_prior(now) + carry_out_waiting(now), []
    for retention in SCHEDULE:
        try:
            done += enforce(retention, now=now)
        except Exception:
            logger.exception("retention of %s broke off; the next night tries again", retention)
            failed.append(retention)
    with transaction.atomic():
        run.ended_at, run.failed = max(clock.now(), run.began_at), failed
        run.save(update_fields=["ended_at", "failed"])
        _tell_register(failed, now)
    return done


def note(retention: str, counts: Counts, *, now: datetime) -> int:
    """Count what was given up of a class by whoever gave it up; gives how much that was."""
    day = now.astimezone(UTC).date()
    for what, number in counts.items():
        if number:
            row, _ = RetentionCount.objects.get_or_create(day=day, retention=retention, what=what)
            RetentionCount.objects.filter(pk=row.pk).update(number=F("number") + number)
    return sum(counts.values())


def _to_the_end(retention: str, piece: Callable[[], Counts], now: datetime) -> int:
    """Give up piece after piece until there is nothing more."""
    done = 0
    while found := note(retention, piece(), now=now):
        done += found
    return done


def _expire(keeper: Keeper, retention: str, before: datetime, now: datetime) -> Counts:
    return keeper.expire(retention, before=before, now=now, limit=PIECE)


def _forget_lapsed(retention: str, before: datetime, now: datetime) -> Counts:
    lapsed = [
        customer
        for keeper in keepers.all_keepers()
        for customer in keeper.lapsed(retention, before=before, limit=PEOPLE)
    ]
    return _forget(lapsed, now) if lapsed else {}


def _forget(customers: Sequence[UUID], now: datetime) -> Mapping[str, int]:
    """Forget these people together. Without widening: what the same mailbox bought later stays theirs."""
    person = keepers.whole(Person().joined(NameKind.CUSTOMER, customers), widen=False)
    erased = erase_person(person, Way.RETENTION, now=now)
    if isinstance(erased, Erased):
        return erased.counts
    if len(customers) == 1:
        # A name that joins somebody to a person who is held; it is the hold that decides.
        return {}
    return keepers.total([_forget([customer], now) for customer in customers])


def _tell_register(failed: Sequence[str], now: datetime) -> None:
    """Enter what was given up since the last line, by class and kind, as far as counts may be published."""
    facts: dict[str, str | int | list[str]] = {}
    for row in RetentionCount.objects.select_for_update().filter(number__gt=F("entered")).order_by("pk"):
        # Two days of one kind can fall into one line.
        name = f"{row.retention}.{row.what}"
        before = facts.get(name, 0)
        facts[name] = row.number - row.entered + (before if isinstance(before, int) else 0)
        row.entered = row.number
        row.save(update_fields=["entered"])
    told = {name: banded(number) for name, number in facts.items() if isinstance(number, int)}
    enter(EntryKind.RETENTION_RUN, {**told, "failed": list(failed)}, now=now)
