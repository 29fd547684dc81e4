"""Opening: one officer takes off the outer layer and says why, another the inner one; never both in one process."""

import hashlib
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from django.db import transaction

from crystalcall.plumbing.ids import random_code
from crystalcall.privacy.archive.actions.closing import close
from crystalcall.privacy.archive.actions.two_steps import second_refusal, serving
from crystalcall.privacy.archive.locks import locked_opening
from crystalcall.privacy.archive.models import ArchivedValue, ArchiveLot, ArchiveOpening
from crystalcall.privacy.archive.queries import view_of
from crystalcall.privacy.archive.sealing import Place, open_key, open_value, unwrapped
from crystalcall.privacy.archive.values import (
    PAIR,
    Opened,
    OpenedLot,
    OpeningRefusal,
    OpeningRefused,
    OpeningView,
)
from crystalcall.privacy.authorities.actions.steps import CaseLines, case_lines
from crystalcall.privacy.keys.opening import open_field
from crystalcall.privacy.keys.sealing import seal_field
from crystalcall.privacy.keys.wraps import halves_for, keep_halves, lot_keys, recipients_of, wraps_for
from crystalcall.privacy.officers.actions import approval_hash, approve
from crystalcall.privacy.officers.key_file import OfficerKeys
from crystalcall.privacy.officers.queries import active, approval_message, standing
from crystalcall.privacy.officers.values import OfficerInfo
from crystalcall.privacy.purposes import Purpose
from crystalcall.privacy.register.actions import enter
from crystalcall.privacy.register.kinds import EntryKind
from crystalcall.rules.privacy.canonical import banded

ACT: Final = "archive.open"
REASON: Final = "privacy.ArchiveOpening.sealed_reason"
OPEN_FOR: Final = timedelta(days=7)
"""How long the second officer may take; then the first one's step is taken back."""


def request_opening(
    subjects: Collection[UUID], reason: str, keys: OfficerKeys, *, now: datetime, case: str = ""
) -> OpeningView | OpeningRefused:
    """The first officer's step: takes the outer layer off these people's keys, for each other officer.

    What is left opens with the key of a second officer only, and waits in the key store. `case` is the authority's
    case that is the reason: then the register keeps it veiled for as long as the case. Errors:
    officers.key_file.KeyFileError.
    """
    asking = serving(keys)
    if isinstance(asking, OpeningRefused):
        return asking
    rows = ArchiveLot.objects.filter(subject__in=list(subjects), kept_until__gt=now)
    lots = sorted(rows.values_list("pk", flat=True))
    if (refusal := _cannot_ask(reason, lots, case)) is not None:
        return OpeningRefused(refusal)
    names = {each.fingerprint for each in active()}
    halves = {
        (subject, second): keys.decrypt(wrapped)
        for (subject, second), wrapped in wraps_for(asking.fingerprint, subjects).items()
        if second in names
    }
    if not halves:
        return OpeningRefused(OpeningRefusal.NOT_FOR_THESE_OFFICERS)
    with transaction.atomic():
        row = _new_opening(asking, lots, reason, now=now, case=case)
        approve(row.subject_hash, asking.name, keys.sign(approval_message(row.subject_hash)), now=now)
        keep_halves(row.pk, halves)
    return OpeningView(row.reference, asking.name, len(lots), now, row.expires_at, None, case)


def _cannot_ask(reason: str, lots: Collection[UUID], case: str) -> OpeningRefusal | None:
    if not reason.strip():
        return OpeningRefusal.REASON_MISSING
    if case and case_lines(case) is None:
        return OpeningRefusal.UNKNOWN_CASE
    return None if lots else OpeningRefusal.NOTHING_THERE


def open_archive(reference: str, keys: OfficerKeys, *, now: datetime, closing: bool) -> Opened | OpeningRefused:
    """The second officer's step: opens the lots, and enters `archive_opened`; nothing is written where it fails.

    `closing` ends the opening, for when the values are shown; without it they may only be shown masked.
    Errors: officers.key_file.KeyFileError, plumbing.sealing.SealBrokenError.
    """
    second = serving(keys)
    if isinstance(second, OpeningRefused):
        return second
    with transaction.atomic():
        row = locked_opening(reference)
        if (refusal := second_refusal(row, second, now=now)) is not None or row is None:
            return OpeningRefused(refusal or OpeningRefusal.UNKNOWN_OPENING)
        lines = case_lines(row.case) if row.case else None
        reason = _reason(row)
        if _hash_of(row, reason) != row.subject_hash:
            return OpeningRefused(OpeningRefusal.ALTERED)
        lots = _open_lots(row, halves_for(row.pk, second.fingerprint), keys, now)
        if not lots:
            return OpeningRefused(OpeningRefusal.NOT_FOR_THESE_OFFICERS)
        return _opened((row, lines), second, keys, (reason, lots), now=now, closing=closing)


def _opened(
    asked: tuple[ArchiveOpening, CaseLines | None],
    second: OfficerInfo,
    keys: OfficerKeys,
    found: tuple[str, tuple[OpenedLot, ...]],
    *,
    now: datetime,
    closing: bool,
) -> Opened | OpeningRefused:
    (row, lines), (reason, lots) = asked, found
    # A second look by the same officer adds no approval; two must stand in any case.
    approve(row.subject_hash, second.name, keys.sign(approval_message(row.subject_hash)), now=now)
    signed = {each.officer.fingerprint for each in standing(row.subject_hash)}
    if len(signed) < PAIR or not {row.asked_by, second.fingerprint} <= signed:
        transaction.set_rollback(True)
        return OpeningRefused(OpeningRefusal.NOT_APPROVED)
    row.opened_at = row.opened_at or now
    if closing:
        close([row], now=now)
    else:
        row.save(update_fields=["opened_at"])
    facts = {
        "opening": row.reference,
        "officers": sorted({row.asked_by, second.fingerprint}),
        "values": banded(sum(len(lot.values) for lot in lots), people=len({lot.lot.subject for lot in lots})),
        "masked": not closing,
    }
    secret = {"reason": reason, "subjects": sorted({str(lot.lot.subject) for lot in lots})}
    veiled = lines is not None and lines.is_silent
    entry = enter(EntryKind.ARCHIVE_OPENED, facts, now=now, secret=secret, veiled=veiled)
    if veiled and lines is not None:
        lines.add(entry.hash)
    return Opened(row.reference, reason, lots, entry.hash)


def _new_opening(asking: OfficerInfo, lots: list[UUID], reason: str, *, now: datetime, case: str) -> ArchiveOpening:
    opening = uuid4()
    row = ArchiveOpening(
        id=opening,
        reference=random_code(),
        lots=[str(lot) for lot in lots],
        asked_by=asking.fingerprint,
        sealed_reason=seal_field(REASON, opening, reason),
        case=case,
        asked_at=now,
        expires_at=now + OPEN_FOR,
    )
    row.subject_hash = _hash_of(row, reason)
    row.save(force_insert=True)
    return row


def _hash_of(row: ArchiveOpening, reason: str) -> str:
    """What both officers approve: this opening of these lots, for this reason, until then."""
    content = {
        "opening": row.reference,
        "lots": list(row.lots),
        "asked_by": row.asked_by,
        "reason": hashlib.sha256(f"{row.pk.hex} {reason}".encode()).hexdigest(),
        "until": int(row.expires_at.timestamp()),
        "case": row.case,
    }
    return approval_hash(ACT, content)


def _reason(row: ArchiveOpening) -> str:
    blob = row.sealed_reason or b""
    return open_field(REASON, row.pk, blob, purpose=Purpose.ACCOUNTABILITY, collected_under=row.policy_version)


def _open_lots(
    row: ArchiveOpening, halves: Mapping[UUID, bytes], keys: OfficerKeys, now: datetime
) -> tuple[OpenedLot, ...]:
    """What was asked for and no more, though a person's key would open more; nothing whose time is over meanwhile."""
    recipients = recipients_of(list(halves))
    identities = {
        subject: unwrapped(subject, recipients[subject], half, keys.decrypt)
        for subject, half in halves.items()
        if subject in recipients
    }
    sealed = lot_keys([UUID(lot) for lot in row.lots])
    lots = ArchiveLot.objects.filter(pk__in=list(sealed), subject__in=list(identities), kept_until__gt=now)
    lots = lots.prefetch_related("values")
    return tuple(_open_lot(lot, sealed[lot.pk][1], identities[lot.subject]) for lot in lots.order_by("sealed_at", "pk"))


def _open_lot(row: ArchiveLot, sealed: bytes, identity: str) -> OpenedLot:
    key = open_key(row.pk, row.subject, sealed, identity)
    values: dict[str, str] = {}
    for value in sorted(row.values.all(), key=_field):
        place = Place(row.subject, row.archive_class, value.field, value.version)
        values[value.field] = open_value(row.pk, place, value.content, key)
    return OpenedLot(view_of(row), values)


def _field(value: ArchivedValue) -> str:
    return value.field
