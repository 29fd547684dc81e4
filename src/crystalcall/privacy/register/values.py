"""What the register tells: frozen values, never rows."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from crystalcall.privacy.register.kinds import EntryKind


class NotImpersonalError(Exception):
    """Facts that could carry a person's data were to be written where nothing can be erased: a mistake in a program."""


class NoSuchEntryError(Exception):
    """No entry has this hash, or not in the book where it was looked for."""


@dataclass(frozen=True, slots=True)
class EntryInfo:
    """An entry as it stands. The number and the hash are those of its own book."""

    sequence: int
    kind: EntryKind
    facts: dict[str, Any]
    at: datetime
    commitment: str
    previous: str
    hash: str
    is_veiled: bool
    veil: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the open book as it was last signed: what receipts, mails and pages show.

    `day` is the day that was signed, `sequence` and `hash` are those of the last entry under the `root`.
    """

    sequence: int
    hash: str
    day: date
    root: str
    signed_at: datetime

    @property
    def short_root(self) -> str:
        """The first 16 digits of the root: 64 bits, enough to hold the shop to it."""
        return self.root[:16]


@dataclass(frozen=True, slots=True)
class DayInfo:
    """A signed day."""

    day: date
    sequence: int
    hash: str
    root: str
    previous_root: str
    veiled: str
    signed_at: datetime
    public_key: str
    signature: str


@dataclass(frozen=True, slots=True)
class Unveiled:
    """A veiled entry that may be spoken of: its record, and the path to the root of the night that covered it."""

    record: dict[str, Any]
    day: date
    position: int
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LostDay:
    """A day whose root went out and that a restored backup took back; `sequence` is the line that says so."""

    day: date
    root: str
    sequence: int
    restored_at: datetime
