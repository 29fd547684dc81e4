"""Telling: at once, or on the day on which an order of silence ends; by a mail, and in the person's own export."""

from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Q

from crystalcall.plumbing.announcements import announce
from crystalcall.privacy.authorities.events import AuthorityNoticeDue
from crystalcall.privacy.authorities.locks import locked_case
from crystalcall.privacy.authorities.models import AuthorityCase
from crystalcall.privacy.keys.actions import destroy
from crystalcall.privacy.register.actions import unveil

PIECE: Final = 500


def tell(row: AuthorityCase, *, now: datetime) -> None:
    """Tell a locked case: its lines in the register are unveiled, and a mail is announced."""
    row.told_at = row.closed_at = now
    row.save(update_fields=["told_at", "closed_at"])
    announce(AuthorityNoticeDue(row.reference))
    unveil(row.entries, reference=row.reference, now=now)


def tell_due(now: datetime) -> int:
    """Tell every case whose order of silence is over; gives how many."""
    due = AuthorityCase.objects.filter(
        Q(gag_until__isnull=True) | Q(gag_until__lte=now), extracted_at__isnull=False, told_at__isnull=True
    )
    told = 0
    for reference in list(due.values_list("reference", flat=True)[:PIECE]):
        with transaction.atomic():
            row = locked_case(reference)
            if row is not None and row.told_at is None:
                tell(row, now=now)
                told += 1
    return told


def forget_told(*, before: datetime, now: datetime, limit: int) -> int:
    """Delete at most so many cases that were closed before then, with their keys; gives how many.

    One that was refused under an order of silence is closed too: nothing of it was handed over.
    """
    with transaction.atomic():
        old = list(
            AuthorityCase.objects.filter(closed_at__lt=before)
            .order_by("closed_at", "pk")
            .values_list("pk", flat=True)[:limit]
        )
        AuthorityCase.objects.filter(pk__in=old).delete()
        destroy(old, now=now)
    return len(old)
