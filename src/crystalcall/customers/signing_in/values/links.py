"""Mailed links and news, and the changes that they make."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from crystalcall.customers.signing_in.values.admission import Audience


class LinkKind(StrEnum):
    """What a mailed link is good for; one thing only."""

    CONFIRM = "confirm"
    """Confirms the address of a registration."""
    RESET = "reset"
    """Sets a new password."""
    TRY = "try"
    """Lets the browser that presses it try to sign in, after too many wrong tries."""
    CHANGE_OLD = "change_old"
    """Agrees, at the old address, to a change of address."""
    CHANGE_NEW = "change_new"
    """Confirms the new address."""


class LinkRefusal(StrEnum):
    """Why a link opens nothing."""

    UNKNOWN = "unknown"
    """Never given, used already, or replaced by a later one."""
    TOO_OLD = "too_old"
    USED_UP = "used_up"
    """Too many wrong passwords at it."""


@dataclass(frozen=True, slots=True)
class LinkInfo:
    """A link that would open something; looking at it changes nothing."""

    kind: LinkKind
    audience: Audience


@dataclass(frozen=True, slots=True)
class LinkRefused:
    """A link that opens nothing."""

    reason: LinkRefusal


@dataclass(frozen=True, slots=True)
class LinkRequested:
    """If the address is known, a link is on its way; the same answer for every address."""


@dataclass(frozen=True, slots=True)
class TooManyRequests:
    """Too many links were asked for by this browser's network or by all; says after how long to try again."""

    wait_seconds: int


@dataclass(frozen=True, slots=True)
class PasswordSet:
    """The new password counts; every sign-in of this person has ended."""


@dataclass(frozen=True, slots=True)
class TryGranted:
    """This browser may try now; the pages lead to the sign-in form."""


@dataclass(frozen=True, slots=True)
class ChangeAgreed:
    """One half of a change of address; `is_done` where the other half had agreed already and the change counts."""

    is_done: bool


class ChangeRefusal(StrEnum):
    """Why an act of somebody who is signed in was refused."""

    NOT_FRESH = "not_fresh"
    """The password is older than five minutes: re-authenticate first."""
    NOT_AN_EMAIL = "not_an_email"
    SAME = "same"
    TOO_MANY = "too_many"
    NOT_RIGHT = "not_right"
    """The code or the passkey's answer does not hold."""
    NOT_BEGUN = "not_begun"
    """Nothing was begun that could be finished, or it took too long."""
    NOT_THERE = "not_there"
    LAST_FACTOR = "last_factor"
    """Staff cannot go without a second factor."""


@dataclass(frozen=True, slots=True)
class ChangeRefused:
    """Nothing changed."""

    reason: ChangeRefusal


@dataclass(frozen=True, slots=True)
class ChangeRequested:
    """Both addresses were sent a link; the change counts once both were pressed."""


class NewsKind(StrEnum):
    """What somebody is told by mail about how they sign in."""

    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a word
    EMAIL_CHANGED = "email_changed"
    FACTOR_ADDED = "factor_added"
    FACTOR_REMOVED = "factor_removed"
    CODES_RENEWED = "codes_renewed"
    CODE_USED = "code_used"
    FACTOR_GUESSED = "factor_guessed"
    """Somebody has the password and guesses the second factor."""


@dataclass(frozen=True, slots=True)
class LinkToMail:
    """A link and whom it goes to; its secret is nowhere else."""

    kind: LinkKind
    audience: Audience
    secret: str = field(repr=False)
    email: str = field(repr=False)
    language: str
    subject: str
    """Under which opaque name the gate records that the mail left."""
    valid_minutes: int


@dataclass(frozen=True, slots=True)
class AddressKnown:
    """Somebody registered with an address that can sign in already: its owner is told, and nothing else happens."""

    audience: Audience
    email: str = field(repr=False)
    language: str
    subject: str


@dataclass(frozen=True, slots=True)
class NobodyToMail:
    """Nobody has this address, or what the link was for is over: no mail."""


@dataclass(frozen=True, slots=True)
class NewsToMail:
    """What somebody is told about how they sign in, and where."""

    kind: NewsKind
    audience: Audience
    made_at: datetime
    email: str = field(repr=False)
    language: str
    subject: str
