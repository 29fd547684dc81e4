"""The keys of the sealed archive in the key store: put in and given away, and never unwrapped by this program.

Each person has a key pair. Its public half lies open, so that the program can seal to it; its private half lies
encrypted to one officer inside what is encrypted to another, once for each two in each order. The key of each lot is
sealed to the public half. All of it is in no backup of the main database, so that what is destroyed here is gone with
what it sealed.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Count

from crystalcall.privacy.keys.models import ArchiveHalf, ArchiveLotKey, ArchivePair, ArchiveWrap
from crystalcall.privacy.keys.routing import KEY_STORE
from crystalcall.privacy.keys.store import PIECE, pieces, reached, scrub


@dataclass(frozen=True, slots=True)
class NewPair:
    """A pair that was just made: its public half, and the private one for two officers by first and second."""

    recipient: str
    wraps: Mapping[tuple[str, str], bytes] = field(repr=False)


def keep_lot_key(
    lot: UUID, subject: UUID, *, make: Callable[[], NewPair], seal: Callable[[str], bytes], now: datetime
) -> None:
    """Keep the key of a new lot, which `seal` seals to the person's public half; the first time the pair is made.

    It stands when this returns, whatever becomes of the caller's transaction: a key too many opens nothing, a key too
    few would lose the lot.
    """

    def keep() -> None:
        with transaction.atomic(using=KEY_STORE):
            recipient = _recipient_of(subject) or _made(subject, make(), now.date())
            ArchiveLotKey.objects.create(lot=lot, subject=subject, wrapped=seal(recipient), made_on=now.date())

    reached(keep)


def opens_for(subject: UUID, officers: Collection[str]) -> bool:
    """Whether two of these officers could open what is sealed to this person's pair; True where there is none yet."""
    names = list(officers)

    def ask() -> bool:
        wraps = ArchiveWrap.objects.filter(subject=subject, first__in=names, second__in=names)
        return wraps.exists() or not ArchivePair.objects.filter(pk=subject).exists()

    return reached(ask)


def recipients_of(subjects: Collection[UUID]) -> dict[UUID, str]:
    """The public halves of these people, of those who have one."""
    found: dict[UUID, str] = {}
    for piece in pieces(sorted(set(subjects))):
        rows = ArchivePair.objects.filter(pk__in=piece).values_list("subject", "recipient")
        found |= reached(lambda rows=rows: dict(rows))  # type: ignore[misc]  # a default binds the rows
    return found


def wraps_for(first: str, subjects: Collection[UUID]) -> dict[tuple[UUID, str], bytes]:
    """The wraps of these people's pairs whose first layer this officer takes off, by person and second officer."""
    found: dict[tuple[UUID, str], bytes] = {}
    for piece in pieces(sorted(set(subjects))):
        rows = reached(lambda piece=piece: list(ArchiveWrap.objects.filter(first=first, subject__in=piece)))  # type: ignore[misc]  # as above
        found |= {(row.subject, row.second): bytes(row.wrapped) for row in rows}
    return found


def lot_keys(lots: Collection[UUID]) -> dict[UUID, tuple[UUID, bytes]]:
    """Whose each of these lots is and its sealed key, of those that can still be opened by anybody."""
    found: dict[UUID, tuple[UUID, bytes]] = {}
    for piece in pieces(sorted(set(lots))):
        rows = reached(lambda piece=piece: list(ArchiveLotKey.objects.filter(lot__in=piece)))  # type: ignore[misc]  # as above
        paired = recipients_of([row.subject for row in rows])
        found |= {row.lot: (row.subject, bytes(row.wrapped)) for row in rows if row.subject in paired}
    return found


def old_lots(*, before: date, after: UUID | None, limit: int) -> list[UUID]:
    """At most so many lots whose keys were made before a day, in order, those after one of them."""
    rows = ArchiveLotKey.objects.filter(made_on__lt=before)
    if after is not None:
        rows = rows.filter(lot__gt=after)
    return reached(lambda: list(rows.order_by("lot").values_list("lot", flat=True)[:limit]))


def people_for(first: str, second: str) -> Iterator[list[UUID]]:
    """Everybody whose pair these two officers open, the first taking off the outer layer, in pieces."""
    rows = ArchiveWrap.objects.filter(first=first, second=second).order_by("subject")
    after: UUID | None = None
    while True:
        more = rows if after is None else rows.filter(subject__gt=after)
        piece = reached(lambda more=more: list(more.values_list("subject", flat=True)[:PIECE]))  # type: ignore[misc]  # as above
        if not piece:
            return
        yield piece
        after = piece[-1]


def count_people(*, of: tuple[str, str] | None = None) -> int:
    """How many people have a pair, or a pair that these two officers open."""
    if of is None:
        return reached(ArchivePair.objects.count)
    return reached(ArchiveWrap.objects.filter(first=of[0], second=of[1]).count)


def shut_to(officers: Collection[str]) -> list[UUID]:
    """Everybody whose pair no two of these officers open."""
    names = list(officers)
    opened = ArchiveWrap.objects.filter(first__in=names, second__in=names).values("subject")
    return reached(lambda: list(ArchivePair.objects.exclude(pk__in=opened).values_list("subject", flat=True)))


def count_lacking(officers: Collection[str]) -> int:
    """How many people have a pair that some two of these officers do not open."""
    names = list(officers)
    full = (
        ArchiveWrap.objects.filter(first__in=names, second__in=names)
        .values("subject")
        .annotate(wraps=Count("pk"))
        .filter(wraps=len(names) * (len(names) - 1))
        .values("subject")
    )
    return reached(lambda: ArchivePair.objects.exclude(pk__in=full).count())


def renew_wraps(subject: UUID, recipient: str, wraps: Mapping[tuple[str, str], bytes]) -> bool:
    """Put these wraps in place of all that this person's pair has; False where it is not this pair (any more)."""

    def renew() -> bool:
        with transaction.atomic(using=KEY_STORE):
            if _recipient_of(subject) != recipient:
                return False
            ArchiveWrap.objects.filter(subject=subject).delete()
            ArchiveWrap.objects.bulk_create(_rows(subject, wraps))
        return True

    return reached(renew)


def drop_wraps_of_others(officers: Collection[str], *, spared: Collection[UUID]) -> int:
    """Take away every wrap that names somebody besides these officers, except of people who are spared; how many."""
    names = list(officers)

    def drop() -> int:
        kept = ArchiveWrap.objects.filter(first__in=names, second__in=names).values("pk")
        gone, _by_model = ArchiveWrap.objects.exclude(pk__in=kept).exclude(subject__in=list(spared)).delete()
        return gone

    dropped = reached(drop)
    reached(scrub)
    return dropped


def keep_halves(opening: UUID, halves: Mapping[tuple[UUID, str], bytes]) -> None:
    """Keep what an officer's step made for an opening, by person and second officer."""
    rows = [
        ArchiveHalf(opening=opening, subject=subject, second=second, half=half)
        for (subject, second), half in halves.items()
    ]
    reached(lambda: ArchiveHalf.objects.bulk_create(rows))


def halves_for(opening: UUID, second: str) -> dict[UUID, bytes]:
    """What this officer has to open of an opening, by person."""
    rows = reached(lambda: list(ArchiveHalf.objects.filter(opening=opening, second=second)))
    return {row.subject: bytes(row.half) for row in rows}


def destroy_halves(openings: Collection[UUID], *, of: UUID | None = None) -> None:
    """Take back an officer's steps (for one person): their openings are over."""
    rows = ArchiveHalf.objects.filter(opening__in=list(openings))
    if of is not None:
        rows = rows.filter(subject=of)
    if openings:
        reached(rows.delete)


def destroy_lot_keys(lots: Collection[UUID]) -> int:
    """Destroy the keys of these lots, and the pair of whoever has no lot left; gives how many lots had one."""
    had = 0
    for piece in pieces(sorted(set(lots))):
        had += reached(lambda piece=piece: _destroy_lot_keys(piece))  # type: ignore[misc]  # as above
    if had:
        reached(scrub)
    return had


def destroy_pairs(subjects: Collection[UUID]) -> None:
    """Destroy the pairs of these people with every key that is sealed to them, for every opening."""
    for piece in pieces(sorted(set(subjects))):
        reached(lambda piece=piece: _destroy_pairs(piece))  # type: ignore[misc]  # as above
    if subjects:
        reached(scrub)


def _recipient_of(subject: UUID) -> str:
    """The public half of a person's pair, locked until the transaction ends; empty where there is none."""
    row = ArchivePair.objects.select_for_update().filter(pk=subject).first()
    return "" if row is None else row.recipient


def _made(subject: UUID, pair: NewPair, day: date) -> str:
    # A twin may make one in this moment: then its pair stands, and ours was never used.
    made = ArchivePair(subject=subject, recipient=pair.recipient, made_on=day)
    ArchivePair.objects.bulk_create([made], ignore_conflicts=True)
    recipient = _recipient_of(subject)
    if recipient == pair.recipient:
        ArchiveWrap.objects.bulk_create(_rows(subject, pair.wraps))
    return recipient


def _rows(subject: UUID, wraps: Mapping[tuple[str, str], bytes]) -> list[ArchiveWrap]:
    return [
        ArchiveWrap(subject=subject, first=first, second=second, wrapped=wrapped)
        for (first, second), wrapped in wraps.items()
    ]


def _destroy_lot_keys(lots: Collection[UUID]) -> int:
    with transaction.atomic(using=KEY_STORE):
        keys = ArchiveLotKey.objects.filter(lot__in=lots)
        people = set(keys.values_list("subject", flat=True))
        # Whoever puts something away meanwhile waits for these rows, and finds a pair or makes one.
        list(ArchivePair.objects.select_for_update().filter(pk__in=people).order_by("pk"))
        destroyed, _by_model = keys.delete()
        left = set(ArchiveLotKey.objects.filter(subject__in=people).values_list("subject", flat=True))
        _destroy_pairs(people - left)
    return destroyed


def _destroy_pairs(subjects: Collection[UUID]) -> None:
    with transaction.atomic(using=KEY_STORE):
        for model in (ArchiveHalf, ArchiveWrap, ArchiveLotKey, ArchivePair):
            model.objects.filter(subject__in=subjects).delete()
