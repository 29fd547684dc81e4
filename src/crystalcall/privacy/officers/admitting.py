"""Officers admit and release officers: two who serve sign for it, so that nobody is all officers by themselves.

Where fewer than two are left to sign for a new one, the signatures of all who are suffice after a week, during which
the proposal stands in the public register: time for others to ask what happens there. Whoever leaves signs alone.
"""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from crystalcall.privacy.officers.acting import serving_with
from crystalcall.privacy.officers.actions import PAIR, approval_hash, approve, retire_officer
from crystalcall.privacy.officers.key_file import OfficerKeys
from crystalcall.privacy.officers.locks import lock_officer
from crystalcall.privacy.officers.models import Officer
from crystalcall.privacy.officers.queries import active, approval_message, officer_info, standing
from crystalcall.privacy.officers.values import (
    ApprovalRefusal,
    ApprovalRefused,
    OfficerInfo,
    OfficerRefusal,
    OfficerRefused,
)
from crystalcall.privacy.register.actions import enter
from crystalcall.privacy.register.kinds import EntryKind

ADMIT: Final = "officer.admit"
RELEASE: Final = "officer.release"
WAIT: Final = timedelta(days=7)
"""How long a proposal must have stood in the register where fewer than two officers can sign it."""


def admission_hash(name: str, recipient: str, verify_key: str) -> str:
    """What officers sign to admit somebody: this name with exactly these keys."""
    return approval_hash(ADMIT, {"name": name, "age_recipient": recipient, "verify_key": verify_key})


def admit_officer(name: str, keys: OfficerKeys | None, *, now: datetime) -> OfficerInfo | OfficerRefused:
    """Sign for somebody who was proposed; admits them with the second signature (`OfficerInfo.is_active` tells).

    `keys` may be missing where nobody serves who could sign.
    """
    if keys is not None and isinstance(by := serving_with(keys), OfficerRefused):
        return by
    with transaction.atomic():
        # The one who signs is locked by `approve`; two admissions at once meet at the register's head.
        row = lock_officer(name)
        if (refusal := _refusal(row)) is not None or row is None:
            return OfficerRefused(refusal or OfficerRefusal.UNKNOWN, name)
        subject = admission_hash(row.name, row.age_recipient, row.verify_key)
        if keys is not None and (problem := _sign(subject, keys, now=now)) is not None:
            return problem
        return _admitted(row, subject, keys, now=now)


def release_officer(name: str, keys: OfficerKeys | None, reason: str, *, now: datetime) -> OfficerInfo | OfficerRefused:
    """End an officer's service: by the officer's own signature, or by those of two others (`is_active` tells).

    Where only one other serves, that one's suffices; where nobody else does (the last key was lost), none is needed.
    """
    if not reason.strip():
        return OfficerRefused(OfficerRefusal.REASON_MISSING, name)
    if keys is not None and isinstance(by := serving_with(keys), OfficerRefused):
        return by
    with transaction.atomic():
        row = lock_officer(name)
        if row is None or row.retired_at is not None:
            return OfficerRefused(OfficerRefusal.UNKNOWN if row is None else OfficerRefusal.RETIRED, name)
        others = {each.fingerprint for each in active()} - {row.fingerprint}
        subject = approval_hash(RELEASE, {"name": row.name, "officer": row.fingerprint})
        if keys is not None and (problem := _sign(subject, keys, now=now)) is not None:
            return problem
        signed = {each.officer.fingerprint for each in standing(subject)}
        if row.fingerprint not in signed and len(signed & others) < min(PAIR, len(others)):
            return officer_info(row) if keys is not None else OfficerRefused(OfficerRefusal.SIGNATURE_MISSING, name)
        return retire_officer(name, reason=reason, now=now)


def _sign(subject: str, keys: OfficerKeys, *, now: datetime) -> OfficerRefused | None:
    """Take the officer's signature, if it was not taken before."""
    signed = approve(subject, keys.name, keys.sign(approval_message(subject)), now=now)
    if isinstance(signed, ApprovalRefused) and signed.reason is not ApprovalRefusal.ALREADY_APPROVED:
        return OfficerRefused(OfficerRefusal.KEYS_OF_ANOTHER, keys.name)
    return None


def _admitted(row: Officer, subject: str, keys: OfficerKeys | None, *, now: datetime) -> OfficerInfo | OfficerRefused:
    signed = {each.officer.fingerprint for each in standing(subject)}
    serving = {each.fingerprint for each in active()}
    if len(signed) < PAIR and not (len(serving) < PAIR and serving <= signed):
        return officer_info(row) if keys is not None else OfficerRefused(OfficerRefusal.SIGNATURE_MISSING, row.name)
    if len(signed) < PAIR and now < row.added_at + WAIT:
        return OfficerRefused(OfficerRefusal.TOO_EARLY, row.name)
    row.admitted_at = max(now, row.added_at)
    row.save(update_fields=["admitted_at"])
    facts = {"officer": row.fingerprint, "age_recipient": row.age_recipient, "verify_key": row.verify_key}
    enter(EntryKind.OFFICER_ADDED, {**facts, "admitted_by": sorted(signed)}, now=now)
    return officer_info(row)


def _refusal(row: Officer | None) -> OfficerRefusal | None:
    if row is None:
        return OfficerRefusal.UNKNOWN
    if row.retired_at is not None:
        return OfficerRefusal.RETIRED
    return None if row.admitted_at is None else OfficerRefusal.ADMITTED_BEFORE
