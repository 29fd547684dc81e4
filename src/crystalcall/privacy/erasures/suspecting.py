"""Suspecting that somebody is a child, and taking that back: both with a reason, and in the register.

One officer suspects, since that protects; two lift it, since from then on data about the person goes out again.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from django.db import transaction

from crystalcall.privacy.erasures.actions import suspend
from crystalcall.privacy.erasures.models import SuspendedSubject
from crystalcall.privacy.keepers import Person
from crystalcall.privacy.officers.acting import serving_with
from crystalcall.privacy.officers.actions import PAIR, approval_hash, approve
from crystalcall.privacy.officers.key_file import OfficerKeys
from crystalcall.privacy.officers.queries import approval_message, standing
from crystalcall.privacy.officers.values import ApprovalRefusal, ApprovalRefused, OfficerRefused
from crystalcall.privacy.register.actions import enter
from crystalcall.privacy.register.kinds import EntryKind

ACT: Final = "suspicion.lift"
OPEN_FOR: Final = timedelta(days=7)
"""How long the second officer may take; then the first one's signature counts no more."""


class SuspicionRefusal(StrEnum):
    """Why nothing was done."""

    REASON_MISSING = "reason_missing"
    SUSPECTED_BEFORE = "suspected_before"
    NOT_SUSPECTED = "not_suspected"
    OFFICER = "officer_may_not"
    SAME_OFFICER = "same_officer"


@dataclass(frozen=True, slots=True)
class SuspicionRefused:
    """Everything is as it was, and why."""

    reason: SuspicionRefusal


@dataclass(frozen=True, slots=True)
class Suspected:
    """Nothing about so many names leaves any more; `register_sequence` is the line that says so, naming nobody."""

    names: int
    register_sequence: int


@dataclass(frozen=True, slots=True)
class Lifting:
    """What came of an officer's wish to lift a suspicion: with the second signature it is lifted, of so many names."""

    is_lifted: bool
    names: int
    subject_hash: str
    until: datetime
    """Until when the second officer may sign."""


def suspect(person: Person, by: str, reason: str, *, now: datetime) -> Suspected | SuspicionRefused:
    """Let nothing about this person out until it is found out; `by` is the officer's fingerprint.

    In one transaction with its line in the register; the reason lies sealed beside that.
    """
    if not reason.strip():
        return SuspicionRefused(SuspicionRefusal.REASON_MISSING)
    with transaction.atomic():
        if not suspend(person, now=now):
            return SuspicionRefused(SuspicionRefusal.SUSPECTED_BEFORE)
        entry = enter(EntryKind.CHILD_SUSPECTED, {"officer": by}, now=now, secret={"reason": reason})
    return Suspected(len(person.disclosure_subjects), entry.sequence)


def lift(person: Person, keys: OfficerKeys, reason: str, *, now: datetime) -> Lifting | SuspicionRefused:
    """Sign that it was no child; the second officer who does so within a week lifts the suspicion.

    Signed are these very names and when they were suspected, so that a new suspicion takes two new signatures. Each
    step is entered, with its officer and its reason. Errors: officers.key_file.KeyFileError.
    """
    by = serving_with(keys)
    if not reason.strip() or isinstance(by, OfficerRefused):
        missing = not reason.strip()
        return SuspicionRefused(SuspicionRefusal.REASON_MISSING if missing else SuspicionRefusal.OFFICER)
    with transaction.atomic():
        rows = SuspendedSubject.objects.select_for_update().filter(pk__in=person.disclosure_subjects)
        names = list(rows.order_by("pk").values_list("subject", "suspended_at"))
        if not names:
            return SuspicionRefused(SuspicionRefusal.NOT_SUSPECTED)
        subject, until = _asked(names, now)
        signed = approve(subject, keys.name, keys.sign(approval_message(subject)), now=now)
        if isinstance(signed, ApprovalRefused):
            before = signed.reason is ApprovalRefusal.ALREADY_APPROVED
            return SuspicionRefused(SuspicionRefusal.SAME_OFFICER if before else SuspicionRefusal.OFFICER)
        officers = sorted({each.officer.fingerprint for each in standing(subject)})
        is_lifted = len(officers) >= PAIR
        facts = {"step": "done" if is_lifted else "asked", "officers": officers}
        enter(EntryKind.SUSPICION_LIFTED, facts, now=now, secret={"reason": reason})
        if is_lifted:
            SuspendedSubject.objects.filter(pk__in=[name for name, _at in names]).delete()
    return Lifting(is_lifted, len(names), subject, until)


def _asked(names: list[tuple[str, datetime]], now: datetime) -> tuple[str, datetime]:
    """What is signed now, and until when the second may: the first officer's hash of the last week, else a new one."""
    # Weeks since the suspicion stand in the hash, so that an old signature ends without a row that would keep it.
    since = max(at for _name, at in names)
    week = (now - since) // OPEN_FOR
    for each in (week - 1, week):
        subject = _hash_of([name for name, _at in names], since, each)
        first = min((signed.approved_at for signed in standing(subject)), default=None)
        if first is not None and now < first + OPEN_FOR:
            return subject, first + OPEN_FOR
    return _hash_of([name for name, _at in names], since, week), now + OPEN_FOR


def _hash_of(names: list[str], since: datetime, week: int) -> str:
    return approval_hash(ACT, {"names": names, "since": int(since.timestamp()), "week": week})
