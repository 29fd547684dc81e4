"""What is timed inside a process of the rates benchmarks."""

import gc
import os
import time
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.processes import ROOT, serve, start_django

EFFECTIVE = datetime(2026, 1, 7, tzinfo=UTC)


def lookups(numbers: list[str], count: int) -> float:
    """Longest prefix and charge, so many times; how many a second."""
    from crystalcall.rules.rating import charge

    index = _index()
    digits = [number.removeprefix("+") for number in numbers]
    asked = [(digits[place % len(digits)], 1 + place % 600) for place in range(count)]
    begun = time.perf_counter()
    for called, used in asked:
        found = index.longest(called)
        charge(used, (found[1].terms,))
    return count / (time.perf_counter() - begun)


def memory() -> dict[str, int]:
    """Bytes that the index of the current deck holds, and its prefixes; everything loaded for the first time."""
    gc.collect()
    tracemalloc.start()
    index = _index()
    gc.collect()
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return {"bytes": held, "prefixes": len(index)}


def _index() -> Any:
    from crystalcall.minutes.rates.prefix_index import index_of
    from crystalcall.minutes.rates.queries import current_deck
    from crystalcall.plumbing.clock import now

    deck = current_deck(now())
    assert deck is not None  # noqa: S101 - the store was prepared with decks
    index = index_of(deck.id)
    assert index is not None  # noqa: S101 - likewise
    return index


def import_deck(deck: str, carrier: str) -> float:
    """Seconds from the file to the commit, in a process that is up."""
    from crystalcall.minutes.rates.actions import ImportDeck, Imported, Stated, import_deck
    from crystalcall.plumbing.clock import now

    _connect()
    begun = time.perf_counter()
    content = (ROOT / deck).read_bytes()
    request = ImportDeck(carrier, content, Path(deck).name, EFFECTIVE, Stated(connect_fee_micros=0))
    outcome = import_deck(request, now=now())
    assert isinstance(outcome, Imported), outcome  # noqa: S101 - otherwise nothing was measured
    return time.perf_counter() - begun


def plain_insert(deck: str) -> float:
    """Seconds for the same rows by the database's own bulk insert into our table, in one transaction.

    The rows are ready before the clock starts, and stay, as decks do, under a carrier of their own; SQLite takes them
    by executemany, PostgreSQL by COPY.
    """
    from django.db import transaction

    from crystalcall.minutes.rates.models import CarrierRate
    from crystalcall.plumbing.rowsets import Rowset

    _connect()
    rows, fields = _ready_rows(deck)
    rowset = Rowset(CarrierRate)
    begun = time.perf_counter()
    with transaction.atomic():
        rowset.insert(fields, rows)
    return time.perf_counter() - begun


def _ready_rows(deck: str) -> tuple[list[tuple[Any, ...]], tuple[str, ...]]:
    """The deck's rows as the table takes them, under a deck of their own."""
    from crystalcall.minutes.rates.models import Carrier, CarrierDeck, CarrierRate
    from crystalcall.plumbing.clock import now

    known = CarrierRate.objects.filter(deck__source=Path(deck).name)
    names = tuple(
        field.attname
        for field in CarrierRate._meta.concrete_fields  # noqa: SLF001 - Django's documented model API
        if not field.primary_key and field.attname != "deck_id"
    )
    first = known.order_by("pk").values_list("deck_id", flat=True).first()
    rows = list(CarrierRate.objects.filter(deck_id=first).order_by("pk").values_list(*names))
    own = CarrierDeck.objects.create(
        carrier=Carrier.objects.create(code=f"bench-plain-{os.urandom(4).hex()}"),
        sha256="0" * 64,
        effective_at=EFFECTIVE,
        imported_at=now(),
        source="plain",
        row_count=len(rows),
    )
    return [(own.pk, *row) for row in rows], ("deck_id", *names)


def _connect() -> None:
    from django.db import connection

    connection.ensure_connection()


if __name__ == "__main__":
    start_django()
    serve({"lookups": lookups, "memory": memory, "import_deck": import_deck, "plain_insert": plain_insert})
