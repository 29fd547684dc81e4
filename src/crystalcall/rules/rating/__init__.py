"""What a call costs, and how long a balance lasts: one family of functions, so that quote, grant and charge agree.

The promises, for any offers, sum of money and allowance (``tests/rules/test_rating.py`` tries them over wide ranges):

* ``charge(affordable_seconds(b, o), o).amount_micros <= b``: what is granted can be paid;
* one second more would begin an increment that cannot be paid, unless a cap cut the call first;
* ``quote(b, o).seconds == affordable_seconds(b, o)``, and its charge is the charge for exactly those seconds;
* a longer call never costs less, and more money or more free seconds never buy fewer seconds;
* a charge depends on the seconds used and nothing else: not on how often the call was extended. With an allowance this
  holds as long as at least `allowance_to_hold` of it stays with the call;
* money is rounded once, at the end, up, to a micro.

The price of an increment is decided by its start: the band of the week that holds it, then the last step that has
begun. Free seconds come first, in whole increments; then money.
"""

from crystalcall.rules.rating.affording import affordable_seconds, quote
from crystalcall.rules.rating.charging import allowance_to_hold, billable_seconds, charge
from crystalcall.rules.rating.itemizing import itemize
from crystalcall.rules.rating.terms import (
    FREE_CALL_SECONDS,
    SECONDS_PER_MINUTE,
    WEEK_SECONDS,
    Charge,
    Part,
    PriceStep,
    Quote,
    RateTerms,
    RatingError,
    TimeBand,
)

__all__ = [
    "FREE_CALL_SECONDS",
    "SECONDS_PER_MINUTE",
    "WEEK_SECONDS",
    "Charge",
    "Part",
    "PriceStep",
    "Quote",
    "RateTerms",
    "RatingError",
    "TimeBand",
    "affordable_seconds",
    "allowance_to_hold",
    "billable_seconds",
    "charge",
    "itemize",
    "quote",
]
