"""What the archive answers: frozen values, and why something was not done."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class NotKeptReason(StrEnum):
    """Why a value is not put away; it is simply gone then."""

    FEW_OFFICERS = "fewer_than_two_officers"
    CHILD = "suspected_child"
    NO_TIME = "class_without_time_in_the_archive"
    NOT_DECLARED = "field_not_kept_for_records"
    MARKETING = "given_for_offers_or_notices_alone"
    OPENS_FOR_NOBODY = "its_officers_have_left"


@dataclass(frozen=True, slots=True)
class PutAway:
    """Sealed until `kept_until`; `fields` are those of the values that were put away."""

    lot: UUID
    fields: tuple[str, ...]
    kept_until: datetime


@dataclass(frozen=True, slots=True)
class NotKept:
    """Nothing was sealed, and why."""

    reason: NotKeptReason


@dataclass(frozen=True, slots=True)
class LotView:
    """One act of putting away, as it may be seen without opening it."""

    lot: UUID
    subject: UUID
    archive_class: str
    fields: tuple[str, ...]
    sealed_at: datetime
    kept_until: datetime
    policy_version: int


@dataclass(frozen=True, slots=True)
class OpeningView:
    """An opening that one officer has asked for."""

    reference: str
    asked_by: str
    lots: int
    asked_at: datetime
    expires_at: datetime
    opened_at: datetime | None
    case: str


class OpeningRefusal(StrEnum):
    """Why the archive stays shut."""

    OFFICER_UNKNOWN = "officer_unknown"
    OFFICER_RETIRED = "officer_retired"
    OFFICER_NOT_ADMITTED = "officer_not_admitted"
    KEYS_OF_ANOTHER = "keys_of_another_officer"
    REASON_MISSING = "reason_missing"
    NOTHING_THERE = "nothing_there"
    NOT_FOR_THESE_OFFICERS = "not_sealed_for_these_officers"
    UNKNOWN_OPENING = "unknown_opening"
    OVER = "opening_is_over"
    SAME_OFFICER = "same_officer"
    ALTERED = "altered_since_it_was_asked"
    NOT_APPROVED = "not_approved_by_two"
    UNKNOWN_CASE = "unknown_case"
    SECOND_UNKNOWN = "second_officer_unknown"
    NOT_THE_SECOND = "another_second_officer_was_named"


@dataclass(frozen=True, slots=True)
class OpeningRefused:
    """Nothing was opened and nothing written, and why."""

    reason: OpeningRefusal


@dataclass(frozen=True, slots=True)
class RewrapView:
    """A rewrap that one officer has asked for; `officers` are the fingerprints of those who will open the archive."""

    reference: str
    asked_by: str
    second: str
    officers: tuple[str, ...]
    people: int
    asked_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Rewrapped:
    """Whose archives each two of the officers who serve now open, and what nobody opens any more."""

    reference: str
    people: int
    left: int
    """People whose archives these two officers could not open: other two must."""
    given_up: int
    """People whose archives opened for nobody who serves, and were destroyed."""
    register_hash: str


class DestroyRefusal(StrEnum):
    """Why nothing is destroyed before its time."""

    OFFICER_UNKNOWN = "officer_unknown"
    OFFICER_RETIRED = "officer_retired"
    REASON_MISSING = "reason_missing"
    HELD = "held_by_law"


@dataclass(frozen=True, slots=True)
class DestroyRefused:
    """Everything is as it was, and why."""

    reason: DestroyRefusal


@dataclass(frozen=True, slots=True)
class OpenedLot:
    """What one lot holds: the values by declared field, unmasked; whoever shows them masks them."""

    lot: LotView
    values: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Opened:
    """Opened by two officers, and in the register."""

    reference: str
    reason: str = field(repr=False)
    lots: tuple[OpenedLot, ...]
    register_hash: str


@dataclass(frozen=True, slots=True)
class ArchiveStanding:
    """The archive in figures; with fewer than two officers what is deleted is simply gone."""

    officers: int
    lots: int
    values: int
    waiting_openings: int
    people: int = 0
    """How many people have something there."""
    lacking: int = 0
    """How many of them have something that some two who serve cannot open: a rewrap brings it to all."""
    shut: int = 0
    """How many of them have something that no two officers who serve can open."""

    @property
    def keeps(self) -> bool:
        """Whether anything is put away at present."""
        return self.officers >= PAIR


PAIR = 2
"""How many officers it takes."""


def masked(text: str) -> str:
    """The first character and dots, whatever the length."""
    return f"{text[:1]}•••"
