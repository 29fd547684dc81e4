"""Calls: the states they pass through, why one is refused, and what each step grants or costs.

Four promises, tried over wide ranges in ``tests/rules/test_calls.py``:

* a hold is exactly the charge of the seconds granted, so a granted call can always be paid;
* an extension never shortens what was granted before, and never holds more than there is;
* a settlement never exceeds its hold, in money or in minutes of a bundle: what a late cut (or an answer in a dearer
  part of the week than the grant reckoned with) overruns is the operator's loss, and is written down as such;
* extending in steps never changes the charge, which depends on the seconds used and nothing else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple

from crystalcall.rules.rating import (
    Charge,
    RateTerms,
    affordable_seconds,
    allowance_to_hold,
    charge,
)
from crystalcall.rules.release import RELEASE_MEANINGS, ReleaseCause, read_release_cause

__all__ = [
    "CALL_STEPS",
    "REFUSAL_MEANINGS",
    "RELEASE_MEANINGS",
    "RUNNING_STATES",
    "STATE_MEANINGS",
    "CallState",
    "CannotGrant",
    "Grant",
    "GrantLimits",
    "Priced",
    "Reading",
    "RefusalReason",
    "ReleaseCause",
    "Settlement",
    "Step",
    "extend",
    "grant",
    "read_release_cause",
    "read_step",
    "settle",
]


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
    TOO_MANY_CALLS = "too_many_calls"
    LIMIT_REACHED = "limit_reached"
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
        RefusalReason.FORBIDDEN_DESTINATION: (
            "The card does not call there: premium-rate and satellite numbers are off until they are switched on, and "
            "its owner may have named the countries it calls."
        ),
        RefusalReason.NO_ROUTE: "No rate or no carrier leads to this number.",
        RefusalReason.IN_USE: "The card is used by as many calls as it may make at the same time.",
        RefusalReason.TOO_MANY_CALLS: "The card, or the shop, has begun too many such calls lately; ask again later.",
        RefusalReason.LIMIT_REACHED: "The caps set for this card leave too little for a first increment.",
        RefusalReason.NO_CREDIT: "The credit does not pay the first increment of this call.",
        RefusalReason.UNAVAILABLE: (
            "The call could not be decided at this moment; nothing was held, and the same request may be sent again."
        ),
    }
)


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


class Grant(NamedTuple):
    """Leave to talk: the absolute limit in seconds since the answer, and what is held for exactly that.

    ``allowance_seconds`` of the time are held from bundles, ``hold_micros`` of money for the rest.
    """

    seconds: int
    hold_micros: int
    allowance_seconds: int = 0


@dataclass(frozen=True, slots=True)
class CannotGrant:
    """No second can be granted, and why."""

    reason: RefusalReason


@dataclass(frozen=True, slots=True)
class GrantLimits:
    """What bounds a grant beside the money: the cap in seconds, and the slice a switch asked for (0: none)."""

    cap_seconds: int | None = None
    slice_seconds: int = 0


class Settlement(NamedTuple):
    """What an ended call costs, within its hold; the overrun is what the operator gives for a late cut."""

    charge: Charge
    overrun_seconds: int
    overrun_micros: int


@dataclass(frozen=True, slots=True)
class Priced:
    """What may price a call: the offers, when in the week each was answered, and the bundled seconds at hand.

    ``week_seconds`` may be empty where no offer has bands.
    """

    offers: Sequence[RateTerms]
    week_seconds: Sequence[int] = ()
    allowance_seconds: int = 0

    def charge(self, used_seconds: int) -> Charge:
        """What so many seconds cost."""
        return charge(
            used_seconds, self.offers, week_seconds=self.week_seconds, allowance_seconds=self.allowance_seconds
        )

    def affordable_seconds(self, available_micros: int, limits: GrantLimits) -> int:
        """The longest call that the credit and the bundles pay within the cap."""
        return affordable_seconds(
            available_micros,
            self.offers,
            cap_seconds=limits.cap_seconds,
            week_seconds=self.week_seconds,
            allowance_seconds=self.allowance_seconds,
        )

    def allowance_to_hold(self, granted_seconds: int) -> int:
        """The bundled seconds to hold for so long a call."""
        if not self.allowance_seconds:
            return 0
        return allowance_to_hold(
            granted_seconds, self.offers, week_seconds=self.week_seconds, allowance_seconds=self.allowance_seconds
        )


def grant(available_micros: int, priced: Priced, limits: GrantLimits) -> Grant | CannotGrant:
    """The whole time that the available credit and bundles pay (or the first slice of it), with its hold."""
    seconds = priced.affordable_seconds(available_micros, limits)
    if limits.slice_seconds:
        seconds = min(seconds, limits.slice_seconds)
    if seconds <= 0:
        return CannotGrant(RefusalReason.NO_CREDIT)
    return Grant(seconds, priced.charge(seconds).amount_micros, priced.allowance_to_hold(seconds))


def extend(granted_seconds: int, available_micros: int, priced: Priced, limits: GrantLimits) -> Grant:
    """The new absolute limit of a running call, with the hold that replaces the old one; never less than before.

    Args:
        granted_seconds: the limit until now.
        available_micros: what this call may spend in all: the free credit and its own hold together.
        priced: the terms frozen at the authorization, and the bundled seconds: those free and its own together.
        limits: the cap and the slice; each extension adds one slice, so that an early request is no "no more".
    """
    seconds = priced.affordable_seconds(available_micros, limits)
    if limits.slice_seconds:
        seconds = min(seconds, granted_seconds + limits.slice_seconds)
    seconds = max(seconds, granted_seconds)
    # An answer in a dearer band than the grant reckoned with may leave too little for what was granted already.
    hold_micros = min(priced.charge(seconds).amount_micros, available_micros)
    return Grant(seconds, hold_micros, priced.allowance_to_hold(seconds))


def settle(used_seconds: int, held: Grant, priced: Priced) -> Settlement:
    """What a call of so many seconds costs: never more than its hold.

    Args:
        used_seconds: since the answer; 0 where nobody answered.
        held: the limit that was granted last, and what is held for it.
        priced: the terms frozen at the authorization; its bundled seconds are those held.
    """
    full = priced.charge(used_seconds)
    if full.amount_micros <= held.hold_micros:
        return Settlement(full, 0, 0)
    paid = priced.charge(min(used_seconds, held.seconds))
    if paid.amount_micros > held.hold_micros:
        paid = paid._replace(amount_micros=held.hold_micros, fee_micros=min(paid.fee_micros, held.hold_micros))
    return Settlement(paid, max(used_seconds - held.seconds, 0), full.amount_micros - paid.amount_micros)
