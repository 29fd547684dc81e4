"""The key store on its way into its own backup and out of it: wrapped as it lies, tombstones with the keys."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any, Final, TypeAlias
from uuid import UUID

import msgspec
from django.db import transaction

from crystalcall.privacy.keys.models import ArchiveLotKey, ArchiveMark, ArchivePair, ArchiveWrap, DataKey
from crystalcall.privacy.keys.routing import KEY_STORE
from crystalcall.privacy.keys.store import PIECE, scrub


class CarriedKey(msgspec.Struct, frozen=True, tag="key"):
    """A person's wrapped key, or the tombstone of one."""

    subject: UUID
    wrapped: bytes | None
    wrapped_by: str
    made_on: date | None
    destroyed_on: date | None


class CarriedPair(msgspec.Struct, frozen=True, tag="archive_pair"):
    """The public half of a person's pair of the archive."""

    subject: UUID
    recipient: str
    made_on: date


class CarriedWrap(msgspec.Struct, frozen=True, tag="archive_wrap"):
    """The private half of a person's pair, as it lies for two officers."""

    subject: UUID
    first: str
    second: str
    wrapped: bytes


class CarriedLotKey(msgspec.Struct, frozen=True, tag="archive_lot"):
    """The key of a lot of the archive, sealed to its person's public half."""

    lot: UUID
    subject: UUID
    wrapped: bytes
    made_on: date


Carried: TypeAlias = CarriedKey | CarriedPair | CarriedWrap | CarriedLotKey
TABLES: Final[tuple[tuple[Any, type[Any]], ...]] = (
    (DataKey, CarriedKey),
    (ArchivePair, CarriedPair),
    (ArchiveWrap, CarriedWrap),
    (ArchiveLotKey, CarriedLotKey),
)
_OF_THE_ARCHIVE: Final = TABLES[1:]


def count_carried() -> int:
    """How many rows `carry_out` gives."""
    return sum(model.objects.count() for model, _ in TABLES)


def carry_out() -> Iterator[list[Carried]]:
    """Every key, tombstone and wrap of the key store, in pieces of one kind."""
    for model, form in TABLES:
        piece: list[Carried] = []
        for row in model.objects.order_by("pk").values(*form.__struct_fields__).iterator(chunk_size=PIECE):
            piece.append(form(**{name: _plain(value) for name, value in row.items()}))
            if len(piece) == PIECE:
                yield piece
                piece = []
        if piece:
            yield piece


def carry_in(pieces: Iterable[Sequence[Carried]]) -> int:
    """Add what this key store lacks; gives how many keys and wraps it has more than before.

    What stands here is never changed, with one exception: a tombstone wins wherever it comes from, so that no key
    that was destroyed comes back. The archive's keys leave no tombstones: they are added only where there is no pair at
    all, since the key store was lost then; else one that lacks was destroyed. What was destroyed after the file of keys
    was made comes with them, and goes again by the replay ledger, of which nothing counts as carried out here then.
    """
    standing = DataKey.objects.filter(wrapped__isnull=False)
    before, takes_archive = standing.count() + ArchiveWrap.objects.count(), not ArchivePair.objects.exists()
    if takes_archive:
        ArchiveMark.objects.all().delete()
    for piece in pieces:
        with transaction.atomic(using=KEY_STORE):
            keys = [row for row in piece if isinstance(row, CarriedKey)]
            _add(DataKey, keys)
            for key in keys:
                if key.destroyed_on is not None:
                    standing.filter(pk=key.subject).update(wrapped=None, wrapped_by="", destroyed_on=key.destroyed_on)
            for model, form in _OF_THE_ARCHIVE if takes_archive else ():
                _add(model, [row for row in piece if isinstance(row, form)])
    scrub()
    return standing.count() + ArchiveWrap.objects.count() - before


def _add(model: Any, rows: Sequence[msgspec.Struct]) -> None:
    model.objects.bulk_create([model(**msgspec.structs.asdict(row)) for row in rows], ignore_conflicts=True)


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value
