"""The keys of the sealed archive in the key store: put in and given away, and never unwrapped by this program.

Each lies encrypted to one officer inside what is encrypted to another, once for each pair in each order. They are in
no backup of the main database, so that a destroyed one is gone with what it sealed.
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from crystalcall.privacy.keys.models import ArchiveHalf, ArchiveWrap
from crystalcall.privacy.keys.routing import KEY_STORE
from crystalcall.privacy.keys.store import pieces, reached, scrub


def keep_wraps(lot: UUID, wraps: Mapping[tuple[str, str], bytes], *, now: datetime) -> None:
    """Keep the wraps of a new lot, by first and second officer; they stand when this returns.

    Whatever becomes of the caller's transaction: a key too many opens nothing, a key too few would lose the lot.
    """
    rows = [
        ArchiveWrap(lot=lot, first=first, second=second, wrapped=wrapped, made_on=now.date())
        for (first, second), wrapped in wraps.items()
    ]
    reached(lambda: ArchiveWrap.objects.bulk_create(rows))


def wraps_for(first: str, lots: Collection[UUID]) -> dict[tuple[UUID, str], bytes]:
    """The wraps of these lots whose first layer this officer takes off, by lot and second officer."""
    found: dict[tuple[UUID, str], bytes] = {}
    for piece in pieces(sorted(set(lots))):
        rows = reached(lambda piece=piece: list(ArchiveWrap.objects.filter(first=first, lot__in=piece)))  # type: ignore[misc]  # a default binds the piece
        found |= {(row.lot, row.second): bytes(row.wrapped) for row in rows}
    return found


def lots_with_wraps(lots: Collection[UUID]) -> frozenset[UUID]:
    """Which of these lots can still be opened by anybody."""
    found: set[UUID] = set()
    for piece in pieces(sorted(set(lots))):
        found |= reached(
            lambda piece=piece: set(ArchiveWrap.objects.filter(lot__in=piece).values_list("lot", flat=True))  # type: ignore[misc]  # as above
        )
    return frozenset(found)


def old_lots(*, before: date, after: UUID | None, limit: int) -> list[UUID]:
    """At most so many lots whose wraps were made before a day, in order, those after one of them."""
    rows = ArchiveWrap.objects.filter(made_on__lt=before)
    if after is not None:
        rows = rows.filter(lot__gt=after)
    return reached(lambda: list(rows.order_by("lot").values_list("lot", flat=True).distinct()[:limit]))


def keep_halves(opening: UUID, halves: Mapping[tuple[UUID, str], bytes]) -> None:
    """Keep what an officer's step made for an opening, by lot and second officer."""
    rows = [ArchiveHalf(opening=opening, lot=lot, second=second, half=half) for (lot, second), half in halves.items()]
    reached(lambda: ArchiveHalf.objects.bulk_create(rows))


def halves_for(opening: UUID, second: str) -> dict[UUID, bytes]:
    """What this officer has to open of an opening, by lot."""
    rows = reached(lambda: list(ArchiveHalf.objects.filter(opening=opening, second=second)))
    return {row.lot: bytes(row.half) for row in rows}


def destroy_halves(openings: Collection[UUID]) -> None:
    """Take back an officer's steps: their openings are over."""
    if openings:
        reached(lambda: ArchiveHalf.objects.filter(opening__in=list(openings)).delete())


def destroy_wraps(lots: Collection[UUID]) -> int:
    """Destroy the keys of these lots, for every pair and every opening; gives how many lots had one."""
    had = lots_with_wraps(lots)
    for piece in pieces(sorted(set(lots))):
        reached(lambda piece=piece: _destroy(piece))  # type: ignore[misc]  # as above
    if had:
        reached(scrub)
    return len(had)


def _destroy(lots: Collection[UUID]) -> None:
    with transaction.atomic(using=KEY_STORE):
        ArchiveHalf.objects.filter(lot__in=lots).delete()
        ArchiveWrap.objects.filter(lot__in=lots).delete()
