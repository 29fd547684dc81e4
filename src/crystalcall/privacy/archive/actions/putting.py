"""Putting away: the one thing that the running program can do with the archive by itself."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Max

from crystalcall.privacy import keepers
from crystalcall.privacy.archive import admitting
from crystalcall.privacy.archive.models import ArchivedValue, ArchiveLot
from crystalcall.privacy.archive.queries import finder_of
from crystalcall.privacy.archive.sealing import Place, seal_lot
from crystalcall.privacy.archive.values import PAIR, NotKept, NotKeptReason, PutAway
from crystalcall.privacy.erasures.queries import suspended
from crystalcall.privacy.keys.wraps import keep_wraps
from crystalcall.privacy.officers.queries import active
from crystalcall.privacy.retention_classes import CLASSES


def archive_values(
    subject: UUID, archive_class: str, values: Mapping[str, str], now: datetime, collected_under: int
) -> None:
    """What the rooms' keepers call before values change or vanish (`keepers.seal_away`)."""
    put_away(subject, archive_class, values, now=now, collected_under=collected_under)


def put_away(
    subject: UUID, archive_class: str, values: Mapping[str, str], *, now: datetime, collected_under: int
) -> PutAway | NotKept:
    """Seal what the inventory keeps for the records of these values (by declared field); the rest is not kept.

    In the caller's transaction; the keys are in their store before it ends. With fewer than two officers, for whoever
    is suspected to be a child, and for what was given for offers alone nothing is put away (clauses C13 and C19).
    """
    officers = active()
    if len(officers) < PAIR:
        return NotKept(NotKeptReason.FEW_OFFICERS)
    if not admitting.is_timed(archive_class):
        return NotKept(NotKeptReason.NO_TIME)
    if suspended([str(subject)]):
        return NotKept(NotKeptReason.CHILD)
    refused = {field: why for field in values if (why := admitting.why_not(field)) is not None}
    kept = {field: text for field, text in sorted(values.items()) if text and field not in refused}
    if not kept:
        return NotKept(next(iter(refused.values()), NotKeptReason.NOT_DECLARED))
    return _put_away(Place(subject, archive_class, "", 0), kept, now, collected_under)


def _put_away(about: Place, kept: Mapping[str, str], now: datetime, collected_under: int) -> PutAway:
    period = CLASSES[about.archive_class].period
    assert period is not None  # noqa: S101 - `is_timed` was asked
    lot, until = uuid4(), now + period
    with transaction.atomic():
        places = {
            Place(about.person, about.archive_class, field, _next_version(about.person, field)): text
            for field, text in kept.items()
        }
        sealed = seal_lot(lot, places, active())
        row = ArchiveLot.objects.create(
            id=lot,
            subject=about.person,
            archive_class=about.archive_class,
            finder=_finder(kept),
            sealed_at=now,
            kept_until=until,
            policy_version=collected_under,
        )
        ArchivedValue.objects.bulk_create(
            ArchivedValue(
                lot=row, field=place.field, version=place.version, content=blob, policy_version=collected_under
            )
            for place, blob in zip(places, sealed.values, strict=True)
        )
        keep_wraps(lot, sealed.wraps, now=now)
    return PutAway(lot, tuple(kept), until)


def _next_version(person: UUID, field: str) -> int:
    last = ArchivedValue.objects.filter(lot__subject=person, field=field).aggregate(last=Max("version"))["last"]
    return int(last or 0) + 1


def _finder(kept: Mapping[str, str]) -> bytes | None:
    """Of the first value that is an e-mail address."""
    mailboxes = (keepers.mailbox(text) for text in kept.values() if "@" in text)
    return next((finder_of(mailbox) for mailbox in mailboxes if mailbox is not None), None)
