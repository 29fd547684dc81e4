"""What the register tells: its signed head, entries and days as they are published, and what an entry keeps sealed."""

import json
import time
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db import connection
from django.db.models import Count

from crystalcall.privacy.keys.opening import open_field
from crystalcall.privacy.purposes import Purpose
from crystalcall.privacy.register.actions import SECRET_FIELD
from crystalcall.privacy.register.kinds import Book, EntryKind
from crystalcall.privacy.register.models import RegisterDay, RegisterEntry, RegisterSecret
from crystalcall.privacy.register.reading import content_of, day_info, entry_info
from crystalcall.privacy.register.values import DayInfo, EntryInfo, Head, LostDay, Unveiled
from crystalcall.rules.privacy.chain import VEILED_LEAVES, veiled_hash, veiled_record
from crystalcall.rules.privacy.merkle import audit_path

REMEMBERED_SECONDS: Final = 60.0
_HASH_DIGITS: Final = 64


@dataclass(frozen=True, slots=True)
class _Remembered:
    head: Head | None
    until: float


_heads: Final[dict[str, _Remembered]] = {}


def head() -> Head | None:
    """The end of the open book as it was last signed; None before the first night.

    Remembered for a minute by each process, since every receipt, mail and page shows it. Inside a transaction the
    database is asked, so that a transaction sees what it wrote.
    """
    if connection.in_atomic_block:
        return _read_head()
    database, moment = str(connection.settings_dict["NAME"]), time.monotonic()
    known = _heads.get(database)
    if known is None or known.until <= moment:
        known = _heads[database] = _Remembered(_read_head(), moment + REMEMBERED_SECONDS)
    return known.head


def forget_head() -> None:
    """Ask the database at the next look: this process has just signed a day."""
    _heads.clear()


def _read_head() -> Head | None:
    row = RegisterDay.objects.order_by("-day").values_list("sequence", "hash", "day", "root", "signed_at").first()
    return None if row is None else Head(*row)


def entry(entry_hash: str) -> EntryInfo | None:
    """The entry of this hash, in whichever book; None where there is none."""
    row = RegisterEntry.objects.filter(hash=entry_hash).first()
    return None if row is None else entry_info(row)


def secret_of(entry_hash: str) -> dict[str, Any] | None:
    """What is kept sealed beside an entry; None where there is nothing (any more).

    Errors: privacy.keys' KeyDestroyedError and plumbing.sealing's SealBrokenError.
    """
    content = sealed_content(entry_hash)
    return None if content is None else content["secret"]


def sealed_content(entry_hash: str) -> dict[str, Any] | None:
    """The secret with its salt, by which the commitment can be checked."""
    row = RegisterSecret.objects.filter(entry__hash=entry_hash).first()
    if row is None:
        return None
    text = open_field(
        SECRET_FIELD, row.subject, row.sealed, purpose=Purpose.ACCOUNTABILITY, collected_under=row.policy_version
    )
    content: dict[str, Any] = json.loads(text)
    return content


def signed_entries(*, after: int, limit: int) -> tuple[EntryInfo, ...]:
    """Entries of the open book after this number, as far as they are signed: only those are published."""
    last = head()
    wanted = RegisterEntry.objects.filter(
        book=Book.OPEN, sequence__gt=after, sequence__lte=last.sequence if last else 0
    ).order_by("sequence")
    return tuple(entry_info(row) for row in wanted[:limit])


def newest_signed(*, before: int | None = None, limit: int) -> tuple[EntryInfo, ...]:
    """The newest signed entries of the open book, newest first; `before` goes on with those of lower numbers."""
    last = head()
    below = (last.sequence if last else 0) + 1
    wanted = RegisterEntry.objects.filter(book=Book.OPEN, sequence__lt=min(below, before or below))
    return tuple(entry_info(row) for row in wanted.order_by("-sequence")[:limit])


def entries(*, kind: EntryKind | None = None, book: Book = Book.OPEN, limit: int = 100) -> tuple[EntryInfo, ...]:
    """The newest entries of a book, newest first, for the operator's own eyes."""
    wanted = RegisterEntry.objects.filter(book=book).order_by("-sequence")
    if kind is not None:
        wanted = wanted.filter(kind=kind.value)
    return tuple(entry_info(row) for row in wanted[:limit])


def all_facts(kind: EntryKind, *, book: Book = Book.OPEN) -> tuple[dict[str, Any], ...]:
    """The facts of every entry of a kind in a book, in their order; those of the veiled one are for checks alone."""
    rows = RegisterEntry.objects.filter(book=book, kind=kind.value).order_by("sequence")
    return tuple(json.loads(text) for text in rows.values_list("facts", flat=True))


def moments_of(kind: EntryKind) -> frozenset[datetime]:
    """When something of a kind was entered into the open book, by the second."""
    return frozenset(RegisterEntry.objects.filter(book=Book.OPEN, kind=kind.value).values_list("at", flat=True))


def signed_days(*, after: date | None = None, limit: int) -> tuple[DayInfo, ...]:
    """Signed days in their order, from the first one after a day."""
    wanted = RegisterDay.objects.order_by("day")
    if after is not None:
        wanted = wanted.filter(day__gt=after)
    return tuple(day_info(row) for row in wanted[:limit])


def last_days(limit: int) -> tuple[DayInfo, ...]:
    """The last signed days, newest first."""
    return tuple(day_info(row) for row in RegisterDay.objects.order_by("-day")[:limit])


def lost_days() -> tuple[LostDay, ...]:
    """Every day that went out and that a restored backup took back, as the open book says it, the latest day first."""
    found = [
        LostDay(date.fromisoformat(day), root, row.sequence, row.at)
        for row in RegisterEntry.objects.filter(book=Book.OPEN, kind=EntryKind.BACKUP_RESTORED.value)
        for day, root in _pairs(json.loads(row.facts))
    ]
    return tuple(sorted(found, key=lambda each: (each.day, each.sequence), reverse=True))


def _pairs(facts: dict[str, Any]) -> list[tuple[str, str]]:
    return list(zip(facts.get("lost_days", ()), facts.get("lost_roots", ()), strict=True))


def public_keys() -> tuple[tuple[str, date], ...]:
    """Every key that ever signed a day, each with the first day it signed, in their order."""
    first: dict[str, date] = {}
    for day, key in RegisterDay.objects.order_by("day").values_list("day", "public_key").iterator():
        first.setdefault(key, day)
    return tuple(first.items())


def signed_counts() -> dict[EntryKind, int]:
    """How many signed entries of each kind stand in the open book; kinds without one are left out."""
    last = head()
    rows = RegisterEntry.objects.filter(book=Book.OPEN, sequence__lte=last.sequence if last else 0)
    counted = rows.values_list("kind").annotate(total=Count("pk")).order_by("kind")
    return {EntryKind(kind): total for kind, total in counted}


def unveiled() -> tuple[Unveiled, ...]:
    """Veiled entries of which a signed `authority_notice` speaks, each with the proof of its night."""
    last = head()
    notices = RegisterEntry.objects.filter(
        book=Book.OPEN, kind=EntryKind.AUTHORITY_NOTICE.value, sequence__lte=last.sequence if last else 0
    )
    named = {body for row in notices for body in json.loads(row.facts).get("unveils", ())}
    if not named:
        return ()
    rows = RegisterEntry.objects.filter(book=Book.VEILED).order_by("sequence")
    spoken = ((row, veiled_hash(content_of(row), row.veil)) for row in rows.iterator())
    return tuple(shown for row, body in spoken if body in named and (shown := _proved(row, body)) is not None)


def _proved(row: RegisterEntry, body: str) -> Unveiled | None:
    night = RegisterDay.objects.filter(veiled_leaves__contains=body).order_by("day").first()
    if night is None:
        return None  # entered today: the coming night will cover it
    leaves = leaves_of(night.veiled_leaves)
    position = leaves.index(bytes.fromhex(body))
    path = tuple(step.hex() for step in audit_path(leaves, position))
    return Unveiled(json.loads(veiled_record(content_of(row), row.veil)), night.day, position, path)


def leaves_of(text: str) -> list[bytes]:
    """The leaves of a night's veiled tree, from the text they are kept in."""
    return [bytes.fromhex(text[at * _HASH_DIGITS : (at + 1) * _HASH_DIGITS]) for at in range(VEILED_LEAVES)]
