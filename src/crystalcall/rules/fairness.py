"""Fairness without asking: what is not charged, though a switch says that a call was answered.

Three rules, each by the seconds used and the cause that the switch reports:

* a call of a few seconds is a wrong number or an answering machine that hung up: not charged;
* a call that the switch says never came about (busy, unreachable, failed …), though answered, is not charged as long
  as it is short; at greater length somebody talked, whatever the cause says;
* a call that was lost while talking is not charged as long as it is short; a longer one pays for the increments before
  the one in which it was lost, and no connect fee and no minimum charge.

What is forgiven is written beside the charge, with its reason, so that the owner of the card can see it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from crystalcall.rules.rating import SECONDS_PER_MINUTE, Charge, RateTerms, RatingError, itemize
from crystalcall.rules.release import ReleaseCause


class FairnessReason(StrEnum):
    """Why an answered call is not charged, or less."""

    SHORT_CALL = "short_call"
    FAILED_CALL = "failed_call"
    DROPPED_CALL = "dropped_call"


#: Causes that deny the answer: who hears "busy" has talked to nobody, so the switch answered too early.
NEVER_TALKED: Final = frozenset(
    {
        ReleaseCause.CANCELED,
        ReleaseCause.BUSY,
        ReleaseCause.NO_ANSWER,
        ReleaseCause.REJECTED,
        ReleaseCause.UNREACHABLE,
        ReleaseCause.CONGESTION,
        ReleaseCause.FAILED,
    }
)


@dataclass(frozen=True, slots=True)
class FairnessRule:
    """The operator's figures: how short is short, and how long a failed or dropped call may be; 0 turns one off.

    Raises:
        RatingError: a figure below zero.
    """

    short_call_seconds: int
    failed_call_seconds: int

    def __post_init__(self) -> None:
        if min(self.short_call_seconds, self.failed_call_seconds) < 0:
            raise RatingError("a fairness rule counts seconds from zero up")


@dataclass(frozen=True, slots=True)
class Fairness:
    """What was forgiven and why; ``charge`` is what remains to pay, in money and in seconds of an allowance."""

    reason: FairnessReason
    forgiven_micros: int
    charge: Charge


def fairness(used_seconds: int, cause: ReleaseCause, charge: Charge, rule: FairnessRule) -> FairnessReason | None:
    """Which rule speaks for this call; None where none does, or where there is nothing to forgive."""
    if not charge.amount_micros and not charge.allowance_seconds:
        return None
    if used_seconds <= rule.short_call_seconds:
        return FairnessReason.SHORT_CALL
    if cause in NEVER_TALKED and used_seconds <= rule.failed_call_seconds:
        return FairnessReason.FAILED_CALL
    if cause is ReleaseCause.DROPPED and rule.failed_call_seconds:
        return FairnessReason.DROPPED_CALL
    return None


def forgive(
    used_seconds: int,
    cause: ReleaseCause,
    charge: Charge,
    rule: FairnessRule,
    offers: Sequence[RateTerms],
    week_seconds: Sequence[int] = (),
) -> Fairness | None:
    """The charge as fairness leaves it; None where it stays as it is.

    Args:
        used_seconds: the seconds that were charged (of a call cut too late: those that were granted).
        cause: how the call ended, as the switch reported it.
        charge: what the call costs by its rate.
        rule: the operator's figures.
        offers: the offers that the charge came from (its ``offer`` points into them).
        week_seconds: as for the charge.

    The remaining charge never exceeds the given one, in money or in allowance.
    """
    reason = fairness(used_seconds, cause, charge, rule)
    if reason is None:
        return None
    remaining = Charge(0, 0, 0, 0, charge.offer)
    if reason is FairnessReason.DROPPED_CALL and used_seconds > rule.failed_call_seconds:
        remaining = _without_last_increment(charge, offers[charge.offer], _week_second(charge.offer, week_seconds))
    return Fairness(reason, charge.amount_micros - remaining.amount_micros, remaining)


def _week_second(offer: int, week_seconds: Sequence[int]) -> int:
    """The second of the week for this offer; zero where the offers have no bands and so no seconds are given."""
    return week_seconds[offer] if offer < len(week_seconds) else 0


def _without_last_increment(charge: Charge, terms: RateTerms, week_second: int) -> Charge:
    """The increments before the last, without fee and minimum."""
    if charge.increments == 1:
        return Charge(0, 0, 0, 0, charge.offer)
    billable = charge.billable_seconds - terms.next_increment_seconds
    # Asked up to the end of the increment before, the lines are those of the charge without its last increment.
    parts = itemize(billable, terms, week_second=week_second, allowance_seconds=min(charge.allowance_seconds, billable))
    micro_minutes = sum(part.seconds * part.minute_price_micros for part in parts if not part.paid_by_allowance)
    return Charge(
        # A charge may have been cut down to its hold, and what remains of it is no more.
        amount_micros=min(-(-micro_minutes // SECONDS_PER_MINUTE), charge.amount_micros),
        billable_seconds=sum(part.seconds for part in parts),
        fee_micros=0,
        increments=sum(part.increments for part in parts),
        offer=charge.offer,
        allowance_seconds=sum(part.seconds for part in parts if part.paid_by_allowance),
    )
