"""Cases of authorities as values, and why a step is not taken."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any


class CaseKind(StrEnum):
    """Whose idea it was."""

    ORDER = "order"
    """An authority orders it."""
    REPORT = "report"
    """The shop reports an unlawful act."""


class CaseState(StrEnum):
    """How far a case is."""

    RECORDED = "recorded"
    SCOPED = "scoped"
    EXTRACTED = "extracted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Instrument:
    """What was asked, by whom and on what ground, in the words of the letter; kept sealed."""

    authority: str
    instrument: str
    reference: str
    dated: date
    scope: str = field(repr=False)
    recipient: str
    """The authority's age recipient (age1…): the package opens with their key alone."""

    def as_facts(self) -> dict[str, str]:
        """The same as JSON."""
        return {
            "authority": self.authority,
            "instrument": self.instrument,
            "reference": self.reference,
            "dated": self.dated.isoformat(),
            "scope": self.scope,
            "recipient": self.recipient,
        }


@dataclass(frozen=True, slots=True)
class Query:
    """What is to be handed over: whose (opaque names), which fields, and rows of which days (UTC, both included)."""

    names: tuple[tuple[str, str], ...]
    fields: tuple[str, ...]
    since: date
    until: date

    def as_facts(self) -> dict[str, Any]:
        """The same as JSON."""
        return {
            "names": [list(name) for name in self.names],
            "fields": list(self.fields),
            "since": self.since.isoformat(),
            "until": self.until.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case without the words of the letter and without whose data it is about."""

    reference: str
    kind: CaseKind
    state: CaseState
    received_at: datetime
    deadline: date | None
    gag_until: datetime | None
    subject_hash: str
    approvals: int
    extracted_at: datetime | None
    told_at: datetime | None
    unveiled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a case asks for, as far as it names nobody: what an officer reads before approving it."""

    fields: tuple[tuple[str, str], ...]
    """Names and words."""
    since: date
    until: date
    people: int
    recipient: str

    def as_facts(self) -> dict[str, Any]:
        """The same as JSON."""
        return {
            "fields": [{"name": name, "words": words} for name, words in self.fields],
            "since": self.since.isoformat(),
            "until": self.until.isoformat(),
            "people": self.people,
            "recipient": self.recipient,
        }


class CaseRefusal(StrEnum):
    """Why a step is not taken."""

    UNKNOWN_CASE = "unknown_case"
    CLOSED = "case_is_closed"
    FORGOTTEN = "about_a_child_and_forgotten"
    NOT_SCOPED = "not_scoped_yet"
    OFFICER_UNKNOWN = "officer_unknown"
    OFFICER_RETIRED = "officer_retired"
    OFFICER_NOT_ADMITTED = "officer_not_admitted"
    KEYS_OF_ANOTHER = "keys_of_another_officer"
    RECIPIENT_SENSELESS = "recipient_is_no_age_key"
    WORDS_MISSING = "words_missing"
    NOBODY = "nobody"
    EVERYTHING = "everything_is_never_handed_over"
    NO_FIELDS = "no_fields"
    FIELD_UNKNOWN = "field_unknown"
    FIELD_WITHHELD = "field_is_a_key"
    FIELD_NOT_FOR_THIS = "field_not_declared_for_authorities"
    FIELD_UNDATED = "field_without_a_date"
    DATES_SENSELESS = "dates_senseless"
    ALREADY_APPROVED = "already_approved_by_this_officer"
    SIGNATURE_WRONG = "signature_wrong"
    ALTERED = "altered_since_it_was_scoped"
    NOT_APPROVED = "not_approved_by_two"
    CHILD = "suspected_child"


@dataclass(frozen=True, slots=True)
class CaseRefused:
    """Nothing was done, and why; `detail` names the field at fault."""

    reason: CaseRefusal
    detail: str = ""


@dataclass(frozen=True, slots=True)
class HandedOver:
    """The package was written, encrypted to the authority alone."""

    reference: str
    package_hash: str
    rows: int
    tell_at: datetime | None
    """When the person is told; None: at once."""


@dataclass(frozen=True, slots=True)
class Told:
    """What was handed over about somebody, once they may know it."""

    reference: str
    kind: CaseKind
    authority: str
    fields: tuple[str, ...]
    since: date
    until: date
    handed_at: datetime
    told_at: datetime


@dataclass(frozen=True, slots=True)
class PackageRows:
    """Rows of one section of an export, narrowed to what was approved: column names, and cells as JSON values."""

    section: str
    columns: tuple[str, ...]
    rows: tuple[Mapping[str, Any], ...] = field(repr=False)
