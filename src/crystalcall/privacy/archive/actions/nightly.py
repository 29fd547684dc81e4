"""What the clock does with the archive: counts, destroys what is over, clears away what nobody can open."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from crystalcall.privacy.archive.actions.closing import close_openings, close_rewraps
from crystalcall.privacy.archive.actions.destroying import destroy_lots, destroy_older, forget_finders
from crystalcall.privacy.archive.models import ArchiveLot
from crystalcall.privacy.keys.wraps import destroy_lot_keys, lot_keys, old_lots
from crystalcall.privacy.register.actions import enter
from crystalcall.privacy.register.kinds import EntryKind
from crystalcall.rules.privacy.canonical import banded

PIECE: Final = 500
SETTLED: Final = timedelta(days=1)
"""After so long every transaction that put something away has ended."""


def keep_archive(now: datetime) -> int:
    """Destroy every lot whose time is over; gives how many values were destroyed.

    What was sealed since the last night is entered as one count, so that no line tells of one person's deletion.
    """
    close_openings(now)
    close_rewraps(now)
    _enter_sealed(now)
    destroyed = 0
    while done := destroy_older(before=now, now=now, limit=PIECE):
        destroyed += done
    clear_unopenable(now)
    _clear_orphans(now)
    forget_finders()
    return destroyed


def _enter_sealed(now: datetime) -> None:
    with transaction.atomic():
        rows = ArchiveLot.objects.select_for_update(skip_locked=True).filter(is_entered=False).order_by("pk")
        new = dict(rows.values_list("pk", "subject"))
        if new:
            ArchiveLot.objects.filter(pk__in=list(new)).update(is_entered=True)
            enter(EntryKind.ARCHIVE_SEALED, {"lots": banded(len(new), people=len(set(new.values())))}, now=now)


def clear_restored(now: datetime) -> None:
    """Delete at once what a restored backup brought back although its key or its time is over."""
    while destroy_older(before=now, now=now, limit=PIECE):
        pass
    clear_unopenable(now)
    forget_finders()


def clear_unopenable(now: datetime) -> None:
    """Delete lots without a key: they were destroyed, and a restored backup brought back their rows."""
    after: UUID | None = None
    while lots := _lots(after):
        opening = lot_keys(lots)
        destroy_lots([lot for lot in lots if lot not in opening], now=now)
        after = lots[-1]


def _lots(after: UUID | None) -> list[UUID]:
    rows = ArchiveLot.objects.all() if after is None else ArchiveLot.objects.filter(pk__gt=after)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:PIECE])


def _clear_orphans(now: datetime) -> None:
    """A key without a lot: whatever was put away with it was rolled back."""
    after: UUID | None = None
    while lots := old_lots(before=(now - SETTLED).date(), after=after, limit=PIECE):
        known = set(ArchiveLot.objects.filter(pk__in=lots).values_list("pk", flat=True))
        destroy_lot_keys([lot for lot in lots if lot not in known])
        after = lots[-1]
