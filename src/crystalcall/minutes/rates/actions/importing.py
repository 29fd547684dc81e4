"""Loading a carrier's deck: all of it or nothing; and taking one back."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from django.db import transaction

from crystalcall.minutes.rates import bulk
from crystalcall.minutes.rates.carrier_prices import prices_of
from crystalcall.minutes.rates.conversion import IN_DOLLARS, Conversion
from crystalcall.minutes.rates.deck_cells import Missing, Stated
from crystalcall.minutes.rates.deck_file import BadRow, DeckFile, DeckRow, Progress, read_deck
from crystalcall.minutes.rates.differences import Differences, differences
from crystalcall.minutes.rates.locks import lock_carrier, lock_known_carrier
from crystalcall.minutes.rates.models import Carrier, CarrierDeck, CarrierRate, RateDeck
from crystalcall.minutes.rates.term_columns import TERM_FIELDS, Figures, figures_of
from crystalcall.rules.rating import RateTerms


@dataclass(frozen=True, slots=True)
class ImportDeck:
    """What to load: the file's bytes, whose it is, when it takes effect (aware), and what is stated for empty cells.

    ``columns`` maps our names of columns to the file's; ``dry_run`` reads and compares but writes nothing;
    ``conversion`` is what the money of the file is worth.
    """

    carrier: str
    content: bytes
    source: str
    effective_at: datetime
    stated: Stated = field(default_factory=Stated)
    columns: Mapping[str, str] | None = None
    dry_run: bool = False
    conversion: Conversion = IN_DOLLARS


class ImportRefusal(StrEnum):
    """Why a deck was not loaded, or an import not withdrawn."""

    BAD_ROWS = "bad_rows"
    INCREMENTS_NOT_STATED = "increments_not_stated"
    CONNECT_FEE_NOT_STATED = "connect_fee_not_stated"
    ALREADY_IMPORTED = "already_imported"
    SAME_TIME = "same_time"
    NOTHING_TO_WITHDRAW = "nothing_to_withdraw"


@dataclass(frozen=True, slots=True)
class Imported:
    """A deck that was read and, unless `dry_run`, loaded (then it has an id)."""

    carrier_deck_id: int | None
    carrier: str
    row_count: int
    differences: Differences
    uneven_lines: tuple[int, ...]
    dry_run: bool
    conversion: Conversion = IN_DOLLARS


@dataclass(frozen=True, slots=True)
class ImportRefused:
    """Nothing was loaded; every bad row with its line, or how many rows leave open what must be stated."""

    reason: ImportRefusal
    bad_rows: tuple[BadRow, ...] = ()
    row_count: int = 0


@dataclass(frozen=True, slots=True)
class ImportWithdrawn:
    """A deck is no longer used; ``versions`` are the retail decks that were made of it and still stand."""

    carrier: str
    effective_at: datetime
    row_count: int
    versions: tuple[int, ...]


def import_deck(request: ImportDeck, *, now: datetime, progress: Progress | None = None) -> Imported | ImportRefused:
    """Read, compare with the deck of this carrier that is in force on that day, and load in one transaction.

    `progress` is told (rows done, rows in all), first for reading, then for writing.
    """
    read = read_deck(
        request.content,
        request.stated,
        effective_on=request.effective_at.astimezone(UTC).date(),
        columns=request.columns,
        conversion=request.conversion,
        progress=progress,
    )
    refusal = _refusal(read)
    if refusal is not None:
        return refusal
    if request.dry_run:
        return _overlap(request, read) or _imported(request, read, _changes(request, read.rows), None)
    with transaction.atomic():
        carrier = lock_carrier(request.carrier)
        return _overlap(request, read) or _load(request, read, carrier, now, progress)


def withdraw_import(carrier: str, effective_at: datetime, *, now: datetime) -> ImportWithdrawn | ImportRefused:
    """Take back a loaded price list: later publications do as if it had never come.

    Its rows stay, since retail decks that were made of it may still rate calls; the outcome names those that stand.
    """
    with transaction.atomic():
        lock_known_carrier(carrier)
        deck = CarrierDeck.objects.filter(
            carrier__code=carrier, effective_at=effective_at, withdrawn_at__isnull=True
        ).first()
        if deck is None:
            return ImportRefused(ImportRefusal.NOTHING_TO_WITHDRAW)
        deck.withdrawn_at = max(now, deck.imported_at)
        deck.save(update_fields=["withdrawn_at"])
        standing = RateDeck.objects.filter(carrier_decks=deck, withdrawn_at__isnull=True).order_by("version")
        versions = tuple(standing.values_list("version", flat=True))
    return ImportWithdrawn(carrier, effective_at, deck.row_count, versions)


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


def _overlap(request: ImportDeck, read: DeckFile) -> ImportRefused | None:
    """Two lists of one carrier from the same moment on would leave open which of them holds."""
    standing = CarrierDeck.objects.filter(
        carrier__code=request.carrier, effective_at=request.effective_at, withdrawn_at__isnull=True
    )
    digest = standing.values_list("sha256", flat=True).first()
    if digest is None:
        return None
    same = digest == _digest(request)
    reason = ImportRefusal.ALREADY_IMPORTED if same else ImportRefusal.SAME_TIME
    return ImportRefused(reason, row_count=len(read.rows))


def _digest(request: ImportDeck) -> str:
    return hashlib.sha256(request.content).hexdigest()


def _load(request: ImportDeck, read: DeckFile, carrier: Carrier, now: datetime, progress: Progress | None) -> Imported:
    """Write the deck and its rows, in the caller's transaction, which holds the carrier's lock."""
    changes = _changes(request, read.rows)
    deck = CarrierDeck.objects.create(
        carrier=carrier,
        effective_at=request.effective_at,
        imported_at=now,
        source=request.source,
        sha256=_digest(request),
        row_count=len(read.rows),
        currency=request.conversion.currency,
        dollars_per_unit=request.conversion.dollars_per_unit,
    )
    fields = ("deck_id", "prefix", "destination", *TERM_FIELDS)
    bulk.insert(CarrierRate, fields, _rows(deck.pk, read.rows), len(read.rows), progress)
    return _imported(request, read, changes, deck.pk)


def _rows(deck_id: int, rows: list[DeckRow]) -> Iterator[tuple[object, ...]]:
    """Rows of the table; the reader shares equal terms, so each is taken apart once."""
    known: dict[int, tuple[RateTerms, Figures]] = {}
    for prefix, destination, terms, _ in rows:
        found = known.get(id(terms))
        if found is None:
            found = known[id(terms)] = (terms, figures_of(terms))
        yield (deck_id, prefix, destination, *found[1])


def _changes(request: ImportDeck, rows: list[DeckRow]) -> Differences:
    """Against the carrier's deck that would be in force on that day without this one."""
    before = (
        CarrierDeck.objects.filter(
            carrier__code=request.carrier, effective_at__lte=request.effective_at, withdrawn_at__isnull=True
        )
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
        conversion=request.conversion,
    )
