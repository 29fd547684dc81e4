"""What a call costs, and how long a balance lasts: one family of functions, so that quote, grant and charge agree.

The promises, for any terms and any sum of money (``tests/rules/test_rating.py`` tries them over wide ranges):

* ``charge(affordable_seconds(b, o), o).amount_micros <= b``: what is granted can be paid;
* one second more would begin an increment that cannot be paid, unless a cap cut the call first;
* ``quote(b, o).seconds == affordable_seconds(b, o)``, and its charge is the charge for exactly those seconds;
* a longer call never costs less, and more money never buys fewer seconds;
* money is rounded once, at the end, up, to a micro.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

SECONDS_PER_MINUTE: Final = 60

# A destination that costs nothing would be granted for ever; a forgotten handset must end some day.
FREE_CALL_SECONDS: Final = 3 * 3600


class RatingError(ValueError):
    """Terms or a question that make no sense (a negative price, an increment of no seconds, no offer at all)."""


@dataclass(frozen=True, slots=True)
class RateTerms:
    """The price of one prefix: micros a minute, a fee once per answered call, and the increments in seconds ("60/6").

    Raises:
        RatingError: a price or fee below zero, an increment below one second, or anything that is not an integer.
    """

    minute_price_micros: int
    connect_fee_micros: int = 0
    first_increment_seconds: int = 60
    next_increment_seconds: int = 60

    def __post_init__(self) -> None:
        for name, least in (
            ("minute_price_micros", 0),
            ("connect_fee_micros", 0),
            ("first_increment_seconds", 1),
            ("next_increment_seconds", 1),
        ):
            figure = getattr(self, name)
            if type(figure) is not int:
                raise RatingError(f"{name} must be a whole number, not {figure!r}")
            if figure < least:
                raise RatingError(f"{name} must be at least {least}, not {figure}")


@dataclass(frozen=True, slots=True)
class Charge:
    """What an answered call costs, with the figures that prove it.

    ``amount_micros`` includes ``fee_micros``; ``increments`` counts the first one too; ``offer`` is the index of the
    terms that priced the call (the cheapest; of equals the first).
    """

    amount_micros: int
    billable_seconds: int
    fee_micros: int
    increments: int
    offer: int


@dataclass(frozen=True, slots=True)
class Quote:
    """How long a credit lasts: ``minutes`` are whole ones within ``seconds``; ``capped`` if a cap cut it short."""

    seconds: int
    minutes: int
    charge_micros: int
    capped: bool


def billable_seconds(used_seconds: int, terms: RateTerms) -> int:
    """Seconds that are paid for: the first increment whole, then whole further ones; an unanswered call has none.

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


def charge(used_seconds: int, offers: Sequence[RateTerms]) -> Charge:
    """Price a call of so many seconds by the cheapest of the offers.

    Several offers stand side by side when a deck was promised at a purchase and another is current: nobody pays more
    than the better of them. A call of no seconds costs nothing, fee included.

    Raises:
        RatingError: no offer, or a negative duration.
    """
    if not offers:
        raise RatingError("a call without a rate cannot be priced")
    amount, billable, offer = -1, 0, 0
    for index, terms in enumerate(offers):
        seconds = billable_seconds(used_seconds, terms)
        cost = _cost(seconds, terms)
        if amount < 0 or cost < amount:
            amount, billable, offer = cost, seconds, index
    if billable == 0:
        return Charge(0, 0, 0, 0, 0)
    terms = offers[offer]
    further = (billable - terms.first_increment_seconds) // terms.next_increment_seconds
    return Charge(amount, billable, terms.connect_fee_micros, 1 + further, offer)


def _cost(billable: int, terms: RateTerms) -> int:
    """Fee and minutes in micros for seconds that are billable already; the one place where money is rounded (up)."""
    if billable == 0:
        return 0
    return terms.connect_fee_micros - (-billable * terms.minute_price_micros // SECONDS_PER_MINUTE)


def affordable_seconds(balance_micros: int, offers: Sequence[RateTerms], *, cap_seconds: int | None = None) -> int:
    """The longest call that the balance pays in full: whole increments of the offer that lasts longest.

    Args:
        balance_micros: what may be spent; holds of other calls are already taken off. Below zero counts as nothing.
        offers: the terms of which the cheapest will price the call.
        cap_seconds: a limit on the length of a call; it cuts where it falls, also inside an increment.

    Returns:
        Seconds; 0 when not even the first increment can be paid. A destination without a price lasts
        ``FREE_CALL_SECONDS`` (or the cap, if that is shorter).

    Raises:
        RatingError: no offer, or a negative cap.
    """
    return _affordable(balance_micros, offers, cap_seconds)[0]


def quote(credit_micros: int, offers: Sequence[RateTerms], *, cap_seconds: int | None = None) -> Quote:
    """How many minutes a credit buys in one call, with the charge for exactly that call; same arguments as above."""
    seconds, capped = _affordable(credit_micros, offers, cap_seconds)
    return Quote(seconds, seconds // SECONDS_PER_MINUTE, charge(seconds, offers).amount_micros, capped)


def _affordable(balance_micros: int, offers: Sequence[RateTerms], cap_seconds: int | None) -> tuple[int, bool]:
    """The seconds, and whether a cap (not the money) ended them."""
    if not offers:
        raise RatingError("a call without a rate cannot be granted")
    if cap_seconds is not None and cap_seconds < 0:
        raise RatingError(f"a call cannot be capped at {cap_seconds} seconds")
    longest, free = 0, False
    for terms in offers:
        seconds = _affordable_at(balance_micros, terms)
        if seconds is None:
            seconds, free = FREE_CALL_SECONDS, True
        longest = max(longest, seconds)
    if cap_seconds is not None and longest > cap_seconds:
        return cap_seconds, True
    # Where time costs nothing the money never ends the call: whatever does is a cap.
    return longest, free


def _affordable_at(balance_micros: int, terms: RateTerms) -> int | None:
    """Seconds under one offer; None when time costs nothing, so that only a cap ends the call."""
    left = balance_micros - terms.connect_fee_micros
    if left < 0:
        return 0
    price = terms.minute_price_micros
    if price == 0:
        return None
    # The charge rounds up to a micro, so seconds fit exactly when seconds * price <= left * 60: no rounding here.
    payable = left * SECONDS_PER_MINUTE // price
    first = terms.first_increment_seconds
    if payable < first:
        return 0
    following = terms.next_increment_seconds
    return first + (payable - first) // following * following
