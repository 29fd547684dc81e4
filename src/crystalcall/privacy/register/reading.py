"""Rows as values: how an entry of the database becomes the content that was hashed."""

import json
from datetime import UTC

from crystalcall.privacy.register.kinds import Book, EntryKind
from crystalcall.privacy.register.models import RegisterDay, RegisterEntry
from crystalcall.privacy.register.values import DayInfo, EntryInfo
from crystalcall.rules.privacy.chain import MOMENT, Content, DayStatement


def content_of(row: RegisterEntry) -> Content:
    """What the entry says, in the form that is hashed."""
    return Content(row.kind, json.loads(row.facts), row.at.astimezone(UTC).strftime(MOMENT), row.commitment)


def entry_info(row: RegisterEntry) -> EntryInfo:
    """An entry as a value."""
    return EntryInfo(
        sequence=row.sequence,
        kind=EntryKind(row.kind),
        facts=json.loads(row.facts),
        at=row.at,
        commitment=row.commitment,
        previous=row.previous,
        hash=row.hash,
        is_veiled=row.book == Book.VEILED,
        veil=row.veil,
    )


def entry_content(entry: EntryInfo) -> Content:
    """The same of an entry that is a value already."""
    return Content(entry.kind.value, entry.facts, entry.at.astimezone(UTC).strftime(MOMENT), entry.commitment)


def statement_of(day: RegisterDay | DayInfo) -> DayStatement:
    """What a day's signature covers."""
    return DayStatement(
        day=day.day.isoformat(),
        sequence=day.sequence,
        hash=day.hash,
        root=day.root,
        previous_root=day.previous_root,
        veiled=day.veiled,
        signed_at=day.signed_at.astimezone(UTC).strftime(MOMENT),
        public_key=day.public_key,
    )


def day_info(row: RegisterDay) -> DayInfo:
    """A signed day as a value."""
    return DayInfo(
        day=row.day,
        sequence=row.sequence,
        hash=row.hash,
        root=row.root,
        previous_root=row.previous_root,
        veiled=row.veiled,
        signed_at=row.signed_at,
        public_key=row.public_key,
        signature=row.signature,
    )
