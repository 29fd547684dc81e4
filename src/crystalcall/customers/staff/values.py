"""Members of staff, their acts and their proposals, as values; every refusal says why."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from crystalcall.rules.staffing import Right, Role, may


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who works here, as every request needs them: nothing of it is personal, and nothing was opened."""

    member_id: UUID
    roles: frozenset[Role]
    language: str

    def may(self, right: Right) -> bool:
        """Whether their roles give them this right."""
        return may(self.roles, right)


class Outside(StrEnum):
    """Why somebody who signed in is not let into the back office."""

    NOBODY = "nobody"
    """No member of staff, or one who was disabled meanwhile: sign in again."""
    FACTOR_WANTED = "factor_wanted"
    """Set up a second factor first; nothing else is reachable."""
    FACTOR_OVERDUE = "factor_overdue"
    """Signed in without a second factor, and the time to set one up is over: `staff set-up-again` gives a new one."""


@dataclass(frozen=True, slots=True)
class NotInside:
    """Somebody who signed in and is not let in; `member` is there while they may set up their second factor."""

    why: Outside
    member: Member | None = None


@dataclass(frozen=True, slots=True)
class MemberInfo:
    """A member of staff in a list."""

    member_id: UUID
    name: str = field(repr=False)
    email: str = field(repr=False)
    language: str
    roles: frozenset[Role]
    added_at: datetime
    disabled_at: datetime | None
    is_set_up: bool
    """Whether they have a password."""
    has_second_factor: bool
    set_up_until: datetime | None
    """Until when a set-up address that was given opens; None where none does."""


class StaffRefusal(StrEnum):
    """Why nothing was changed about a member of staff."""

    NAME_SENSELESS = "name_senseless"
    EMAIL_SENSELESS = "email_senseless"
    LANGUAGE_UNKNOWN = "language_unknown"
    ROLES_MISSING = "roles_missing"
    """Somebody without a role could do nothing: disable them instead."""
    EMAIL_TAKEN = "email_taken"
    UNKNOWN = "unknown"
    DISABLED = "disabled"
    NOT_DISABLED = "not_disabled"
    LAST_ADMINISTRATOR = "last_administrator"
    REASON_MISSING = "reason_missing"
    NOT_SET_UP = "not_set_up"


@dataclass(frozen=True, slots=True)
class StaffRefused:
    """Nothing was changed."""

    reason: StaffRefusal


@dataclass(frozen=True, slots=True)
class SetUp:
    """A one-time address, told once: only its hash is kept."""

    member_id: UUID
    address: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Changed:
    """What was asked is so now."""

    member_id: UUID
    sign_ins_ended: int = 0


class SetUpKind(StrEnum):
    """What is done at a set-up address."""

    PASSWORD = "password"  # noqa: S105 - a word
    """A new password is chosen, then a second factor set up."""
    FACTOR = "factor"
    """The password that counts is given, then a new second factor set up."""


@dataclass(frozen=True, slots=True)
class SetUpInfo:
    """A set-up address that would open; looking changes nothing."""

    kind: SetUpKind
    language: str


@dataclass(frozen=True, slots=True)
class SetUpRefused:
    """An address that opens nothing: never given, used, too old, or replaced by a later one. Never says which."""


class SubjectKind(StrEnum):
    """What an act was done to."""

    CUSTOMER = "customer"
    """By `customers.Customer.id`."""
    ORDER = "order"
    """By the order's number."""
    CARD = "card"
    """By the card's serial."""
    REQUEST = "request"
    """By a privacy request's reference."""
    MEMBER = "member"
    """By the member's id."""
    PROPOSAL = "proposal"
    """By the proposal's id."""
    PAGE = "page"
    """By a page's name: what was looked for ("email"), or what was refused."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What an act was done to: a kind and an opaque name; never an address, a name or a number that was dialled."""

    kind: SubjectKind
    name: str


@dataclass(frozen=True, slots=True)
class Act:
    """Something that is written into the audit log; rooms register theirs (`acts.register`).

    `words` say for readers what was done ("blocked a PIN", lazily translated). `right` is what it takes; None where
    everybody on the staff may.
    """

    name: str
    words: Any
    right: Right | None = None
    needs_reason: bool = False


class Outcome(StrEnum):
    """Whether an act was done."""

    DONE = "done"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class AuditInfo:
    """A line of the audit log. `member_id` is None where it was done on the command line."""

    entry_id: int
    member_id: UUID | None
    act: str
    outcome: Outcome
    subject: Subject
    detail: str
    """A word: what was revealed ("customers.contact"), or why it was refused."""
    at: datetime
    register_hash: str
    """The register's line about it; "" where nothing was revealed."""
    has_reason: bool


@dataclass(frozen=True, slots=True)
class AuditLine:
    """A line of the audit log as its readers see it: with the member's name and the reason, opened."""

    entry: AuditInfo
    member_name: str = field(repr=False)
    """"" for the command line, and once the member was forgotten."""
    reason: str = field(repr=False)


class ProposalState(StrEnum):
    """Where a proposal stands."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    """It was approved, and could not be done: nothing was."""
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class ProposalInfo:
    """Something that takes two. `content` is impersonal; `hash` is what the second person approves.

    `decided_by` is whoever approved it; the proposer themselves where it took only one, or where they withdrew it.
    """

    proposal_id: UUID
    kind: str
    content: Mapping[str, Any]
    hash: str
    proposed_by: UUID
    proposed_at: datetime
    expires_at: datetime
    state: ProposalState
    decided_by: UUID | None
    decided_at: datetime | None
    outcome: Mapping[str, Any]
    """What came of it, impersonal: {"balance_micros": …}, or {"why": "unknown_card"}."""
    reason: str = field(repr=False)


class ProposalRefusal(StrEnum):
    """Why nothing was proposed, approved or withdrawn."""

    UNKNOWN = "unknown"
    UNKNOWN_KIND = "unknown_kind"
    NO_RIGHT = "no_right"
    REASON_MISSING = "reason_missing"
    CONTENT_SENSELESS = "content_senseless"
    """`why` says what is wrong with it."""
    OWN = "own"
    """Whoever proposed it cannot approve it."""
    NOT_OWN = "not_own"
    CHANGED = "changed"
    """Not what was looked at: look again."""
    EXPIRED = "expired"
    DECIDED = "decided"
    """It was done, withdrawn or given up already."""
    NOT_DONE = "not_done"
    """Approved, and could not be carried out; `why` says what was in the way, and nothing was done."""


@dataclass(frozen=True, slots=True)
class ProposalRefused:
    """Nothing was done."""

    reason: ProposalRefusal
    why: str = ""


@dataclass(frozen=True, slots=True)
class Proposed:
    """It waits for a second person."""

    proposal: ProposalInfo


@dataclass(frozen=True, slots=True)
class Done:
    """It was done, once; by an approval, or alone where it takes only one."""

    proposal: ProposalInfo


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """It waits no more."""

    proposal: ProposalInfo
