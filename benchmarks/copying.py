"""Cards by the million: each is a copy of every row of one of a few cards that were made by the rooms' own actions.

A copy has names of its own (ids, PINs, keys) wherever its original had one, so that the books of ten cards or of a
million pass the audit, and the tables have the shape that a shop's have.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

#: The calls behind the cards lie within so many days.
HISTORY_DAYS = 330


@dataclass(frozen=True, slots=True)
class Row:
    """A row of an original: where in it names stand that every card has of its own, and which of its fields are times.

    `names` are pairs of a place in the row and a place in the list of the card's names.
    """

    model: Any
    fields: tuple[str, ...]
    values: tuple[Any, ...]
    names: tuple[tuple[int, int], ...]
    moments: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Original:
    """A card with its rows, in the order in which copies may be written, and the names in them."""

    rows: list[Row]
    names: list[Any]
    lookup: bytes


def original_of(key: str, pin: str) -> Original:
    """The card that was made under this key, as its rows are now."""
    from django.db.models import AutoField

    from crystalcall.minutes.pins.issuing import LOOKUP_CONTEXT
    from crystalcall.plumbing.rowsets import Rowset
    from crystalcall.plumbing.sealing import blind_index

    names: list[Any] = [key]
    kept = []
    for model, by, value in _places(key):
        concrete = model._meta.concrete_fields  # noqa: SLF001 - Django's documented model API
        fields = [field for field in concrete if not isinstance(field, AutoField)]
        for values in Rowset(model).fetch(tuple(field.attname for field in fields), by, [value]):
            kept.append((model, fields, values))
            names += [
                value
                for field, value in zip(fields, values, strict=True)
                if (field.unique or field.primary_key) and value is not None and value not in names
            ]
    rows = [_row(model, fields, values, names) for model, fields, values in kept]
    return Original(rows, names, blind_index(pin, LOOKUP_CONTEXT))


def _places(key: str) -> Iterator[tuple[Any, str, Any]]:
    """Where a card's rows are: the table, a field, and its value."""
    from crystalcall.minutes.calls.models import Call, CallRecord, CallStep, QuoteGuarantee
    from crystalcall.minutes.ledger.models import LedgerAccount, Reservation, Transfer
    from crystalcall.minutes.pins.models import Pin

    account = LedgerAccount.objects.get(key=key).pk
    call = Call.objects.get(call_id=key).pk
    yield LedgerAccount, "id", account
    yield Pin, "ledger_account_id", account
    yield QuoteGuarantee, "ledger_account_id", account
    yield Reservation, "account_id", account
    yield Transfer, "debit_account_id", account
    yield Transfer, "credit_account_id", account
    yield Call, "id", call
    yield CallStep, "call_id", call
    yield CallRecord, "call_id", call


def _row(model: Any, fields: list[Any], values: tuple[Any, ...], names: list[Any]) -> Row:
    from django.db.models import DateTimeField

    is_history = model.__name__ in {"Call", "CallRecord"}
    return Row(
        model,
        tuple(field.attname for field in fields),
        values,
        names=tuple((place, names.index(value)) for place, value in enumerate(values) if _is_name(value, names)),
        moments=tuple(
            place
            for place, field in enumerate(fields)
            if is_history and isinstance(field, DateTimeField) and values[place] is not None
        ),
    )


def _is_name(value: Any, names: list[Any]) -> bool:
    # Small numbers and empty texts are equal to one another by chance; names never are.
    return isinstance(value, str | bytes | UUID) and bool(value) and value in names


def copy(originals: Sequence[Original], cards: Iterable[tuple[int, str]]) -> None:
    """Write cards, given by number and PIN, table by table; each is a copy of the original whose turn it is."""
    from crystalcall.plumbing.clock import now
    from crystalcall.plumbing.rowsets import Rowset
    from crystalcall.privacy.keys.actions import ensure

    named = [(card, originals[card % len(originals)], pin) for card, pin in cards]
    owned = [(card, original, _names(original, card, pin)) for card, original, pin in named]
    for place, row in enumerate(originals[0].rows):
        copies = [_copied(original.rows[place], card, own) for card, original, own in owned]
        Rowset(row.model).insert(row.fields, copies)
        if not place:
            # The account comes first; a card that was sold has its key before its first call.
            ensure([values[row.fields.index("id")] for values in copies], now=now())


def _copied(row: Row, card: int, own: list[Any]) -> tuple[Any, ...]:
    values = list(row.values)
    by = timedelta(days=card % HISTORY_DAYS)
    for place in row.moments:
        moment: datetime = values[place]
        values[place] = moment - by
    for place, name in row.names:
        values[place] = own[name]
    return tuple(values)


def _names(original: Original, card: int, pin: str) -> list[Any]:
    """What this card has in the place of each name of its original."""
    from crystalcall.minutes.pins.issuing import LOOKUP_CONTEXT
    from crystalcall.plumbing.sealing import blind_index

    own = [_name(name, card) for name in original.names]
    own[original.names.index(original.lookup)] = blind_index(pin, LOOKUP_CONTEXT)
    return own


def _name(original: Any, card: int) -> Any:
    if isinstance(original, UUID):
        return UUID(bytes=os.urandom(16))
    short = f"{card:010d}"
    if isinstance(original, str):
        return short if len(original) <= len(short) else f"{original}:{card}"
    return card.to_bytes(len(original), "big")
