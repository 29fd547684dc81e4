"""Officers come and go, approve, and look behind a mask; each of it leaves a line in the register or a signature."""

import hashlib
import re
from datetime import datetime
from typing import Final

from django.db import IntegrityError, transaction

from crystalcall.privacy.officers.key_file import PublicHalves, is_signed
from crystalcall.privacy.officers.locks import lock_officer
from crystalcall.privacy.officers.models import Approval, Officer
from crystalcall.privacy.officers.queries import approval_message, officer, officer_info, standing
from crystalcall.privacy.officers.values import (
    ApprovalInfo,
    ApprovalRefusal,
    ApprovalRefused,
    Approved,
    OfficerInfo,
    OfficerRefusal,
    OfficerRefused,
)
from crystalcall.privacy.register.actions import enter
from crystalcall.privacy.register.kinds import EntryKind
from crystalcall.privacy.register.values import EntryInfo
from crystalcall.rules.privacy.canonical import banded, canonical

#: A word for a person at work, such as "olga" or "m.ivanov"; it need be nobody's name.
NAME: Final = re.compile(r"[a-z][a-z0-9.-]{1,38}[a-z0-9]")
#: No officer's name begins so, because of its underscore.
FORMER: Final = "former_"
#: How many officers it takes.
PAIR: Final = 2
_HASH: Final = re.compile(r"[0-9a-f]{64}")


def add_officer(name: str, keys: PublicHalves, *, now: datetime) -> OfficerInfo | OfficerRefused:
    """Take a new officer's public keys; the register gets their fingerprint, never the name.

    The first two are officers at once. Everybody after them is proposed only, and no officer before `admit_officer`:
    else whoever has the command line would be as many officers as they like.
    """
    if not NAME.fullmatch(name):
        return OfficerRefused(OfficerRefusal.NAME_SENSELESS, name)
    if Officer.objects.filter(name=name).exists():
        return OfficerRefused(OfficerRefusal.NAME_TAKEN, name)
    with transaction.atomic():
        is_first = Officer.objects.filter(admitted_at__isnull=False).count() < PAIR
        try:
            with transaction.atomic():
                row = Officer.objects.create(
                    name=name,
                    fingerprint=keys.fingerprint,
                    age_recipient=keys.age_recipient,
                    verify_key=keys.verify_key,
                    added_at=now,
                    admitted_at=now if is_first else None,
                )
        except IntegrityError:
            return OfficerRefused(OfficerRefusal.KEYS_TAKEN, name)
        enter(
            EntryKind.OFFICER_ADDED if is_first else EntryKind.OFFICER_PROPOSED,
            {"officer": keys.fingerprint, "age_recipient": keys.age_recipient, "verify_key": keys.verify_key},
            now=now,
        )
    return officer_info(row)


def retire_officer(name: str, *, reason: str, now: datetime) -> OfficerInfo | OfficerRefused:
    """End an officer's service: from now on nothing new is approved by these keys, and old signatures stay."""
    if not reason.strip():
        return OfficerRefused(OfficerRefusal.REASON_MISSING, name)
    with transaction.atomic():
        row = lock_officer(name)
        if row is None:
            return OfficerRefused(OfficerRefusal.UNKNOWN, name)
        if row.retired_at is not None:
            return OfficerRefused(OfficerRefusal.RETIRED, name)
        row.retired_at = max(now, row.added_at)
        row.save(update_fields=["retired_at"])
        enter(EntryKind.OFFICER_RETIRED, {"officer": row.fingerprint}, now=now, secret={"reason": reason})
    return officer_info(row)


def forget_names(*, before: datetime, limit: int) -> int:
    """Put the beginning of a key's fingerprint in place of the names of those who retired before then; gives how many.

    The key stays, since what was signed with it is checked for ever.
    """
    rows = Officer.objects.filter(retired_at__lt=before).exclude(name__startswith=FORMER).order_by("pk")[:limit]
    for row in rows:
        row.name = f"{FORMER}{row.fingerprint}"
        row.save(update_fields=["name"])
    return len(rows)


def approval_hash(what: str, content: object) -> str:
    """The hash that two officers approve: of the act's name and its whole content (JSON), in canonical form.

    The name keeps an approval of one act from ever passing for that of another.
    """
    return hashlib.sha256(canonical({"content": content, "what": what})).hexdigest()


def approve(subject_hash: str, name: str, signature: bytes, *, now: datetime) -> Approved | ApprovalRefused:
    """Take an officer's signature over `approval_message(subject_hash)`; the same officer counts once."""
    with transaction.atomic():
        row = lock_officer(name)
        refusal = _refusal(row, subject_hash, signature)
        if row is None or refusal is not None:
            return ApprovalRefused(refusal or ApprovalRefusal.OFFICER_UNKNOWN, name)
        Approval.objects.create(officer=row, subject_hash=subject_hash, signature=signature.hex(), approved_at=now)
        taken = ApprovalInfo(subject_hash, officer_info(row), signature, now)
        return Approved(taken, len(standing(subject_hash)))


def enter_reveal(
    what: str, count: int, *, name: str, reason: str, now: datetime, veiled: bool = False
) -> EntryInfo | OfficerRefused:
    """Write down that an officer saw personal data unmasked: what ("orders.contact"), and of how many people.

    To be called before anything is shown. The reason is kept sealed beside the entry. `veiled` where an authority's
    request is the reason.
    """
    if not reason.strip():
        return OfficerRefused(OfficerRefusal.REASON_MISSING, name)
    found = officer(name)
    if found is None:
        return OfficerRefused(OfficerRefusal.UNKNOWN, name)
    if not found.is_active:
        return OfficerRefused(OfficerRefusal.NOT_ADMITTED if found.is_proposed else OfficerRefusal.RETIRED, name)
    facts = {"what": what, "officer": found.fingerprint, "count": banded(count)}
    secret = {"reason": reason, "officer": name, "count": count}
    return enter(EntryKind.REVEALED, facts, now=now, secret=secret, veiled=veiled)


def _refusal(row: Officer | None, subject_hash: str, signature: bytes) -> ApprovalRefusal | None:
    if not _HASH.fullmatch(subject_hash):
        return ApprovalRefusal.HASH_SENSELESS
    if (absent := _absence(row)) is not None or row is None:
        return absent
    if not is_signed(row.verify_key, approval_message(subject_hash), signature):
        return ApprovalRefusal.SIGNATURE_WRONG
    if Approval.objects.filter(officer=row, subject_hash=subject_hash).exists():
        return ApprovalRefusal.ALREADY_APPROVED
    return None


def _absence(row: Officer | None) -> ApprovalRefusal | None:
    if row is None:
        return ApprovalRefusal.OFFICER_UNKNOWN
    if row.retired_at is not None:
        return ApprovalRefusal.OFFICER_RETIRED
    return ApprovalRefusal.OFFICER_NOT_ADMITTED if row.admitted_at is None else None
