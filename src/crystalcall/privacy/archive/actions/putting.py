"""Putting away: the one thing that the running program can do with the archive by itself."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Max

from crystalcall.privacy import keepers
from crystalcall.privacy.archive import admitting
from crystalcall.privacy.archive.models import ArchivedValue, ArchiveFinder, ArchiveLot
from crystalcall.privacy.archive.queries import finder_of, finder_of_order, stands
from crystalcall.privacy.archive.sealing import Place, new_pair, seal_key, seal_values
from crystalcall.privacy.archive.values import PAIR, NotKept, NotKeptReason, PutAway
from crystalcall.privacy.erasures.queries import suspended
from crystalcall.privacy.keys.wraps import keep_lot_key, opens_for
from crystalcall.privacy.officers.queries import active
from crystalcall.privacy.officers.values import OfficerInfo
from crystalcall.privacy.retention_classes import CLASSES


def archive_values(
    subject: UUID, archive_class: str, values: Mapping[str, str], now: datetime, collected_under: int
) -> None:
    """What the rooms' keepers call before values change or vanish (`keepers.seal_away`)."""
    put_away(subject, archive_class, values, now=now, collected_under=collected_under)


def find_by_order(subject: UUID, order_number: str, collected_under: int) -> None:
    """Let an order's number lead to what is put away of its buyer, before the order is cut loose from them.

    A keyed hash is kept, where anything is; it goes with the last lot of its person (`keepers.lead_to`).
    """
    if stands() and not suspended([str(subject)]):
        finder = finder_of_order(order_number)
        row = ArchiveFinder(subject=subject, finder=finder, policy_version=collected_under)
        ArchiveFinder.objects.bulk_create([row], ignore_conflicts=True)


def put_away(
    subject: UUID, archive_class: str, values: Mapping[str, str], *, now: datetime, collected_under: int
) -> PutAway | NotKept:
    """Seal what the inventory keeps for the records of these values (by declared field); the rest is not kept.

    In the caller's transaction; the keys are in their store before it ends. With fewer than two officers, for whoever
    is suspected to be a child, and for what was given for offers alone nothing is put away (clauses C13 and C19).
    """
    officers = active()
    if (problem := _problem(subject, archive_class, officers)) is not None:
        return NotKept(problem)
    refused = {field: why for field in values if (why := admitting.why_not(field)) is not None}
    kept = {field: text for field, text in sorted(values.items()) if text and field not in refused}
    if not kept:
        return NotKept(next(iter(refused.values()), NotKeptReason.NOT_DECLARED))
    return _put_away(Place(subject, archive_class, "", 0), kept, officers, now, collected_under)


def _problem(subject: UUID, archive_class: str, officers: Collection[OfficerInfo]) -> NotKeptReason | None:
    if len(officers) < PAIR:
        return NotKeptReason.FEW_OFFICERS
    if not admitting.is_timed(archive_class):
        return NotKeptReason.NO_TIME
    if suspended([str(subject)]):
        return NotKeptReason.CHILD
    # A pair whose officers have left would swallow what is put in.
    serving = [each.fingerprint for each in officers]
    return None if opens_for(subject, serving) else NotKeptReason.OPENS_FOR_NOBODY


def _put_away(
    about: Place, kept: Mapping[str, str], officers: Collection[OfficerInfo], now: datetime, collected_under: int
) -> PutAway:
    lot, until = uuid4(), CLASSES[about.archive_class].ends(now)
    assert until is not None  # noqa: S101 - `is_timed` was asked
    with transaction.atomic():
        places = {
            Place(about.person, about.archive_class, field, _next_version(about.person, field)): text
            for field, text in kept.items()
        }
        key, sealed = seal_values(lot, places)
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
            for place, blob in zip(places, sealed, strict=True)
        )
        keep_lot_key(
            lot,
            about.person,
            make=lambda: new_pair(about.person, officers),
            seal=lambda recipient: seal_key(lot, about.person, key, recipient),
            now=now,
        )
    return PutAway(lot, tuple(kept), until)


def _next_version(person: UUID, field: str) -> int:
    last = ArchivedValue.objects.filter(lot__subject=person, field=field).aggregate(last=Max("version"))["last"]
    return int(last or 0) + 1


def _finder(kept: Mapping[str, str]) -> bytes | None:
    """Of the first value that is an e-mail address."""
    mailboxes = (keepers.mailbox(text) for text in kept.values() if "@" in text)
    return next((finder_of(mailbox) for mailbox in mailboxes if mailbox is not None), None)
