"""What the room of erasures gives: frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from crystalcall.privacy.keepers import Way


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
    """Lines of the ledger that this database had not carried out, and how many people they brought down again."""

    lines: int
    people: int
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ProviderTaskView:
    """Something the operator has to ask a provider for, by a reference that the provider knows."""

    task_id: int
    provider: str
    ask: Ask
    reference: str
    opened_at: datetime
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class ErasureFigures:
    """How many people were forgotten in a time, by way, and how many of these by a replay."""

    by_way: Mapping[Way, int]
    replayed: int
