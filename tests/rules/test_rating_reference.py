"""Rating against arithmetic by hand: an increment at a time, in fractions."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from rating_by_hand import (
    DAY,
    Offers,
    affordable_by_hand,
    allowances,
    any_offers,
    any_terms,
    balances,
    charge_by_hand,
    increments,
    plain_terms,
)

from crystalcall.rules.rating import WEEK_SECONDS, PriceStep, RateTerms, TimeBand, affordable_seconds, charge, itemize

# Increments that are walked one by one; a few hundred cross every boundary that the terms of the tests have.
MOST_INCREMENTS = 400


def few_increments(seconds, offers):
    return all(
        seconds < MOST_INCREMENTS * min(t.first_increment_seconds, t.next_increment_seconds) for t in offers.terms
    )


@given(any_offers(), st.one_of(st.integers(0, 400), st.integers(0, 20_000)))
def test_a_charge_is_what_it_is_by_hand(offers, used):
    assume(few_increments(used, offers))
    assert charge(used, offers.terms, **offers.question) == charge_by_hand(used, offers)


@given(st.lists(plain_terms, min_size=1, max_size=3), st.integers(0, 1200))
def test_a_plain_charge_is_what_it_is_by_hand(terms, used):
    assert charge(used, terms) == charge_by_hand(used, Offers(terms, [0] * len(terms), 0))


@given(any_offers(), balances, st.one_of(st.integers(0, 400), st.integers(0, 20_000)))
def test_a_grant_is_what_it_is_by_hand(offers, balance, cap):
    """The cap keeps the walk by hand short; grants without one are held to the promises in test_rating."""
    assume(few_increments(cap, offers))
    assert affordable_seconds(balance, offers.terms, cap_seconds=cap, **offers.question) == affordable_by_hand(
        balance, offers, cap
    )


BUSY_WEEK = tuple(
    TimeBand(day * DAY + begin * 3600, (day * DAY + end * 3600) % WEEK_SECONDS or WEEK_SECONDS, price, steps)
    for day in range(7)
    for begin, end, price, steps in (
        (8, 12, 100_000, ()),
        (12, 13, 40_000, (PriceStep(3600, 41_000),)),
        (14, 20, 120_000 + day, (PriceStep(60, 110_000), PriceStep(2 * DAY, 90_000))),
        (22, 25, 20_000, ()),
    )
)


@pytest.mark.parametrize("bands", [BUSY_WEEK, BUSY_WEEK[::-1]], ids=["in order", "in reverse"])
@pytest.mark.parametrize("second", [0, 8 * 3600 - 30, 5 * DAY + 12_345, WEEK_SECONDS - 1])
def test_a_call_through_a_week_of_bands_is_charged_as_by_hand(bands, second):
    """Longer than a week, so that every edge is crossed and the first ones twice."""
    terms = RateTerms(60_000, 39_000, 61, 59, steps=(PriceStep(30_000, 50_000),), bands=bands)
    offers = Offers([terms], [second], 10_000)
    for used in (8 * DAY, 3 * DAY + 1, 5):
        assert charge(used, offers.terms, **offers.question) == charge_by_hand(used, offers)


@given(any_terms(near=500), st.integers(0, 5000), allowances)
def test_the_lines_of_a_bill_are_the_increments_by_hand(terms, used, allowance):
    offers = Offers([terms], [500], allowance)
    assume(few_increments(used, offers))
    by_hand = [] if used <= terms.free_up_to_seconds else increments(used, terms, 500, allowance)
    lines = [(each.minute_price_micros, each.covered) for each in by_hand]
    parts = itemize(used, terms, week_second=500, allowance_seconds=allowance)
    told = [(part.minute_price_micros, part.paid_by_allowance) for part in parts for _ in range(part.increments)]
    assert told == lines
    assert sum(part.seconds for part in parts) == sum(each.seconds for each in by_hand)
    begins = {each.start for each in by_hand}
    assert {part.from_seconds for part in parts} <= begins
