"""The policy as frozen values: its text by clause, its practices, its versions, and what may be done under them."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Final

import msgspec

CLAUSE_IDS: Final = tuple(f"C{number:02d}" for number in range(1, 26))
LANGUAGES: Final = ("en", "ru")
WORDS_DIGITS: Final = 32
"""So many hexadecimal digits name the words of a clause: 128 bits."""


class Use(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A purpose that the version allows, and the version that introduced it."""

    purpose: str
    since: int


class Collected(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A category of data (a fideslang key): what for, and how long, by the names of purposes and retention classes."""

    category: str
    purposes: tuple[str, ...]
    retention: tuple[str, ...]


class Recipient(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A provider that gets some fields under a contract, for some purposes and no others."""

    key: str
    name: str
    purposes: tuple[str, ...]
    fields: tuple[str, ...]
    contract_from: date
    contract_until: date | None = None


class Practices(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a version of the policy says, in a form that the program can hold itself to."""

    number: int
    written: date
    notice_days: int
    minimum_age: int
    cookies: tuple[str, ...]
    uses: tuple[Use, ...]
    collected: tuple[Collected, ...]
    providers: tuple[Recipient, ...]

    def since(self, purpose: str) -> int | None:
        """The version that introduced this use, or None where this version does not have it."""
        return next((use.since for use in self.uses if use.purpose == purpose), None)

    def has_use(self, purpose: str, category: str = "") -> bool:
        """Whether data may be used for a purpose; of one category, where that is named."""
        if self.since(purpose) is None:
            return False
        return not category or any(purpose in each.purposes for each in self.collected if each.category == category)

    def gives(self, provider: str, field: str, purpose: str) -> bool:
        """Whether a provider gets a field for a purpose."""
        return any(field in each.fields and purpose in each.purposes for each in self.providers if each.key == provider)


@dataclass(frozen=True, slots=True)
class Clause:
    """One promise: its id ("C17"), its heading and its text in Markdown."""

    id: str
    title: str
    text: str

    @property
    def words(self) -> str:
        """A hash of its heading and text, by which evidence says for which words it was written."""
        return hashlib.sha256(f"{self.title}\n{self.text}".encode()).hexdigest()[:WORDS_DIGITS]


@dataclass(frozen=True, slots=True)
class PolicyText:
    """The policy in one language: title, a summary, every clause in order."""

    title: str
    summary: str
    clauses: tuple[Clause, ...]

    def clause(self, clause_id: str) -> Clause | None:
        """The clause with this id, or None."""
        return next((clause for clause in self.clauses if clause.id == clause_id), None)


@dataclass(frozen=True, slots=True)
class Version:
    """A version of the policy: what its files say, and what became of it.

    `announced_at`, `withdrawn_at` and `in_force_at` were set by the program; `due_at` is when it comes into force at
    the earliest while it waits. `content_sha256` names the content of its files, byte by byte. `follows` is the number
    of the version that was in force when this one was announced, with which it is compared; None for the first.
    """

    number: int
    content_sha256: str
    practices: Practices
    texts: Mapping[str, PolicyText] = field(repr=False)
    announced_at: datetime | None = None
    due_at: datetime | None = None
    in_force_at: datetime | None = None
    withdrawn_at: datetime | None = None
    follows: int | None = None

    def text(self, language: str) -> PolicyText:
        """The text in a language of the store."""
        return self.texts[language if language in self.texts else "en"]


class FactKind(StrEnum):
    """What happened to a version."""

    OPENED = "opened"
    """The first version was in force when the store opened."""
    ANNOUNCED = "announced"
    POSTPONED = "postponed"
    """The announcement could not be read for a while, or the clock jumped: its days are added."""
    WITHDRAWN = "withdrawn"
    IN_FORCE = "in_force"


@dataclass(frozen=True, slots=True)
class PolicyFactView:
    """One step in the life of a version, as it was written down."""

    version: int
    kind: FactKind
    content_sha256: str
    announced_at: datetime
    due_at: datetime
    at: datetime


class NotAllowedReason(StrEnum):
    """Why a use of personal data is refused."""

    NOT_IN_FORCE = "not_in_force"
    """The version in force does not have this use (a newer one may, once it is in force)."""
    NOT_AGREED = "not_agreed"
    """The data was collected before a version allowed this use, and its owner has not agreed since."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """This use of this data is one that its owner was told of."""

    version: int


@dataclass(frozen=True, slots=True)
class NotAllowed:
    """This use is refused, and why; `needs_version` is the version that has it, where there is one in force."""

    reason: NotAllowedReason
    purpose: str
    needs_version: int | None = None


@dataclass(frozen=True, slots=True)
class NewUse:
    """What a version in force allows and what waits for somebody's word: what for, of which data, given to whom.

    `category` is a fideslang key, "" where the whole purpose is meant; `provider` and `field` are "" where nothing
    leaves.
    """

    purpose: str
    category: str = ""
    provider: str = ""
    field: str = ""


@dataclass(frozen=True, slots=True)
class Announced:
    """A version was announced; nothing can bring it into force before `due_at`."""

    number: int
    announced_at: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """An announcement was taken back: the version in force stays."""

    number: int


@dataclass(frozen=True, slots=True)
class Explained:
    """A jump of the clock was explained; the version that waits, if any, waits so much longer."""

    known_until: datetime
    postponed_to: datetime | None


class PolicyRefusal(StrEnum):
    """Why nothing was done."""

    NOTHING_NEW = "nothing_new"
    UNFIT = "unfit"
    OTHER_NUMBER = "other_number"
    OTHER_WORDS = "other_words"
    ONE_WAITS = "one_waits"
    TOO_SOON = "too_soon"
    NONE_WAITS = "none_waits"
    CLOCK_UNEXPLAINED = "clock_unexplained"
    CLOCK_AGREES = "clock_agrees"
    NO_OFFICER = "no_officer"
    UNSIGNED = "unsigned"
    NO_REASON = "no_reason"
    VERSION_UNKNOWN = "version_unknown"


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing was done, why, and the sentence for whoever asked."""

    reason: PolicyRefusal
    sentence: str
