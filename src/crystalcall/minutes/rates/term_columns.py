"""The terms of a rate as columns: the same ones in carriers' rows, in retail rows and in their routes."""

from typing import Any, Final

from crystalcall.minutes.rates.schedules import schedule_from, schedule_text
from crystalcall.rules.rating import RateTerms

#: In the order of `figures_of`.
TERM_FIELDS: Final = (
    "minute_price_micros",
    "connect_fee_micros",
    "first_increment_seconds",
    "next_increment_seconds",
    "minimum_charge_micros",
    "free_up_to_seconds",
    "cap_seconds",
    "schedule",
)

Figures = tuple[int, int, int, int, int, int, int, str]


def figures_of(terms: RateTerms) -> Figures:
    """Terms as the values of `TERM_FIELDS`."""
    return (
        terms.minute_price_micros,
        terms.connect_fee_micros,
        terms.first_increment_seconds,
        terms.next_increment_seconds,
        terms.minimum_charge_micros,
        terms.free_up_to_seconds,
        terms.cap_seconds,
        schedule_text(terms.steps, terms.bands, terms.time_zone),
    )


def terms_from(figures: tuple[Any, ...]) -> RateTerms:
    """The terms that `figures_of` gave. Errors: RatingError where the columns make no sense."""
    price, fee, first, following, minimum, free_up_to, cap, schedule = figures
    steps, bands, time_zone = schedule_from(schedule)
    return RateTerms(
        minute_price_micros=price,
        connect_fee_micros=fee,
        first_increment_seconds=first,
        next_increment_seconds=following,
        minimum_charge_micros=minimum,
        free_up_to_seconds=free_up_to,
        steps=steps,
        bands=bands,
        time_zone=time_zone,
        cap_seconds=cap,
    )
