"""Calls: the states they pass through, why one is refused, how one ends, and what each step grants or costs.

Four promises, tried over wide ranges in ``tests/rules/test_calls.py``:

* a hold is exactly the charge of the seconds granted, so a granted call can always be paid;
* an extension never shortens what was granted before, and never holds more than there is;
* a settlement never exceeds its hold: what a late cut overruns is the operator's loss, and is written down as such;
* extending in steps never changes the charge, which depends on the seconds used and nothing else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from crystalcall.rules.rating import Charge, RateTerms, affordable_seconds, charge


class RefusalReason(StrEnum):
    """Why a call is not authorized; a refused call holds no money and reaches no carrier."""

    UNKNOWN_PIN = "unknown_pin"
    BLOCKED = "blocked"
    EXPIRED = "expired"
    TOO_MANY_TRIES = "too_many_tries"
    UNKNOWN_CALLER = "unknown_caller"
    BAD_NUMBER = "bad_number"
    FORBIDDEN_DESTINATION = "forbidden_destination"
    NO_ROUTE = "no_route"
    IN_USE = "in_use"
    NO_CREDIT = "no_credit"
    UNAVAILABLE = "unavailable"


REFUSAL_MEANINGS: Final[Mapping[RefusalReason, str]] = MappingProxyType(
    {
        RefusalReason.UNKNOWN_PIN: "No card has this PIN.",
        RefusalReason.BLOCKED: "The card was blocked, by its owner, by the operator or after repeated misses.",
        RefusalReason.EXPIRED: "The card's validity is over.",
        RefusalReason.TOO_MANY_TRIES: "Too many wrong PINs from this caller or access number; ask again later.",
        RefusalReason.UNKNOWN_CALLER: "No account is known by this caller number or SIP user: ask for a PIN.",
        RefusalReason.BAD_NUMBER: "The called number is none, is incomplete, or can be read in two ways.",
        RefusalReason.FORBIDDEN_DESTINATION: "Premium-rate and satellite numbers are not served.",
        RefusalReason.NO_ROUTE: "No rate or no carrier leads to this number.",
        RefusalReason.IN_USE: "The card is used by another call at this moment.",
        RefusalReason.NO_CREDIT: "The credit does not pay the first increment of this call.",
        RefusalReason.UNAVAILABLE: (
            "The call could not be decided at this moment; nothing was held, and the same request may be sent again."
        ),
    }
)


class ReleaseCause(StrEnum):
    """How a call ended, in our own words; each switch's words are translated by `read_release_cause`."""

    NORMAL = "normal"
    LIMIT_REACHED = "limit_reached"
    CANCELED = "canceled"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    REJECTED = "rejected"
    UNREACHABLE = "unreachable"
    CONGESTION = "congestion"
    DROPPED = "dropped"
    FAILED = "failed"
    OTHER = "other"
    SILENT = "silent"


RELEASE_MEANINGS: Final[Mapping[ReleaseCause, str]] = MappingProxyType(
    {
        ReleaseCause.NORMAL: "One side hung up.",
        ReleaseCause.LIMIT_REACHED: "The switch cut the call at its granted limit.",
        ReleaseCause.CANCELED: "The caller hung up before the answer.",
        ReleaseCause.BUSY: "The called line was busy.",
        ReleaseCause.NO_ANSWER: "It rang and nobody answered.",
        ReleaseCause.REJECTED: "The called side refused the call.",
        ReleaseCause.UNREACHABLE: "The number leads nowhere, or the telephone is switched off.",
        ReleaseCause.CONGESTION: "No carrier had a free circuit.",
        ReleaseCause.DROPPED: "The connection was lost while talking.",
        ReleaseCause.FAILED: "The switch failed to set the call up.",
        ReleaseCause.OTHER: "The switch gave a cause that is not in the list.",
        ReleaseCause.SILENT: (
            "The switch said nothing more; the call was settled by its last word. Never sent by a switch."
        ),
    }
)

# Three dialects that switches speak: ITU-T Q.850 cause numbers, FreeSWITCH's names for them, and Asterisk's DIALSTATUS.
_FOREIGN_CAUSES: Final[Mapping[ReleaseCause, str]] = MappingProxyType(
    {
        ReleaseCause.NORMAL: "16 31 normal_clearing normal_unspecified answer answered",
        ReleaseCause.LIMIT_REACHED: "602 allotted_timeout",
        ReleaseCause.CANCELED: "487 originator_cancel cancel cancelled",
        ReleaseCause.BUSY: "17 user_busy",
        ReleaseCause.NO_ANSWER: "18 19 no_user_response noanswer",
        ReleaseCause.REJECTED: "21 call_rejected",
        ReleaseCause.UNREACHABLE: (
            "1 2 3 20 22 27 28 unallocated_number no_route_transit_net no_route_destination subscriber_absent "
            "number_changed destination_out_of_order invalid_number_format chanunavail"
        ),
        ReleaseCause.CONGESTION: (
            "34 38 41 42 44 47 normal_circuit_congestion network_out_of_order normal_temporary_failure "
            "switch_congestion requested_chan_unavail"
        ),
        ReleaseCause.DROPPED: "102 recovery_on_timer_expire media_timeout",
        ReleaseCause.FAILED: "127 interworking",
    }
)
_CAUSE_OF_WORD: Final[Mapping[str, ReleaseCause]] = MappingProxyType(
    {word: cause for cause, words in _FOREIGN_CAUSES.items() for word in words.split()}
    | {cause.value: cause for cause in ReleaseCause if cause is not ReleaseCause.SILENT}
)


def read_release_cause(said: str) -> ReleaseCause:
    """The cause a switch means by a word of the list, a Q.850 number, or FreeSWITCH's or Asterisk's name.

    Anything else is OTHER: an end is never turned away over its cause, since the caller's money waits for it.
    """
    return _CAUSE_OF_WORD.get(said.strip().lower().replace("-", "_").replace(" ", "_"), ReleaseCause.OTHER)


class CallState(StrEnum):
    """Where a call stands."""

    AUTHORIZED = "authorized"
    ANSWERED = "answered"
    ENDED = "ended"
    EXPIRED = "expired"
    REFUSED = "refused"


STATE_MEANINGS: Final[Mapping[CallState, str]] = MappingProxyType(
    {
        CallState.AUTHORIZED: "Granted, its money is held, and nobody has answered yet.",
        CallState.ANSWERED: "The two sides are talking.",
        CallState.ENDED: "Over; charged what was used, if it was answered.",
        CallState.EXPIRED: "Nothing was heard of it for too long; settled by the last word.",
        CallState.REFUSED: "Never granted.",
    }
)
CALL_STEPS: Final[Mapping[CallState, frozenset[CallState]]] = MappingProxyType(
    {
        CallState.AUTHORIZED: frozenset({CallState.ANSWERED, CallState.ENDED, CallState.EXPIRED}),
        CallState.ANSWERED: frozenset({CallState.ENDED, CallState.EXPIRED}),
        CallState.ENDED: frozenset(),
        CallState.EXPIRED: frozenset(),
        CallState.REFUSED: frozenset(),
    }
)
RUNNING_STATES: Final = frozenset({CallState.AUTHORIZED, CallState.ANSWERED})


class Step(StrEnum):
    """What a switch tells of a call."""

    AUTHORIZE = "authorize"
    ANSWER = "answer"
    EXTEND = "extend"
    END = "end"


class Reading(StrEnum):
    """How a message fits what is known of its call."""

    TIMELY = "timely"  # it moves the call on
    LATE = "late"  # true, but the call is over: it changes nothing
    CONTRADICTORY = "contradictory"  # it cannot be true together with what was said before


def read_step(step: Step, state: CallState, *, was_answered: bool) -> Reading:
    """How a new message (not the repeat of an old one) fits a call in this state.

    Networks deliver late and out of order, so a late answer or end of a call that the sweep has settled is taken
    in; a message that denies an earlier one is not.
    """
    if state in RUNNING_STATES:
        return Reading.CONTRADICTORY if step is Step.AUTHORIZE else Reading.TIMELY
    if step is Step.ANSWER and state is not CallState.REFUSED and was_answered:
        return Reading.LATE
    if step is Step.END and state is CallState.EXPIRED:
        return Reading.LATE
    return Reading.CONTRADICTORY


@dataclass(frozen=True, slots=True)
class Grant:
    """Leave to talk: the absolute limit in seconds since the answer, and the micros held for exactly that."""

    seconds: int
    hold_micros: int


@dataclass(frozen=True, slots=True)
class CannotGrant:
    """No second can be granted, and why."""

    reason: RefusalReason


@dataclass(frozen=True, slots=True)
class GrantLimits:
    """What bounds a grant beside the money: the operator's cap, and the slice a switch asked for (0: none)."""

    cap_seconds: int | None = None
    slice_seconds: int = 0


@dataclass(frozen=True, slots=True)
class Settlement:
    """What an ended call costs, within its hold; the overrun is what the operator gives for a late cut."""

    charge: Charge
    overrun_seconds: int
    overrun_micros: int


def grant(available_micros: int, offers: Sequence[RateTerms], limits: GrantLimits) -> Grant | CannotGrant:
    """The whole time that the available credit pays (or the first slice of it), with its hold."""
    seconds = affordable_seconds(available_micros, offers, cap_seconds=limits.cap_seconds)
    if limits.slice_seconds:
        seconds = min(seconds, limits.slice_seconds)
    if seconds <= 0:
        return CannotGrant(RefusalReason.NO_CREDIT)
    return Grant(seconds, charge(seconds, offers).amount_micros)


def extend(granted_seconds: int, available_micros: int, offers: Sequence[RateTerms], limits: GrantLimits) -> Grant:
    """The new absolute limit of a running call, with the hold that replaces the old one; never less than before.

    Args:
        granted_seconds: the limit until now.
        available_micros: what this call may spend in all: the free credit and its own hold together.
        offers: the terms frozen at the authorization.
        limits: the cap and the slice; each extension adds one slice, so that an early request is no "no more".
    """
    seconds = affordable_seconds(available_micros, offers, cap_seconds=limits.cap_seconds)
    if limits.slice_seconds:
        seconds = min(seconds, granted_seconds + limits.slice_seconds)
    seconds = max(seconds, granted_seconds)
    return Grant(seconds, charge(seconds, offers).amount_micros)


def settle(used_seconds: int, granted_seconds: int, offers: Sequence[RateTerms]) -> Settlement:
    """What a call of so many seconds costs when so many were granted: never more than its hold."""
    full = charge(used_seconds, offers)
    held = charge(granted_seconds, offers)
    if full.amount_micros <= held.amount_micros:
        return Settlement(full, 0, 0)
    return Settlement(held, used_seconds - granted_seconds, full.amount_micros - held.amount_micros)
