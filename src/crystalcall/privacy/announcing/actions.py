"""Opening the store's policy, announcing a version, taking it back, bringing it into force, explaining the clock."""

import logging
from dataclasses import replace
from datetime import date, datetime

from django.db import transaction

from crystalcall.plumbing.announcements import announce as announce_fact
from crystalcall.privacy.announcing import clockwork
from crystalcall.privacy.announcing.clockwork import zone
from crystalcall.privacy.announcing.events import PolicyAnnounced
from crystalcall.privacy.announcing.proof import prove, prove_explanation
from crystalcall.privacy.officers import queries as officers
from crystalcall.privacy.policy import facts, library
from crystalcall.privacy.policy.known import know, locked_known_until
from crystalcall.privacy.policy.queries import forget_remembered
from crystalcall.privacy.policy.values import (
    Announced,
    Explained,
    FactKind,
    PolicyFactView,
    PolicyRefusal,
    Refused,
    Version,
    Withdrawn,
)
from crystalcall.rules.privacy import notice

logger = logging.getLogger(__name__)


def open_store(*, now: datetime) -> bool:
    """Write down that the first version is in force from today, with its hash; harmless to repeat."""
    with transaction.atomic():
        locked_known_until(now)
        return _open(now)


def announce(wished: date | None, *, now: datetime) -> Announced | Refused:
    """Announce the newest version that nobody announced yet; the program alone says when it was.

    It comes into force at the wished day's midnight, ten full days from now at the earliest; a sooner day is refused.
    """
    with transaction.atomic():
        refusal = _clock_refusal(locked_known_until(now), now)
        if refusal is not None:
            return refusal
        _open(now)
        stands = facts.standing(facts.all_facts())
        newest = library.editions()[-1]
        if stands.waiting is not None:
            return Refused(
                PolicyRefusal.ONE_WAITS,
                f"Version {stands.waiting.version} is announced already; one waits at a time. "
                "`crystalcall policy withdraw` takes it back.",
            )
        if newest.number <= stands.number:
            return Refused(
                PolicyRefusal.NOTHING_NEW,
                f"Version {stands.number} is in force, and no newer one lies in {library.folder()}.",
            )
        return _announce(newest, stands.number, wished, now=now)


def _announce(version: Version, number_in_force: int, wished: date | None, *, now: datetime) -> Announced | Refused:
    # The promise that stands today says how long the notice is; a new version may lengthen it, never shorten it.
    standing = library.edition(number_in_force) or version
    days = max(standing.practices.notice_days, version.practices.notice_days)
    earliest = notice.earliest_in_force(now, days, zone())
    if wished is not None and notice.midnight(wished, zone()) < earliest:
        return Refused(
            PolicyRefusal.TOO_SOON,
            f"{wished:%Y-%m-%d} is too soon: the policy promises {days} full days between announcement and force, so "
            f"the earliest day is {earliest.astimezone(zone()):%Y-%m-%d}.",
        )
    due_at = notice.in_force_at(now, wished, days, zone())
    _append(PolicyFactView(version.number, FactKind.ANNOUNCED, version.content_sha256, now, due_at, now))
    announce_fact(PolicyAnnounced(version.number, facts.seconds(now)))
    return Announced(version.number, now, due_at)


def withdraw(*, now: datetime) -> Withdrawn | Refused:
    """Take back the announced version: what is in force stays in force, and a later announcement waits anew."""
    with transaction.atomic():
        locked_known_until(now)
        waiting = facts.standing(facts.all_facts()).waiting
        if waiting is None:
            return Refused(PolicyRefusal.NONE_WAITS, "No version is announced; there is nothing to take back.")
        _append(replace(waiting, kind=FactKind.WITHDRAWN, at=max(now, waiting.announced_at)))
    return Withdrawn(waiting.version)


def beat(now: datetime) -> int:
    """Note that it is now; add what was not seen to a waiting notice; bring into force what is due; gives how many.

    Run every minute by the clock. A clock that ran backwards is noted nowhere and changes nothing.
    """
    with transaction.atomic():
        seen = clockwork.gap(locked_known_until(now), now)
        if seen.backwards:
            logger.error("%s", seen.sentence(now))
            return 0
        _open(now)
        waiting = facts.standing(facts.all_facts()).waiting
        if waiting is not None and seen.unseen:
            waiting = clockwork.postpone(waiting, seen.length, now)
            _append(waiting)
        know(max(now, seen.known_until))
        if waiting is None or now < waiting.due_at or not _matches(waiting):
            return 0
        _append(replace(waiting, kind=FactKind.IN_FORCE, at=now))
    return 1


def explain_clock(officer: str, reason: str, *, now: datetime) -> Explained | Refused:
    """Take the clock as right from now on, on an officer's word; a waiting notice grows by what was not seen.

    A notice is never shortened by this, so that nobody gains a day by explaining one.
    """
    named = officers.officer(officer)
    if named is None or not named.is_active:
        return Refused(PolicyRefusal.NO_OFFICER, f"{officer} is no officer of this shop, or serves no more.")
    with transaction.atomic():
        seen = clockwork.gap(locked_known_until(now), now)
        waiting = facts.standing(facts.all_facts()).waiting
        if not seen.needs_explanation(waiting):
            return Refused(
                PolicyRefusal.CLOCK_AGREES, "The clock agrees with what the program knows; nothing to explain."
            )
        due_at = None
        if waiting is not None and seen.unseen:
            later = clockwork.postpone(waiting, seen.length, now)
            due_at = later.due_at
            _append(later)
        know(now)
        prove_explanation(officer=named.fingerprint, reason=reason, known_until=seen.known_until, now=now)
    return Explained(seen.known_until, due_at)


def _open(now: datetime) -> bool:
    if facts.all_facts():
        return False
    first = library.editions()[0]
    _append(PolicyFactView(first.number, FactKind.OPENED, first.content_sha256, now, now, now))
    return True


def _append(fact: PolicyFactView) -> None:
    facts.record(fact)
    prove(fact)
    forget_remembered()
    transaction.on_commit(forget_remembered)


def _clock_refusal(known_until: datetime, now: datetime) -> Refused | None:
    seen = clockwork.gap(known_until, now)
    waiting = facts.standing(facts.all_facts()).waiting
    if seen.needs_explanation(waiting):
        return Refused(PolicyRefusal.CLOCK_UNEXPLAINED, seen.sentence(now))
    return None


def _matches(waiting: PolicyFactView) -> bool:
    """Whether the files are still those that were announced; other ones never come into force."""
    found = library.edition(waiting.version)
    if found is not None and found.content_sha256 == waiting.content_sha256:
        return True
    logger.error("version %d of the policy is not what was announced and does not come into force", waiting.version)
    return False
