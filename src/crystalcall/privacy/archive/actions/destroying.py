"""Destroying: the key first of all, and with it what it sealed, in every copy of the database."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from crystalcall.privacy.archive.models import ArchivedValue, ArchiveFinder, ArchiveLot
from crystalcall.privacy.archive.values import DestroyRefusal, DestroyRefused
from crystalcall.privacy.holds.queries import held_names
from crystalcall.privacy.keepers import NameKind
from crystalcall.privacy.keys.wraps import destroy_lot_keys, destroy_pairs
from crystalcall.privacy.officers.queries import officer
from crystalcall.privacy.officers.values import OfficerInfo
from crystalcall.privacy.register.actions import enter
from crystalcall.privacy.register.kinds import EntryKind
from crystalcall.rules.privacy.canonical import banded


def destroy_lots(lots: Collection[UUID]) -> int:
    """Destroy these lots in the caller's transaction; gives how many values they held.

    Whoever has no lot left loses their pair too, and nothing leads to them any more. The keys go last, because nothing
    brings them back: should the commit fail then, the lots stay shut for ever, and the next night deletes them.
    """
    with transaction.atomic():
        wanted = list(lots)
        values = _delete(ArchiveLot.objects.filter(pk__in=wanted))
        destroy_lot_keys(wanted)
    return values


def destroy_people(subjects: Collection[UUID]) -> int:
    """Destroy everything that was put away about these subjects, their pairs first of all; gives how many values.

    In the caller's transaction. Also what is being put away in this moment opens for nobody then.
    """
    with transaction.atomic():
        wanted = list(subjects)
        values = _delete(ArchiveLot.objects.filter(subject__in=wanted))
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
        destroy_people(subjects)
    return values


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
        destroy_lots(lots)
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
