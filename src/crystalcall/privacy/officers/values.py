"""Officers as values, and why something is refused to one."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class OfficerInfo:
    """A member of staff with keys; `fingerprint` is the only name that may leave the shop (in the register)."""

    name: str
    fingerprint: str
    age_recipient: str
    verify_key: str
    added_at: datetime
    retired_at: datetime | None
    admitted_at: datetime | None

    @property
    def is_active(self) -> bool:
        """Whether the officer was admitted and still serves."""
        return self.retired_at is None and self.admitted_at is not None

    @property
    def is_proposed(self) -> bool:
        """Whether the officers who serve have yet to admit this one."""
        return self.retired_at is None and self.admitted_at is None


class OfficerRefusal(StrEnum):
    """Why an officer is not added, not retired, or not let act."""

    NAME_SENSELESS = "name_senseless"
    NAME_TAKEN = "name_taken"
    KEYS_TAKEN = "keys_taken"
    UNKNOWN = "officer_unknown"
    RETIRED = "officer_retired"
    REASON_MISSING = "reason_missing"
    NOT_ADMITTED = "officer_not_admitted"
    ADMITTED_BEFORE = "officer_admitted_before"
    KEYS_OF_ANOTHER = "keys_of_another_officer"
    SIGNATURE_MISSING = "signature_missing"
    TOO_EARLY = "too_early_for_one"


@dataclass(frozen=True, slots=True)
class OfficerRefused:
    """Nothing was changed, and why."""

    reason: OfficerRefusal
    name: str


class ApprovalRefusal(StrEnum):
    """Why a signature does not count."""

    HASH_SENSELESS = "hash_senseless"
    OFFICER_UNKNOWN = "officer_unknown"
    OFFICER_RETIRED = "officer_retired"
    OFFICER_NOT_ADMITTED = "officer_not_admitted"
    SIGNATURE_WRONG = "signature_wrong"
    ALREADY_APPROVED = "already_approved_by_this_officer"


@dataclass(frozen=True, slots=True)
class ApprovalInfo:
    """One officer's signature under one hash, checked when it was read."""

    subject_hash: str
    officer: OfficerInfo
    signature: bytes
    approved_at: datetime


@dataclass(frozen=True, slots=True)
class Approved:
    """The signature was taken; `officers` is how many officers who still serve have now approved this hash."""

    approval: ApprovalInfo
    officers: int


@dataclass(frozen=True, slots=True)
class ApprovalRefused:
    """Nothing was written, and why."""

    reason: ApprovalRefusal
    officer: str
