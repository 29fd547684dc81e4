"""What the room of legal holds gives: frozen values."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from crystalcall.privacy.keepers import Person, Way


class HoldReason(StrEnum):
    """Why something must be kept; the words of the order itself stand sealed in the register."""

    LITIGATION = "litigation"
    AUTHORITY = "authority"
    TAX = "tax"
    DISPUTE = "dispute"
    OTHER = "other"


class HoldRefusal(StrEnum):
    """Why a hold was not placed or not released."""

    NOBODY = "nobody"
    ENDS_BEFORE_IT_BEGINS = "ends_before_it_begins"
    TOO_LONG = "too_long"
    UNKNOWN = "unknown"
    RELEASED_BEFORE = "released_before"


@dataclass(frozen=True, slots=True)
class HoldView:
    """A hold without whom it holds: `names` says how many opaque names are held by it."""

    reference: str
    reason: HoldReason
    officer: str
    """Fingerprint of the officer who placed it."""
    placed_at: datetime
    until: datetime
    released_at: datetime | None
    names: int


@dataclass(frozen=True, slots=True)
class HoldRefused:
    """Nothing was changed."""

    reason: HoldRefusal


@dataclass(frozen=True, slots=True)
class Waiting:
    """An erasure that waits for the end of a hold, with the names as they were when it was asked for."""

    waiting_id: int
    person: Person
    way: Way
    by: str
    nothing_sealed: bool = False
    """Whether the person wants nothing of it in the sealed archive either."""


@dataclass(frozen=True, slots=True)
class PriorValue:
    """What stood in a declared field until it was corrected, while a hold stood."""

    name: str
    """Of the field: "customers.Customer.sealed_name"."""
    text: str = field(repr=False)
    changed_at: datetime
    policy_version: int
