"""Holds are placed by an officer with a reason and a last day, and released; both are entered in the veiled book.

Veiled, because a hold can be the order of an authority that nobody may speak of yet (clause C10).
"""

import hashlib
import json
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from crystalcall.plumbing.ids import random_code
from crystalcall.privacy.holds.locks import lock_hold, lock_people
from crystalcall.privacy.holds.models import HeldName, LegalHold, WaitingErasure
from crystalcall.privacy.holds.prior import end_prior
from crystalcall.privacy.holds.queries import due_for_release, is_held, view_of
from crystalcall.privacy.holds.values import HoldReason, HoldRefusal, HoldRefused, HoldView
from crystalcall.privacy.keepers import NameKind, Person, Way
from crystalcall.privacy.keys.queries import KeyState, state_of
from crystalcall.privacy.policy.queries import current_number
from crystalcall.privacy.register.actions import enter
from crystalcall.privacy.register.kinds import EntryKind

LONGEST: Final = timedelta(days=3 * 366)
"""A longer one must be placed again: nothing is held only because somebody forgot it."""


def place_hold(
    person: Person, reason: HoldReason, *, until: datetime, by: str, note: str, now: datetime
) -> HoldView | HoldRefused:
    """Keep everything of this person that is there now, whatever asks for its end, until a day.

    `by` is the officer's fingerprint; `note`, in free words, is kept sealed in the register alone. Of a hold and an
    erasure at the same moment one waits for the other: either the hold stands and nothing was erased, or there is
    nobody left to hold.
    """
    if until <= now:
        return HoldRefused(HoldRefusal.ENDS_BEFORE_IT_BEGINS)
    if until > now + LONGEST:
        return HoldRefused(HoldRefusal.TOO_LONG)
    with transaction.atomic():
        lock_people(person.ids(NameKind.CUSTOMER))
        person = _still_there(person)
        if not person.of(NameKind.CUSTOMER):
            return HoldRefused(HoldRefusal.NOBODY)
        names = [(kind, name) for kind, name in sorted(person.names) if kind is not NameKind.MAILBOX]
        row = LegalHold.objects.create(
            reference=random_code(), reason=reason.value, officer=by, placed_at=now, until=until
        )
        version = current_number()
        HeldName.objects.bulk_create(
            [HeldName(hold=row, kind=kind.value, name=name, policy_version=version) for kind, name in names]
        )
        facts = {"hold": row.reference, "reason": reason.value, "officer": by, "until": f"{until:%Y-%m-%d}"}
        enter(EntryKind.LEGAL_HOLD, facts, now=now, secret={"note": note})
    return view_of(row, len(names))


def _still_there(person: Person) -> Person:
    """The person without those whose keys are destroyed: they were forgotten, perhaps a moment ago."""
    gone = [each for each in person.ids(NameKind.CUSTOMER) if state_of(each) is KeyState.DESTROYED]
    return Person(person.names - {(NameKind.CUSTOMER, str(each)) for each in gone})


def release_hold(reference: str, *, by: str, note: str = "", now: datetime) -> HoldView | HoldRefused:
    """End a hold: its names are deleted, and what stood there before corrections, unless another hold wants it too.

    What waited for it is carried out by `erasures.waiting`, what is too old by the next night's retention.
    """
    with transaction.atomic():
        row = lock_hold(reference)
        if row is None:
            return HoldRefused(HoldRefusal.UNKNOWN)
        if row.released_at is not None:
            return HoldRefused(HoldRefusal.RELEASED_BEFORE)
        row.released_at = now
        row.save(update_fields=["released_at"])
        HeldName.objects.filter(hold=row).delete()
        secret = {"note": note} if note else None
        enter(EntryKind.HOLD_RELEASED, {"hold": reference, "officer": by}, now=now, secret=secret)
    end_prior(now)
    return view_of(row, 0)


def release_due(now: datetime) -> int:
    """End every hold whose last day is over; gives how many."""
    return sum(isinstance(release_hold(each, by="", now=now), HoldView) for each in due_for_release(now))


def postpone_if_held(person: Person, way: Way, *, by: str, now: datetime, nothing_sealed: bool = False) -> bool:
    """Note an erasure that a hold keeps from being carried out; whether one does.

    The names are kept as they are now, so that nothing bought later is erased by an older wish. What is only too old
    need not be noted: the next night finds it again. The wish that nothing be sealed waits with it, whoever else asked.
    """
    if not is_held(person):
        return False
    if way is not Way.RETENTION:
        names = [[kind.value, name] for kind, name in sorted(person.names)]
        row, _is_new = WaitingErasure.objects.get_or_create(
            digest=hashlib.sha256(json.dumps([way.value, names]).encode()).hexdigest(),
            defaults={
                "way": way.value,
                "names": names,
                "by": by,
                "asked_at": now,
                "policy_version": current_number(),
                "nothing_sealed": nothing_sealed,
            },
        )
        if nothing_sealed and not row.nothing_sealed:
            WaitingErasure.objects.filter(pk=row.pk).update(nothing_sealed=True)
    return True


def end_waiting(waiting_id: int) -> None:
    """An erasure that waited was carried out."""
    WaitingErasure.objects.filter(pk=waiting_id).delete()
