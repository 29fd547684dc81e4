"""What the room of requests takes and gives: frozen values, each decision with its reason."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from crystalcall.privacy.keepers import MailAddress
from crystalcall.rules.privacy.linking import LinkTerms, NotBefore
from crystalcall.rules.privacy.requesting import RequestKind, RequestReason, RequestState


class Channel(StrEnum):
    """Which way a request came."""

    SITE = "site"
    MAIL = "mail"
    OFFICE = "office"
    """An officer of the shop, by the command line."""


class KeyRole(StrEnum):
    """What a one-time key does."""

    LINK = "link"
    TICKET = "ticket"
    CHANGE = "change"


@dataclass(frozen=True, slots=True)
class Opened:
    """The request stands; the same whether or not anybody has that mailbox."""

    reference: str
    expected_by: datetime
    terms: LinkTerms | NotBefore
    """How long its link works; or from when on another may be mailed, since those mailed lately work until then."""


@dataclass(frozen=True, slots=True)
class LinkToMail:
    """A fresh link for the mailbox on file; the token is kept nowhere but in this value and the mail."""

    token: str = field(repr=False)
    to: MailAddress = field(repr=False)
    subject: str
    """Under which opaque name the gate records that the mail left."""
    reference: str
    kind: RequestKind
    role: KeyRole
    minutes: int


@dataclass(frozen=True, slots=True)
class NobodyToMail:
    """Nobody has this mailbox (any more), the request is closed, or the mailbox has enough links that work."""


class KeyRefusal(StrEnum):
    """Why a link or ticket opened nothing; all are told alike, and a new link helps with each."""

    UNKNOWN = "unknown"
    TOO_OLD = "too_old"
    USED_UP = "used_up"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class KeyRefused:
    """The link or ticket opens nothing."""

    reason: KeyRefusal


@dataclass(frozen=True, slots=True)
class LinkOpened:
    """The mailbox is proved; the ticket acts for a while."""

    request_id: UUID
    reference: str
    kind: RequestKind
    ticket: str = field(repr=False)
    minutes: int


@dataclass(frozen=True, slots=True)
class RequestView:
    """A request as its person and the office see it, without a word of what was written."""

    request_id: UUID
    reference: str
    kind: RequestKind
    channel: Channel
    state: RequestState
    reason: RequestReason | None
    language: str
    received_at: datetime
    expected_by: datetime
    verified_at: datetime | None
    closed_at: datetime | None
    has_text: bool


@dataclass(frozen=True, slots=True)
class UnknownRequest:
    """There is no such request."""

    reference: str


@dataclass(frozen=True, slots=True)
class AnswerFigures:
    """How requests of a time were answered: how many came, how many were answered, and how long that took at most."""

    received: int
    answered: int
    denied: int
    late: int
    oldest_open_seconds: int
    median_answer_seconds: int
