"""What a call of so many seconds costs."""

from collections.abc import Sequence
from typing import Final

from crystalcall.rules.rating.terms import SECONDS_PER_MINUTE, Charge, RateTerms, RatingError
from crystalcall.rules.rating.timeline import paid_runs, week_second_of

_NO_CHARGE: Final = Charge(0, 0, 0, 0, 0)


def billable_seconds(used_seconds: int, terms: RateTerms) -> int:
    """Seconds in whole increments: the first, then further ones; an unanswered call has none.

    Raises:
        RatingError: a negative duration.
    """
    if used_seconds <= 0:
        if used_seconds < 0:
            raise RatingError(f"a call cannot last {used_seconds} seconds")
        return 0
    first = terms.first_increment_seconds
    if used_seconds <= first:
        return first
    following = terms.next_increment_seconds
    return first + -((first - used_seconds) // following) * following


def charge(
    used_seconds: int, offers: Sequence[RateTerms], *, week_seconds: Sequence[int] = (), allowance_seconds: int = 0
) -> Charge:
    """Price a call of so many seconds by the cheapest of the offers.

    Several offers stand side by side when a deck was promised at a purchase and another is current: nobody pays more
    than the better of them. A call of no seconds costs nothing, fee included.

    Args:
        used_seconds: from the answer to the end.
        offers: the terms of which the cheapest prices the call.
        week_seconds: for each offer the second of the week at the answer, in its zone; asked only where it has bands.
        allowance_seconds: free seconds that the caller owns for this destination; they cover whole increments from
            the start of the call, as long as they last. What is left is money, with the fee; nothing left, no fee.

    Raises:
        RatingError: no offer, a negative duration or allowance, bands without the second of the week.
    """
    if not offers or allowance_seconds < 0:
        check_question(offers, allowance_seconds)
    if used_seconds <= 0:
        if used_seconds < 0:
            raise RatingError(f"a call cannot last {used_seconds} seconds")
        return _NO_CHARGE
    best = _charge_at(used_seconds, 0, offers[0], week_seconds, allowance_seconds)
    if len(offers) == 1:
        return best
    for index in range(1, len(offers)):
        cost = _charge_at(used_seconds, index, offers[index], week_seconds, allowance_seconds)
        if _is_better(cost, best):
            best = cost
    return best


def _charge_at(
    used_seconds: int, offer: int, terms: RateTerms, week_seconds: Sequence[int], allowance_seconds: int
) -> Charge:
    """The charge by one of the offers."""
    if used_seconds <= terms.free_up_to_seconds:
        return Charge(0, 0, 0, 0, offer)
    if terms.steps or terms.bands or allowance_seconds:
        week_second = week_second_of(offer, terms, week_seconds)
        return _charge_along(used_seconds, offer, terms, week_second, allowance_seconds)
    return _charge_plain(used_seconds, offer, terms)


def check_question(offers: Sequence[RateTerms], allowance_seconds: int) -> None:
    """Refuse what cannot be priced."""
    if not offers:
        raise RatingError("a call without a rate cannot be priced")
    if allowance_seconds < 0:
        raise RatingError(f"an allowance cannot be {allowance_seconds} seconds")


def allowance_to_hold(
    granted_seconds: int, offers: Sequence[RateTerms], *, week_seconds: Sequence[int] = (), allowance_seconds: int = 0
) -> int:
    """The free seconds to hold for a call, so that any shorter one costs what it would with all of them.

    It is the most that any of the offers covers of the granted time: which of them turns out the cheapest depends on
    how long the call lasts, and with other increments it may cover more.
    """
    check_question(offers, allowance_seconds)
    covered = 0
    for index, terms in enumerate(offers):
        at = week_seconds[index : index + 1]
        cost = charge(granted_seconds, (terms,), week_seconds=at, allowance_seconds=allowance_seconds)
        covered = max(covered, cost.allowance_seconds)
    return covered


def _is_better(cost: Charge, best: Charge) -> bool:
    """Less money; of the same money, fewer minutes of an allowance."""
    if cost.amount_micros == best.amount_micros:
        return cost.allowance_seconds < best.allowance_seconds
    return cost.amount_micros < best.amount_micros


def _charge_plain(used_seconds: int, offer: int, terms: RateTerms) -> Charge:
    """One price throughout and money alone: in closed form, since this is nearly every call."""
    billable = first = terms.first_increment_seconds
    increments = 1
    if used_seconds > first:
        further = -((first - used_seconds) // terms.next_increment_seconds)
        billable += further * terms.next_increment_seconds
        increments += further
    fee = terms.connect_fee_micros
    # The one place, with the one below, where money is rounded: up, to a micro, at the end.
    amount = fee - (-billable * terms.minute_price_micros // SECONDS_PER_MINUTE)
    least = terms.minimum_charge_micros
    return Charge(max(least, amount), billable, fee, increments, offer)


def _charge_along(used_seconds: int, offer: int, terms: RateTerms, week_second: int, allowance_seconds: int) -> Charge:
    """Prices that change on the way, or an allowance that pays the beginning: run by run."""
    increments = billable = allowed = micro_minutes = 0
    for (start, count, length, price), covered in paid_runs(terms, week_second, allowance_seconds):
        if start >= used_seconds:
            break
        needed = -((start - used_seconds) // length)
        needed = needed if count is None else min(needed, count)
        increments += needed
        billable += needed * length
        if covered:
            allowed = billable
        else:
            micro_minutes += needed * length * price
    if billable == allowed:
        return Charge(0, billable, 0, increments, offer, allowed)
    fee = terms.connect_fee_micros
    amount = fee - (-micro_minutes // SECONDS_PER_MINUTE)
    if not allowed:
        amount = max(amount, terms.minimum_charge_micros)
    return Charge(amount, billable, fee, increments, offer, allowed)
