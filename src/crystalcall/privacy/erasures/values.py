"""What the room of erasures gives: frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from crystalcall.privacy.keepers import Way

GRACE: Final = timedelta(minutes=5)
"""So long a line is left to the process that wrote it."""
PATIENCE: Final = timedelta(days=3)
"""So long an erasure waits for what is paid to be delivered; then the money is owed back, and the person forgotten."""


MARK_DIGITS: Final = 12


def mark_of(line_hash: str) -> str:
    """The beginning of a hash of a line of the replay ledger, which its line in the register holds whole."""
    return line_hash[:MARK_DIGITS]


class Ask(StrEnum):
    """What a provider is asked to do."""

    ERASE = "erase"
    REFUND = "refund"


@dataclass(frozen=True, slots=True)
class Erased:
    """The person is forgotten; `register_sequence` is the line that proves it without naming anybody.

    It is None where there was nobody left to forget, or another process did the same at the same time.
    """

    way: Way
    counts: Mapping[str, int]
    keys_destroyed: int
    line_hash: str
    register_sequence: int | None = None

    @property
    def mark(self) -> str:
        """By which whoever was forgotten finds the line, once it is published; empty where there is none.

        Not its number: numbers that are told at once would let anybody count what the shop does in between.
        """
        return mark_of(self.line_hash) if self.register_sequence is not None else ""


@dataclass(frozen=True, slots=True)
class NobodyToErase:
    """Nobody (any more) has this mailbox, order or id."""


@dataclass(frozen=True, slots=True)
class ErasureWaits:
    """Nothing was erased yet: a legal hold stands, or money is here for which nothing was delivered yet.

    What was asked is noted, and done when the hold ends or some minutes later.
    """

    for_money: bool = False


@dataclass(frozen=True, slots=True)
class Replayed:
    """Lines of the ledger that this database had not carried out, and how many people they brought down again.

    `archive_keys` are keys of the archive that had come back and are destroyed again.
    """

    lines: int
    people: int
    counts: Mapping[str, int] = field(default_factory=dict)
    archive_keys: int = 0


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """How many erasures the replay ledger lacked, how many lines of them were found, and how many were not.

    `days` are those of what was not found; `lost_of_the_archive` are lines about destroyed keys of the archive, which
    nothing can find again.
    """

    lacked: int
    found: int
    lost: int
    lost_of_the_archive: int
    days: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class PendingErasure:
    """An erasure that was begun and not carried out yet, mostly since something paid is not delivered.

    From `until` on that keeps it waiting no more.
    """

    line_number: int
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class ProviderTaskView:
    """Something the operator has to ask a provider for, by a reference that the provider knows."""

    task_id: int
    provider: str
    ask: Ask
    reference: str
    opened_at: datetime
    done_at: datetime | None
    amount_micros: int | None = None
    """What is to be paid back, in micro-dollars."""


@dataclass(frozen=True, slots=True)
class ErasureFigures:
    """How many people were forgotten in a time, by way, and how many of these by a replay."""

    by_way: Mapping[Way, int]
    replayed: int
