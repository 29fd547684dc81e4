"""Loading a carrier's deck: all of it or nothing."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from django.db import transaction

from crystalcall.minutes.rates import bulk
from crystalcall.minutes.rates.carrier_prices import prices_of
from crystalcall.minutes.rates.deck_file import BadRow, DeckFile, DeckRow, Missing, Progress, Stated, read_deck
from crystalcall.minutes.rates.differences import Differences, differences
from crystalcall.minutes.rates.locks import lock_carrier
from crystalcall.minutes.rates.models import CarrierDeck, CarrierRate


@dataclass(frozen=True, slots=True)
class ImportDeck:
    """What to load: the file's bytes, whose it is, when it takes effect (aware), and what is stated for empty cells.

    ``columns`` maps our names of columns to the file's; ``dry_run`` reads and compares but writes nothing.
    """

    carrier: str
    content: bytes
    source: str
    effective_at: datetime
    stated: Stated = field(default_factory=Stated)
    columns: Mapping[str, str] | None = None
    dry_run: bool = False


class ImportRefusal(StrEnum):
    """Why a deck was not loaded."""

    BAD_ROWS = "bad_rows"
    INCREMENTS_NOT_STATED = "increments_not_stated"
    CONNECT_FEE_NOT_STATED = "connect_fee_not_stated"
    ALREADY_IMPORTED = "already_imported"


@dataclass(frozen=True, slots=True)
class Imported:
    """A deck that was read and, unless `dry_run`, loaded (then it has an id)."""

    carrier_deck_id: int | None
    carrier: str
    row_count: int
    differences: Differences
    uneven_lines: tuple[int, ...]
    dry_run: bool


@dataclass(frozen=True, slots=True)
class ImportRefused:
    """Nothing was loaded; every bad row with its line, or how many rows leave open what must be stated."""

    reason: ImportRefusal
    bad_rows: tuple[BadRow, ...] = ()
    row_count: int = 0


def import_deck(request: ImportDeck, *, now: datetime, progress: Progress | None = None) -> Imported | ImportRefused:
    """Read, compare with the deck of this carrier that is in force on that day, and load in one transaction.

    `progress` is told (rows done, rows in all), first for reading, then for writing.
    """
    read = read_deck(
        request.content,
        request.stated,
        effective_on=request.effective_at.astimezone(UTC).date(),
        columns=request.columns,
        progress=progress,
    )
    refusal = _refusal(read)
    if refusal is not None:
        return refusal
    if request.dry_run:
        return _imported(request, read, _changes(request, read.rows), None)
    with transaction.atomic():
        return _load(request, read, now, progress)


def _refusal(read: DeckFile) -> ImportRefused | None:
    """Why the file cannot be loaded; bad rows first, since stating more would not help them."""
    if read.bad_rows:
        return ImportRefused(ImportRefusal.BAD_ROWS, tuple(read.bad_rows), len(read.bad_rows))
    for missing, reason in (
        (Missing.INCREMENTS, ImportRefusal.INCREMENTS_NOT_STATED),
        (Missing.CONNECT_FEE, ImportRefusal.CONNECT_FEE_NOT_STATED),
    ):
        if missing in read.missing:
            return ImportRefused(reason, row_count=read.missing[missing])
    return None


def _load(request: ImportDeck, read: DeckFile, now: datetime, progress: Progress | None) -> Imported | ImportRefused:
    """Write the deck and its rows, in the caller's transaction."""
    carrier = lock_carrier(request.carrier)
    digest = hashlib.sha256(request.content).hexdigest()
    same = CarrierDeck.objects.filter(carrier=carrier, effective_at=request.effective_at, sha256=digest)
    if same.exists():
        return ImportRefused(ImportRefusal.ALREADY_IMPORTED, row_count=len(read.rows))
    changes = _changes(request, read.rows)
    deck = CarrierDeck.objects.create(
        carrier=carrier,
        effective_at=request.effective_at,
        imported_at=now,
        source=request.source,
        sha256=digest,
        row_count=len(read.rows),
    )
    rates = (
        CarrierRate(
            deck_id=deck.pk,
            prefix=row.prefix,
            destination=row.destination,
            minute_price_micros=row.terms.minute_price_micros,
            connect_fee_micros=row.terms.connect_fee_micros,
            first_increment_seconds=row.terms.first_increment_seconds,
            next_increment_seconds=row.terms.next_increment_seconds,
        )
        for row in read.rows
    )
    bulk.insert(CarrierRate, rates, len(read.rows), progress)
    return _imported(request, read, changes, deck.pk)


def _changes(request: ImportDeck, rows: list[DeckRow]) -> Differences:
    """Against the carrier's deck that would be in force on that day without this one."""
    before = (
        CarrierDeck.objects.filter(carrier__code=request.carrier, effective_at__lte=request.effective_at)
        .order_by("-effective_at", "-pk")
        .first()
    )
    return differences(prices_of(before.pk) if before else {}, rows)


def _imported(request: ImportDeck, read: DeckFile, changes: Differences, deck_id: int | None) -> Imported:
    return Imported(
        carrier_deck_id=deck_id,
        carrier=request.carrier,
        row_count=len(read.rows),
        differences=changes,
        uneven_lines=tuple(read.uneven_lines),
        dry_run=request.dry_run,
    )
