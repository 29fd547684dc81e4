"""What may happen to a request about one's own data, and when it must be answered.

States and reasons are those of the Data Rights Protocol 0.9, section 3.02. The clock is the shortest of those that may
bind a shop: GDPR art. 12(3) gives a month from receipt, longer by two months only when the person is told why within
the first; CCPA (11 CCR 7021) gives 45 days, however long it takes to verify. A month is counted as 30 days.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

LIMIT: Final = timedelta(days=30)
EXTENSION: Final = timedelta(days=60)
TARGET: Final = timedelta(days=3)
"""Our own promise, for requests that somebody has to read."""
KEPT_AFTER_CLOSING: Final = timedelta(days=732)
"""24 months (11 CCR 7101), as a line without a person."""


class RequestKind(StrEnum):
    """Which right is asked for; a letter that nobody has sorted yet asks for any."""

    ACCESS = "access"
    EXPORT = "export"
    CORRECTION = "correction"
    DELETION = "deletion"
    OBJECTION = "objection"
    WITHDRAWAL = "withdrawal"
    UNSORTED = "unsorted"


class RequestState(StrEnum):
    """Where a request stands."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    FULFILLED = "fulfilled"
    REVOKED = "revoked"
    DENIED = "denied"
    EXPIRED = "expired"


class RequestReason(StrEnum):
    """Why a request is where it is: the one reason to wait, and the reasons to deny."""

    NEED_USER_VERIFICATION = "need_user_verification"
    SUSPECTED_FRAUD = "suspected_fraud"
    INSUFFICIENT_VERIFICATION = "insuf_verification"
    NO_MATCH = "no_match"
    CLAIM_NOT_COVERED = "claim_not_covered"
    OUTSIDE_JURISDICTION = "outside_jurisdiction"
    TOO_MANY_REQUESTS = "too_many_requests"
    OTHER = "other"


DENIALS: Final = frozenset(RequestReason) - {RequestReason.NEED_USER_VERIFICATION}

_NEXT: Final[Mapping[RequestState, frozenset[RequestState]]] = MappingProxyType(
    {
        RequestState.OPEN: frozenset(RequestState) - {RequestState.OPEN},
        RequestState.IN_PROGRESS: frozenset(RequestState) - {RequestState.OPEN},
        RequestState.FULFILLED: frozenset(),
        RequestState.REVOKED: frozenset(),
        RequestState.DENIED: frozenset(),
        RequestState.EXPIRED: frozenset(),
    }
)
CLOSED: Final = frozenset(state for state, after in _NEXT.items() if not after)


class UnmovedReason(StrEnum):
    """Why a request stays as it is."""

    CLOSED = "closed"
    NO_REASON = "no_reason"
    WRONG_REASON = "wrong_reason"
    NOT_FROM_THERE = "not_from_there"
    EXTENDED_BEFORE = "extended_before"
    FIRST_MONTH_OVER = "first_month_over"


@dataclass(frozen=True, slots=True)
class Moved:
    """The request goes into this state, for this reason where one is needed."""

    state: RequestState
    reason: RequestReason | None


@dataclass(frozen=True, slots=True)
class Unmoved:
    """The request stays as it is, and why."""

    reason: UnmovedReason


@dataclass(frozen=True, slots=True)
class Extended:
    """The new day by which the request must be answered."""

    expected_by: datetime


def move(state: RequestState, to: RequestState, reason: RequestReason | None = None) -> Moved | Unmoved:
    """Whether a request may go on to a state: a denial needs a reason to deny, and nothing leaves a closed state."""
    if state in CLOSED:
        return Unmoved(UnmovedReason.CLOSED)
    if to not in _NEXT[state]:
        return Unmoved(UnmovedReason.NOT_FROM_THERE)
    if to is RequestState.DENIED and reason is None:
        return Unmoved(UnmovedReason.NO_REASON)
    fitting = DENIALS if to is RequestState.DENIED else {RequestReason.NEED_USER_VERIFICATION, None}
    if reason not in fitting or (to in CLOSED and to is not RequestState.DENIED and reason is not None):
        return Unmoved(UnmovedReason.WRONG_REASON)
    return Moved(to, reason)


def expected_by(received_at: datetime) -> datetime:
    """By when a request must be answered at the latest, counted from its receipt, however long verifying takes."""
    return received_at + LIMIT


def target_by(received_at: datetime) -> datetime:
    """By when we mean to answer."""
    return received_at + TARGET


def extend(received_at: datetime, expected: datetime, *, now: datetime) -> Extended | Unmoved:
    """Two months more, once, and only while the first month runs."""
    if expected > received_at + LIMIT:
        return Unmoved(UnmovedReason.EXTENDED_BEFORE)
    if now > received_at + LIMIT:
        return Unmoved(UnmovedReason.FIRST_MONTH_OVER)
    return Extended(received_at + LIMIT + EXTENSION)


def is_late(state: RequestState, expected: datetime, *, now: datetime) -> bool:
    """Whether an unanswered request has passed its day."""
    return state not in CLOSED and now > expected
