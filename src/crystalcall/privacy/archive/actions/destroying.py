"""Destroying: the key first of all, and with it what it sealed, in every copy of the database.

What is destroyed stands in the replay ledger before it goes, so that a file of keys from before does not bring it back.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from crystalcall.privacy.archive.actions.closing import close
from crystalcall.privacy.archive.models import ArchivedValue, ArchiveFinder, ArchiveLot, ArchiveOpening
from crystalcall.privacy.archive.values import DestroyRefusal, DestroyRefused
from crystalcall.privacy.erasures.archives import noted
from crystalcall.privacy.holds.queries import held_names
from crystalcall.privacy.keepers import NameKind
from crystalcall.privacy.keys.wraps import destroy_lot_keys, destroy_pairs, lot_keys, recipients_of
from crystalcall.privacy.officers.queries import officer
from crystalcall.privacy.officers.values import OfficerInfo
from crystalcall.privacy.register.actions import enter
from crystalcall.privacy.register.kinds import EntryKind
from crystalcall.rules.privacy.canonical import banded


def destroy_lots(lots: Collection[UUID], *, now: datetime) -> int:
    """Destroy these lots in the caller's transaction; gives how many values they held.

    Whoever has no lot left loses their pair too, and nothing leads to them any more. The keys go last, because nothing
    brings them back: should the commit fail then, the lots stay shut for ever, and the next night deletes them.
    Errors: OSError where the replay ledger cannot be written.
    """
    with transaction.atomic():
        wanted = list(lots)
        values = _delete(ArchiveLot.objects.filter(pk__in=wanted))
        with noted([lot.hex for lot in lot_keys(wanted)], now=now):
            destroy_lot_keys(wanted)
    return values


def destroy_people(subjects: Collection[UUID], *, now: datetime) -> int:
    """Destroy everything that was put away about these subjects, their pairs first of all; gives how many values.

    In the caller's transaction. Also what is being put away in this moment opens for nobody then. Errors: OSError
    where the replay ledger cannot be written.
    """
    with transaction.atomic():
        wanted = list(subjects)
        values = _delete(ArchiveLot.objects.filter(subject__in=wanted))
        with noted(list(recipients_of(wanted).values()), now=now):
            destroy_pairs(wanted)
    return values


def forget_finders() -> int:
    """Delete every finder that leads to nothing; gives how many."""
    lots = ArchiveLot.objects.filter(subject=OuterRef("subject"))
    deleted, _by_model = ArchiveFinder.objects.filter(~Exists(lots)).delete()
    return deleted


def _delete(lots: "QuerySet[ArchiveLot]") -> int:
    people = list(lots.values_list("subject", flat=True))
    values, _by_model = ArchivedValue.objects.filter(lot__in=lots.values("pk")).delete()
    lots.delete()
    left = ArchiveLot.objects.filter(subject__in=people).values("subject")
    ArchiveFinder.objects.filter(subject__in=people).exclude(subject__in=left).delete()
    return values


def destroy_archive(subjects: Collection[UUID], name: str, reason: str, *, now: datetime) -> int | DestroyRefused:
    """Destroy everything that was put away about these subjects; gives how many values there were.

    One officer is enough, because it protects. Enters `archive_destroyed`, with the reason sealed beside it; where
    there was nothing, nothing is entered; what a legal hold holds stays.
    """
    by = officer(name)
    refusal = _refusal(by, reason, subjects)
    if by is None or refusal is not None:
        return DestroyRefused(refusal or DestroyRefusal.OFFICER_UNKNOWN)
    with transaction.atomic():
        rows = ArchiveLot.objects.select_for_update().filter(subject__in=list(subjects)).order_by("pk")
        lots = list(rows.values_list("pk", flat=True))
        if not lots:
            return 0
        values = ArchivedValue.objects.filter(lot__in=lots).count()
        facts = {"why": "asked", "values": banded(values, people=1), "officer": by.fingerprint}
        enter(EntryKind.ARCHIVE_DESTROYED, facts, now=now, secret={"reason": reason})
        destroy_people(subjects, now=now)
        _close_empty(now)
    return values


def _close_empty(now: datetime) -> None:
    """Nobody waits any more to open what is not there."""
    waiting = ArchiveOpening.objects.select_for_update().filter(closed_at__isnull=True).order_by("pk")
    close([row for row in waiting if not ArchiveLot.objects.filter(pk__in=row.lots).exists()], now=now)


def destroy_older(*, archive_class: str = "", before: datetime, now: datetime, limit: int) -> int:
    """Destroy at most so many lots (of a class) that were to be kept until then or shorter; gives how many values.

    What a legal hold holds stays until it is released.
    """
    with transaction.atomic():
        rows = ArchiveLot.objects.select_for_update(skip_locked=True).filter(kept_until__lte=before)
        rows = rows.exclude(subject__in=held_subjects())
        if archive_class:
            rows = rows.filter(archive_class=archive_class)
        found = list(rows.order_by("kept_until", "pk").values_list("pk", "subject")[:limit])
        if not found:
            return 0
        lots = [lot for lot, _subject in found]
        values = ArchivedValue.objects.filter(lot__in=lots).count()
        people = len({subject for _lot, subject in found})
        enter(EntryKind.ARCHIVE_DESTROYED, {"why": "time", "values": banded(values, people=people)}, now=now)
        destroy_lots(lots, now=now)
    return values


def held_subjects() -> list[UUID]:
    """Whoever is held by law, under every id that a lot may have."""
    return [UUID(name) for kind in (NameKind.CUSTOMER, NameKind.ACCOUNT) for name in held_names(kind)]


def _refusal(by: OfficerInfo | None, reason: str, subjects: Collection[UUID]) -> DestroyRefusal | None:
    if not reason.strip():
        return DestroyRefusal.REASON_MISSING
    if by is None:
        return DestroyRefusal.OFFICER_UNKNOWN
    if not by.is_active:
        return DestroyRefusal.OFFICER_RETIRED
    return None if set(subjects).isdisjoint(held_subjects()) else DestroyRefusal.HELD
