"""What a credit buys where prices depend on the hour: a quote that holds whenever the call is made."""

from collections.abc import Sequence
from dataclasses import replace

from crystalcall.plumbing.settings import current
from crystalcall.rules.rating import Quote, RateTerms, quote


def price_range(terms: RateTerms) -> tuple[int, int]:
    """The lowest and the highest price of a minute under these terms, of any hour of the week and any step."""
    prices = [terms.minute_price_micros, *(step.minute_price_micros for step in terms.steps)]
    for band in terms.bands:
        prices += [band.minute_price_micros, *(step.minute_price_micros for step in band.steps)]
    return min(prices), max(prices)


def at_any_hour(terms: RateTerms) -> RateTerms:
    """The same terms with the price of their dearest hour all week: no call at any hour costs more than these say."""
    if not terms.bands:
        return terms
    return replace(terms, minute_price_micros=price_range(terms)[1], steps=(), bands=(), time_zone="")


def quote_at_any_hour(credit_micros: int, offers: Sequence[RateTerms]) -> Quote:
    """How many minutes a credit buys in one call made at any hour, within the longest call that the store allows."""
    surest = [at_any_hour(terms) for terms in offers]
    return quote(credit_micros, surest, cap_seconds=current().call_cap_seconds or None)
