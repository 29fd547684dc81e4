"""Ending an opening: the first officer's step is taken back, and the reason stays in the register alone."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from crystalcall.privacy.archive.models import ArchiveOpening, ArchiveRewrap
from crystalcall.privacy.keys.actions import destroy
from crystalcall.privacy.keys.wraps import destroy_halves


def close_openings(now: datetime) -> int:
    """Close every opening that nobody used in time; gives how many."""
    with transaction.atomic():
        rows = ArchiveOpening.objects.select_for_update().filter(closed_at__isnull=True, expires_at__lte=now)
        over = list(rows.order_by("pk"))
        close(over, now=now)
    return len(over)


def close(openings: Sequence[ArchiveOpening], *, now: datetime) -> None:
    """Close locked openings."""
    for row in openings:
        row.closed_at, row.sealed_reason = now, None
        row.save(update_fields=["closed_at", "sealed_reason", "opened_at"])
    ids = [row.pk for row in openings]
    destroy_halves(ids)
    destroy(ids, now=now)


def close_rewraps(now: datetime) -> int:
    """Close every rewrap that nobody carried out in time; gives how many."""
    with transaction.atomic():
        rows = ArchiveRewrap.objects.select_for_update().filter(closed_at__isnull=True, expires_at__lte=now)
        over = list(rows.order_by("pk"))
        for row in over:
            close_rewrap(row, now=now)
    return len(over)


def close_rewrap(row: ArchiveRewrap, *, now: datetime) -> None:
    """Close a locked rewrap: what the first officer took off is taken back."""
    row.closed_at, row.sealed_reason = now, None
    row.save(update_fields=["closed_at", "sealed_reason"])
    destroy_halves([row.pk])
    destroy([row.pk], now=now)
