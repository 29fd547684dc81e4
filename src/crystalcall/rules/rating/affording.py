"""How long a balance lasts."""

from collections.abc import Iterator, Sequence
from typing import Final

from crystalcall.rules.rating.charging import charge, check_question
from crystalcall.rules.rating.terms import (
    FREE_CALL_SECONDS,
    SECONDS_PER_MINUTE,
    WEEK_SECONDS,
    Quote,
    RateTerms,
    RatingError,
)
from crystalcall.rules.rating.timeline import paid_runs, week_second_of

#: Longer than any call: the money never ends this one.
ENDLESS: Final = 2**62


def affordable_seconds(
    balance_micros: int,
    offers: Sequence[RateTerms],
    *,
    cap_seconds: int | None = None,
    week_seconds: Sequence[int] = (),
    allowance_seconds: int = 0,
) -> int:
    """The longest call that the balance pays in full: whole increments of the offer that lasts longest.

    Args:
        balance_micros: what may be spent; holds of other calls are already taken off. Below zero counts as nothing.
        offers: the terms of which the cheapest will price the call.
        cap_seconds: a limit on the length of a call; it cuts where it falls, also inside an increment.
        week_seconds: as `charge` takes them.
        allowance_seconds: as `charge` takes them.

    Returns:
        Seconds; 0 when not even the first increment can be paid by any offer, whatever it lets pass for free. Terms
        whose money may never end a call (a price of nothing) last ``FREE_CALL_SECONDS``, terms with bands a week; the
        cap of an offer bounds what that offer gives.

    Raises:
        RatingError: no offer, a negative cap or allowance, bands without the second of the week.
    """
    return _longest(balance_micros, offers, cap_seconds, week_seconds, allowance_seconds)[0]


def quote(
    credit_micros: int,
    offers: Sequence[RateTerms],
    *,
    cap_seconds: int | None = None,
    week_seconds: Sequence[int] = (),
    allowance_seconds: int = 0,
) -> Quote:
    """How many minutes a credit buys in one call, with the charge for exactly that call; arguments as above."""
    seconds, payable = _longest(credit_micros, offers, cap_seconds, week_seconds, allowance_seconds)

    def cost(used_seconds: int) -> int:
        return charge(
            used_seconds, offers, week_seconds=week_seconds, allowance_seconds=allowance_seconds
        ).amount_micros

    # Whatever ends a call that could be paid for another second is a cap.
    capped = payable and cost(seconds + 1) <= credit_micros
    return Quote(seconds, seconds // SECONDS_PER_MINUTE, cost(seconds), capped)


def _longest(
    balance_micros: int,
    offers: Sequence[RateTerms],
    cap_seconds: int | None,
    week_seconds: Sequence[int],
    allowance_seconds: int,
) -> tuple[int, bool]:
    """The seconds, and whether any offer's first increment can be paid at all."""
    if not offers or allowance_seconds < 0:
        check_question(offers, allowance_seconds)
    if cap_seconds is not None and cap_seconds < 0:
        raise RatingError(f"a call cannot be capped at {cap_seconds} seconds")
    longest, payable = 0, False
    for index, terms in enumerate(offers):
        bound = _bound(terms)
        if terms.steps or terms.bands or allowance_seconds:
            week_second = week_second_of(index, terms, week_seconds)
            seconds = _paid_along(balance_micros, terms, week_second, allowance_seconds, bound)
        else:
            seconds = _paid_plain(balance_micros, terms)
        payable = payable or seconds > 0
        # A short call may be free, yet only who could pay a first increment may try: see the last line.
        seconds = max(seconds, terms.free_up_to_seconds)
        longest = max(longest, min(seconds, bound))
    if cap_seconds is not None:
        longest = min(longest, cap_seconds)
    return (longest, True) if payable else (0, False)


def _bound(terms: RateTerms) -> int:
    """What ends a call at these terms if the money does not."""
    bound = terms.cap_seconds or ENDLESS
    if not (terms.steps or terms.bands):
        # Nearly every rate.
        return bound if terms.minute_price_micros else min(bound, FREE_CALL_SECONDS)
    if any(price == 0 for price in _last_prices(terms)):
        return min(bound, FREE_CALL_SECONDS)
    return min(bound, WEEK_SECONDS) if terms.bands else bound


def _last_prices(terms: RateTerms) -> Iterator[int]:
    """The prices that stay once the steps are over, and every price of a band: a weekend for nothing is long."""
    yield terms.steps[-1].minute_price_micros if terms.steps else terms.minute_price_micros
    for band in terms.bands:
        yield band.minute_price_micros
        for step in band.steps:
            yield step.minute_price_micros


def _paid_plain(balance_micros: int, terms: RateTerms) -> int:
    """Whole increments at one price, in closed form; `ENDLESS` when time costs nothing."""
    left = balance_micros - terms.connect_fee_micros
    if left < 0 or balance_micros < terms.minimum_charge_micros:
        return 0
    price = terms.minute_price_micros
    if price == 0:
        return ENDLESS
    # The charge rounds up to a micro, so seconds fit exactly when seconds * price <= left * 60: no rounding here.
    payable = left * SECONDS_PER_MINUTE // price
    first = terms.first_increment_seconds
    if payable < first:
        return 0
    following = terms.next_increment_seconds
    return first + (payable - first) // following * following


def _paid_along(balance_micros: int, terms: RateTerms, week_second: int, allowance_seconds: int, bound: int) -> int:
    """The end of the last increment that the allowance and then the money pay; the walk stops beyond the bound."""
    left = (balance_micros - terms.connect_fee_micros) * SECONDS_PER_MINUTE
    end = 0
    for (start, count, length, price), covered in paid_runs(terms, week_second, allowance_seconds):
        if end > bound:
            break
        if not covered:
            if left < 0 or (start == 0 and balance_micros < terms.minimum_charge_micros):
                break
            payable = left // (length * price) if price else count
            if payable is None:
                return ENDLESS
            if count is None or payable < count:
                return start + payable * length
            left -= count * length * price
        assert count is not None  # noqa: S101 - only money outlasts every count
        end = start + count * length
    return end
