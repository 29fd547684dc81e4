"""Which lines of the replay ledger about the archive this key store has carried out.

In the key store and in no file of keys, because a key store that was filled anew has carried out none of them.
"""

from collections.abc import Collection, Iterator
from uuid import UUID

from crystalcall.privacy.keys.models import ArchiveLotKey, ArchiveMark, ArchivePair
from crystalcall.privacy.keys.store import PIECE, pieces, reached


def mark(line_hashes: Collection[str]) -> None:
    """These lines are carried out here."""
    rows = [ArchiveMark(line_hash=each) for each in line_hashes]
    reached(lambda: ArchiveMark.objects.bulk_create(rows, ignore_conflicts=True, batch_size=PIECE))


def unmarked(line_hashes: Collection[str]) -> frozenset[str]:
    """Those of these lines that were never carried out here."""
    known: set[str] = set()
    for piece in pieces(list(line_hashes)):
        rows = ArchiveMark.objects.filter(pk__in=piece).values_list("pk", flat=True)
        known |= reached(lambda rows=rows: set(rows))  # type: ignore[misc]  # a default binds the rows
    return frozenset(line_hashes) - known


def marks() -> frozenset[str]:
    """Every line that was carried out here."""
    return reached(lambda: frozenset(ArchiveMark.objects.values_list("pk", flat=True)))


def forget(line_hashes: Collection[str]) -> None:
    """These lines are missed no more: the ledger that had them is lost."""
    for piece in pieces(list(line_hashes)):
        reached(lambda piece=piece: ArchiveMark.objects.filter(pk__in=piece).delete())  # type: ignore[misc]  # binds it


def named_pairs() -> Iterator[tuple[str, UUID]]:
    """Every pair by what names it, its public half, with whose it is."""
    rows = ArchivePair.objects.order_by("pk").values_list("recipient", "subject")
    yield from rows.iterator(chunk_size=PIECE)


def named_lots() -> Iterator[tuple[str, UUID]]:
    """Every lot that has a key, by what names it."""
    for lot in ArchiveLotKey.objects.order_by("pk").values_list("lot", flat=True).iterator(chunk_size=PIECE):
        yield lot.hex, lot
