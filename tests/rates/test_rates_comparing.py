"""Whether what we ask covers what we pay: proven where it is said, and found where it does not."""

from hypothesis import assume, given
from hypothesis import strategies as st
from test_rates_schedules import any_terms

from crystalcall.minutes.rates.comparing import (
    always_covers,
    at_dearest_hour,
    cheapest_minute,
    dearest_minute,
    hours_of,
    weigh,
    worst_call,
)
from crystalcall.rules.rating import PriceStep, RateTerms, TimeBand, charge

DAY = 24 * 3600
seconds = st.integers(1, 20_000)
week_second = st.integers(0, 7 * DAY - 1)


def cost_of(used: int, terms: RateTerms, at: int) -> int:
    return charge(used, (terms,), week_seconds=(at,) if terms.bands else ()).amount_micros


@given(any_terms(), any_terms(), seconds, week_second)
def test_what_is_said_to_cover_covers_every_call_at_every_hour(retail, cost, used, at):
    assume(always_covers(retail, cost))
    assume(used > retail.free_up_to_seconds and retail.time_zone == cost.time_zone)
    assert cost_of(used, cost, at) <= cost_of(used, retail, at)


@given(any_terms(), st.integers(0, 10**6), seconds, week_second)
def test_the_same_shape_with_higher_prices_covers(cost, more, used, at):
    def dearer(steps):
        return tuple(PriceStep(step.from_seconds, step.minute_price_micros + more) for step in steps)

    retail = RateTerms(
        cost.minute_price_micros + more,
        cost.connect_fee_micros + more,
        cost.first_increment_seconds,
        cost.next_increment_seconds,
        cost.minimum_charge_micros + more,
        0,
        dearer(cost.steps),
        tuple(
            TimeBand(b.from_week_seconds, b.to_week_seconds, b.minute_price_micros + more, dearer(b.steps))
            for b in cost.bands
        ),
        cost.time_zone,
    )
    assert always_covers(retail, cost)
    assert worst_call(retail, cost) is None
    assert cost_of(used, cost, at) <= cost_of(used, retail, at)


@given(any_terms(), any_terms())
def test_a_loss_that_is_reported_is_a_loss(retail, cost):
    worst = worst_call(retail, cost)
    if worst is None:
        return
    paid = [charge(worst.seconds, (hour,)).amount_micros for hour in hours_of(retail)]
    spent = [charge(worst.seconds, (hour,)).amount_micros for hour in hours_of(cost)]
    assert worst.cost_micros in spent
    assert worst.paid_micros in paid or worst.seconds <= retail.free_up_to_seconds
    assert worst.loss_micros > 0


def test_finer_increments_than_the_carriers_lose_by_short_calls():
    worst = worst_call(RateTerms(12_000, 0, 1, 1), RateTerms(10_000, 0, 60, 60))
    assert worst is not None
    assert (worst.seconds, worst.paid_micros, worst.cost_micros) == (1, 200, 10_000)


def test_finer_increments_at_a_price_that_pays_for_them_lose_nothing():
    assert not always_covers(RateTerms(600_000, 0, 1, 1), RateTerms(10_000, 0, 60, 60))
    assert worst_call(RateTerms(600_000, 0, 1, 1), RateTerms(10_000, 0, 60, 60)) is None


def test_a_cheap_band_under_cost_is_found():
    night = TimeBand(0, 8 * 3600, 9_000)
    worst = worst_call(RateTerms(20_000, bands=(night,)), RateTerms(10_000))
    assert worst is not None
    assert worst.seconds == 10_800
    assert worst.loss_micros == 180 * 1_000


def test_a_free_beginning_of_ours_is_a_gift_and_no_loss():
    assert worst_call(RateTerms(12_000, free_up_to_seconds=10), RateTerms(10_000)) is None


def test_a_minimum_or_a_fee_of_the_carrier_is_not_forgotten():
    assert worst_call(RateTerms(12_000), RateTerms(10_000, minimum_charge_micros=50_000)) is not None
    assert worst_call(RateTerms(12_000), RateTerms(10_000, connect_fee_micros=1)) is None, "the minute pays for it"
    assert worst_call(RateTerms(10_000), RateTerms(10_000, connect_fee_micros=1)) is not None


@given(any_terms(), seconds, week_second)
def test_a_quote_at_the_dearest_hour_is_never_too_low(terms, used, at):
    assert cost_of(used, terms, at) <= charge(used, (at_dearest_hour(terms),)).amount_micros


@given(any_terms())
def test_the_dearest_and_the_cheapest_minute_are_prices_of_the_terms(terms):
    assert cheapest_minute(terms) <= dearest_minute(terms)
    assert weigh(terms) >= weigh(hours_of(terms)[0])


def test_terms_without_bands_are_quoted_as_they_are():
    terms = RateTerms(10_000, steps=(PriceStep(60, 5_000),))
    assert at_dearest_hour(terms) is terms
