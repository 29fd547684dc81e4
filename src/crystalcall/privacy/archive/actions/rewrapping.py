"""Rewrapping: two officers who can open the archive give it to all who serve now, and take it from those who left.

The first takes off the outer layer of every person's key, for one named second officer; the second takes off the inner
one and encrypts each key anew, for every two of the officers whom both have signed. No process sees both private keys.
Whoever does the second step holds every key for a moment: that is what two officers approve.
"""

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final, TypeAlias
from uuid import UUID, uuid4

from django.db import transaction

from crystalcall.plumbing.ids import random_code
from crystalcall.privacy.archive.actions.closing import close_rewrap
from crystalcall.privacy.archive.actions.destroying import destroy_people, held_subjects
from crystalcall.privacy.archive.actions.two_steps import second_refusal, serving
from crystalcall.privacy.archive.locks import locked_rewrap
from crystalcall.privacy.archive.models import ArchiveRewrap
from crystalcall.privacy.archive.queries import rewrap_view
from crystalcall.privacy.archive.sealing import unwrapped, wraps_of
from crystalcall.privacy.archive.values import (
    PAIR,
    OpeningRefusal,
    OpeningRefused,
    Rewrapped,
    RewrapView,
)
from crystalcall.privacy.keys.opening import open_field
from crystalcall.privacy.keys.sealing import seal_field
from crystalcall.privacy.keys.wraps import (
    count_people,
    destroy_halves,
    drop_wraps_of_others,
    halves_for,
    keep_halves,
    people_for,
    recipients_of,
    renew_wraps,
    shut_to,
    wraps_for,
)
from crystalcall.privacy.officers.actions import approval_hash, approve
from crystalcall.privacy.officers.key_file import OfficerKeys
from crystalcall.privacy.officers.queries import active, approval_message, officer, standing
from crystalcall.privacy.officers.values import OfficerInfo
from crystalcall.privacy.purposes import Purpose
from crystalcall.privacy.register.actions import enter
from crystalcall.privacy.register.kinds import EntryKind
from crystalcall.rules.privacy.canonical import Facts, banded

Tell: TypeAlias = Callable[[int, int], None]
"""Told how many people are done, and of how many."""

ACT: Final = "archive.rewrap"
REASON: Final = "privacy.ArchiveRewrap.sealed_reason"
OPEN_FOR: Final = timedelta(days=1)
"""How long the second officer may take; shorter than for an opening, since everything waits for one key meanwhile."""


def request_rewrap(
    second: str, reason: str, keys: OfficerKeys, *, now: datetime, tell: Tell
) -> RewrapView | OpeningRefused:
    """The first officer's step: takes the outer layer off every key that this officer and the second open.

    What is left opens with the second officer's key only, and waits in the key store. Signed is for which officers it
    is: should one come or go before the second step, that is refused. Errors: officers.key_file.KeyFileError.
    """
    asking, other = serving(keys), officer(second)
    if isinstance(asking, OpeningRefused):
        return asking
    if not reason.strip():
        return OpeningRefused(OpeningRefusal.REASON_MISSING)
    if other is None or not other.is_active:
        return OpeningRefused(OpeningRefusal.SECOND_UNKNOWN)
    if other.fingerprint == asking.fingerprint:
        return OpeningRefused(OpeningRefusal.SAME_OFFICER)
    whole = count_people(of=(asking.fingerprint, other.fingerprint))
    if not whole:
        return OpeningRefused(OpeningRefusal.NOT_FOR_THESE_OFFICERS)
    with transaction.atomic():
        row = _new_rewrap(asking, other, reason, now=now)
        approve(row.subject_hash, asking.name, keys.sign(approval_message(row.subject_hash)), now=now)
    done = 0
    for piece in people_for(asking.fingerprint, other.fingerprint):
        wraps = wraps_for(asking.fingerprint, piece)
        mine = {key: wrapped for key, wrapped in wraps.items() if key[1] == other.fingerprint}
        keep_halves(row.pk, {key: keys.decrypt(wrapped) for key, wrapped in mine.items()})
        done += len(piece)
        tell(done, max(whole, done))
    return rewrap_view(row)


def rewrap(reference: str, keys: OfficerKeys, *, now: datetime, tell: Tell) -> Rewrapped | OpeningRefused:
    """The second officer's step: every two of the officers who serve open each archive from now on, and nobody else.

    It is entered before the first key is touched and once more at the end; a run that was killed is run again. What
    opens for nobody who serves is destroyed, unless the law holds it.
    Errors: officers.key_file.KeyFileError, plumbing.sealing.SealBrokenError.
    """
    second = serving(keys)
    if isinstance(second, OpeningRefused):
        return second
    approved = _approved(reference, second, keys, now=now)
    if isinstance(approved, OpeningRefused):
        return approved
    everybody, people = active(), 0
    halves = halves_for(approved.pk, second.fingerprint)
    for subject, half in sorted(halves.items()):
        people += _renew(approved, subject, half, everybody, keys)
        tell(people, len(halves))
    return _finish(approved, second, [each.fingerprint for each in everybody], people, now=now)


def _approved(
    reference: str, second: OfficerInfo, keys: OfficerKeys, *, now: datetime
) -> ArchiveRewrap | OpeningRefused:
    with transaction.atomic():
        row = locked_rewrap(reference)
        if (refusal := second_refusal(row, second, now=now)) is not None or row is None:
            return OpeningRefused(refusal or OpeningRefusal.UNKNOWN_OPENING)
        if _hash_of(row, _reason(row)) != row.subject_hash or row.officers != _names(active()):
            return OpeningRefused(OpeningRefusal.ALTERED)
        approve(row.subject_hash, second.name, keys.sign(approval_message(row.subject_hash)), now=now)
        signed = {each.officer.fingerprint for each in standing(row.subject_hash)}
        if len(signed) < PAIR or not {row.asked_by, second.fingerprint} <= signed:
            transaction.set_rollback(True)
            return OpeningRefused(OpeningRefusal.NOT_APPROVED)
        _enter(row, {"step": "begun"}, now=now, secret={"reason": _reason(row)})
    return row


def _renew(row: ArchiveRewrap, subject: UUID, half: bytes, everybody: Sequence[OfficerInfo], keys: OfficerKeys) -> bool:
    """Wrap one person's key anew; whether it still was there. Done, it needs no half any more."""
    recipient = recipients_of([subject]).get(subject)
    if recipient is not None:
        identity = unwrapped(subject, recipient, half, keys.decrypt)
        renew_wraps(subject, recipient, wraps_of(subject, identity, everybody))
    destroy_halves([row.pk], of=subject)
    return recipient is not None


def _finish(
    row: ArchiveRewrap, second: OfficerInfo, everybody: Sequence[str], people: int, *, now: datetime
) -> Rewrapped:
    held = held_subjects()
    with transaction.atomic():
        lost = sorted(set(shut_to(everybody)) - set(held))
        facts = {"step": "done", "people": banded(people), "given_up": banded(len(lost))}
        entry = _enter(row, facts, now=now)
        close_rewrap(row, now=now)
        destroy_people(lost, now=now)
        drop_wraps_of_others(everybody, spared=held)
    left = count_people() - count_people(of=(row.asked_by, second.fingerprint))
    return Rewrapped(row.reference, people, left, len(lost), entry)


def _enter(
    row: ArchiveRewrap,
    facts: Facts,
    *,
    now: datetime,
    secret: "dict[str, str] | None" = None,
) -> str:
    common = {"rewrap": row.reference, "officers": sorted({row.asked_by, row.second}), "for": list(row.officers)}
    return enter(EntryKind.ARCHIVE_REWRAPPED, {**common, **facts}, now=now, secret=secret).hash


def _new_rewrap(asking: OfficerInfo, other: OfficerInfo, reason: str, *, now: datetime) -> ArchiveRewrap:
    key = uuid4()
    row = ArchiveRewrap(
        id=key,
        reference=random_code(),
        asked_by=asking.fingerprint,
        second=other.fingerprint,
        officers=_names(active()),
        sealed_reason=seal_field(REASON, key, reason),
        asked_at=now,
        expires_at=now + OPEN_FOR,
    )
    row.subject_hash = _hash_of(row, reason)
    row.save(force_insert=True)
    return row


def _names(officers: Sequence[OfficerInfo]) -> list[str]:
    return sorted(each.fingerprint for each in officers)


def _hash_of(row: ArchiveRewrap, reason: str) -> str:
    """What both officers approve: who gives the archive to whom, for this reason, until then."""
    content = {
        "rewrap": row.reference,
        "asked_by": row.asked_by,
        "second": row.second,
        "officers": list(row.officers),
        "reason": hashlib.sha256(f"{row.pk.hex} {reason}".encode()).hexdigest(),
        "until": int(row.expires_at.timestamp()),
    }
    return approval_hash(ACT, content)


def _reason(row: ArchiveRewrap) -> str:
    blob = row.sealed_reason or b""
    return open_field(REASON, row.pk, blob, purpose=Purpose.ACCOUNTABILITY, collected_under=row.policy_version)
