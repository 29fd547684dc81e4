"""Notices and what became of them: frozen values."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from crystalcall.privacy.purposes import Purpose


class NoticeKind(StrEnum):
    """What a notice tells; one of each kind for an order and what it is about."""

    ORDER_FULFILLED = "order_fulfilled"
    CREDIT_EXPIRING = "credit_expiring"
    CREDIT_EXPIRED = "credit_expired"
    PRICES_RISE = "prices_rise"
    POLICY_CHANGES = "policy_changes"
    POLICY_WITHDRAWN = "policy_withdrawn"
    PRIVACY_LINK = "privacy_link"
    PRIVACY_CHANGE = "privacy_change"
    PRIVACY_CHANGED = "privacy_changed"
    PRIVACY_EXTENDED = "privacy_extended"
    PRIVACY_DENIED = "privacy_denied"
    AUTHORITY_TOLD = "authority_told"
    SIGN_IN_LINK = "sign_in_link"
    SIGN_IN_NEWS = "sign_in_news"


class NoticeState(StrEnum):
    """Where a notice stands; one is dropped when what it was to tell is not so any more."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"


class FailureReason(StrEnum):
    """Why a mail was not sent (yet)."""

    NO_CONNECTION = "no_connection"
    REFUSED_FOR_NOW = "refused_for_now"
    RECIPIENT_REFUSED = "recipient_refused"
    CONTENT_REFUSED = "content_refused"
    NO_RECIPIENT = "no_recipient"
    GATE_SHUT = "gate_shut"
    GAVE_UP = "gave_up"


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail ready to be handed over: both parts, in one language, with an identity that survives repeats."""

    recipient: str = field(repr=False)
    subject: str
    text: str = field(repr=False)
    html: str = field(repr=False)
    language: str
    message_id: str
    holds: tuple[str, ...] = ("email", "name", "order_number", "pin")
    """The personal fields in it, as the register of providers names them."""
    stop_url: str = field(default="", repr=False)
    """Where mails of this kind are ended by one press (RFC 8058); empty where they are about an order alone."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A mail that may be written: what it will hold, for which purpose it leaves, and what writes it."""

    purpose: Purpose
    holds: tuple[str, ...]
    write: Callable[[], Mail]
    collected_under: int = 1
    """The version of the privacy policy under which the address was given; the oldest where nobody says."""
    agreed: frozenset[int] = frozenset()
    """Versions whose new uses its owner agreed to since."""
    subject: str = ""
    """Under which opaque name the gate records that it left; the order's number where there is none."""
    done: Callable[[], None] | None = None
    """What follows once it was handed over, or given up for good."""


@dataclass(frozen=True, slots=True)
class NobodyToTell:
    """The order is not there, or its buyer was forgotten."""


@dataclass(frozen=True, slots=True)
class NothingToTell:
    """What the notice was to tell is not so (any more): credit was used, a wish was stopped, a deck withdrawn."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The mail server took the mail: it is its to deliver now."""


@dataclass(frozen=True, slots=True)
class Deferred:
    """Not now; ``code`` is the server's reply code, 0 where there was none."""

    reason: FailureReason
    code: int


@dataclass(frozen=True, slots=True)
class Rejected:
    """Never: the server refused this recipient or this mail for good."""

    reason: FailureReason
    code: int


@dataclass(frozen=True, slots=True)
class Sent:
    """The notice was sent by this call."""

    notice_id: int


@dataclass(frozen=True, slots=True)
class WillRetry:
    """The notice waits for its next try."""

    notice_id: int
    next_try_at: datetime
    reason: FailureReason


@dataclass(frozen=True, slots=True)
class Failed:
    """The notice is given up; staff sees why."""

    notice_id: int
    reason: FailureReason


@dataclass(frozen=True, slots=True)
class Dropped:
    """The notice is not needed any more, and nothing was sent."""

    notice_id: int


@dataclass(frozen=True, slots=True)
class NothingToSend:
    """There is no such notice, it is sent or given up already, or another worker has it in hand."""

    notice_id: int


@dataclass(frozen=True, slots=True)
class NoticeView:
    """A notice as staff and the order page may see it."""

    notice_id: int
    order_number: str
    kind: NoticeKind
    state: NoticeState
    tries: int
    next_try_at: datetime | None
    sent_at: datetime | None
    message_id: str
    failure: FailureReason | None
    failure_code: int
    about: str = ""
    """What of the order it is about: a day for expiry, a rate deck for prices; empty for the order itself."""
