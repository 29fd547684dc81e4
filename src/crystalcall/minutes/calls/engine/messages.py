"""What a switch tells of calls, and what it is answered: the words of the engine."""

from dataclasses import dataclass
from datetime import datetime

from msgspec import Struct

from crystalcall.minutes.calls.values import (
    Answered,
    AuthorizeRequest,
    CallKey,
    Contradiction,
    Ended,
    Extended,
    Granted,
    Refused,
    UnknownCall,
)


class BatchConflict(Exception):  # noqa: N818 - no fault of anybody's: the same messages are simply taken again
    """Another process claimed the same call, seat or hold first; nothing was written, and all may be sent again."""


class Authorize(Struct, frozen=True, gc=False, array_like=True):
    """A caller wants to call a number."""

    request: AuthorizeRequest


class Answer(Struct, frozen=True, gc=False, array_like=True):
    """The called side answered; without a time, it did so now."""

    key: CallKey
    answered_at: datetime | None


class Extend(Struct, frozen=True, gc=False, array_like=True):
    """The switch asks for more time, and says how many seconds since the answer the call has lasted."""

    key: CallKey
    sequence: int
    used_seconds: int


class End(Struct, frozen=True, gc=False, array_like=True):
    """The call is over, so many seconds after the answer (0: nobody answered), over that carrier if it is known."""

    key: CallKey
    used_seconds: int
    release_cause: str
    carrier: str | None = None


@dataclass(frozen=True, slots=True)
class Lapse:
    """Our own sweep's word: nothing was heard of this call for too long. Never sent by a switch."""

    key: CallKey


@dataclass(frozen=True, slots=True)
class Lapsed:
    """The silent call was settled by the switch's last word."""

    was_answered: bool


@dataclass(frozen=True, slots=True)
class NotSilent:
    """Somebody spoke of the call meanwhile, or it is over: nothing was changed."""


Message = Authorize | Answer | Extend | End | Lapse
Outcome = Granted | Refused | Answered | Extended | Ended | Contradiction | UnknownCall | Lapsed | NotSilent
