"""What a call costs and how long a balance lasts: known cases, and the promises over wide ranges."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rating_by_hand import (
    Offers,
    any_offers,
    any_terms,
    balances,
    bound_by_hand,
    caps,
    cost_by_hand,
    plain_terms,
)

from crystalcall.rules.rating import (
    FREE_CALL_SECONDS,
    WEEK_SECONDS,
    Charge,
    PriceStep,
    RateTerms,
    RatingError,
    TimeBand,
    affordable_seconds,
    allowance_to_hold,
    billable_seconds,
    charge,
    itemize,
    quote,
)


@pytest.mark.parametrize(
    ("used", "first", "following", "billable"),
    [
        (0, 60, 60, 0),
        (1, 60, 60, 60),
        (60, 60, 60, 60),
        (61, 60, 60, 120),
        (31, 30, 6, 36),
        (30, 30, 6, 30),
        (31, 30, 20, 50),
        (1, 1, 1, 1),
        (90, 60, 1, 90),
        (3600, 60, 6, 3600),
    ],
)
def test_increments_are_counted_from_the_end_of_the_first(used, first, following, billable):
    terms = RateTerms(1, first_increment_seconds=first, next_increment_seconds=following)
    assert billable_seconds(used, terms) == billable


def test_an_unanswered_call_is_free_even_of_the_fee():
    assert charge(0, [RateTerms(60_000, 1_000_000)]) == Charge(0, 0, 0, 0, 0)


def test_a_charge_shows_its_increments_and_its_fee():
    cost = charge(43, [RateTerms(150_000, 100_000, 60, 30)])
    assert cost == Charge(amount_micros=250_000, billable_seconds=60, fee_micros=100_000, increments=1, offer=0)
    assert charge(61, [RateTerms(150_000, 0, 60, 30)]).increments == 2


def test_money_is_rounded_once_and_up():
    terms = RateTerms(minute_price_micros=1, first_increment_seconds=1, next_increment_seconds=1)
    assert charge(1, [terms]).amount_micros == 1
    assert charge(60, [terms]).amount_micros == 1
    assert charge(61, [terms]).amount_micros == 2


def test_the_cheaper_of_two_offers_prices_the_call():
    with_fee = RateTerms(10_000, 50_000)
    without = RateTerms(20_000)
    assert charge(60, [with_fee, without]).offer == 1
    assert charge(600, [with_fee, without]).offer == 0
    assert charge(300, [with_fee, without]).offer == 0, "of equals the first"


def test_a_balance_that_pays_no_first_increment_grants_nothing():
    assert affordable_seconds(39_999, [RateTerms(40_000)]) == 0
    assert affordable_seconds(40_000, [RateTerms(40_000)]) == 60
    assert affordable_seconds(-5, [RateTerms(40_000)]) == 0
    assert affordable_seconds(99_999, [RateTerms(0, 100_000)]) == 0


def test_a_half_paid_increment_is_never_granted():
    assert affordable_seconds(60_000, [RateTerms(40_000)]) == 60


def test_a_free_destination_ends_at_its_own_limit_and_the_quote_says_so():
    free = RateTerms(0)
    assert quote(0, [free]).seconds == FREE_CALL_SECONDS
    assert quote(0, [free]).capped
    assert quote(0, [free], cap_seconds=60).seconds == 60
    # A paid offer may outlast the limit of the free one; the free one still prices the call.
    assert affordable_seconds(10**9, [free, RateTerms(1_000)]) == 10**6 * 60


def test_a_cap_is_said_and_cuts_exactly():
    capped = quote(10_000_000, [RateTerms(21_000)], cap_seconds=7200)
    assert (capped.seconds, capped.minutes, capped.capped) == (7200, 120, True)
    uncapped = quote(10_000_000, [RateTerms(21_000)])
    assert (uncapped.minutes, uncapped.capped) == (476, False)
    assert affordable_seconds(10_000_000, [RateTerms(21_000)], cap_seconds=30) == 30


def test_a_call_with_bands_ends_after_a_week_and_one_with_free_hours_after_three():
    night, day = TimeBand(0, 8 * 3600, 1), TimeBand(8 * 3600, 20 * 3600, 2)
    rich = 10**12
    assert affordable_seconds(rich, [RateTerms(3, bands=(night, day))], week_seconds=[0]) == WEEK_SECONDS
    free_weekend = TimeBand(5 * 24 * 3600, WEEK_SECONDS, 0)
    assert affordable_seconds(rich, [RateTerms(3, bands=(free_weekend,))], week_seconds=[0]) == FREE_CALL_SECONDS
    free_in_the_end = RateTerms(3, steps=(PriceStep(60, 0),))
    assert affordable_seconds(rich, [free_in_the_end]) == FREE_CALL_SECONDS
    free_at_first = RateTerms(0, steps=(PriceStep(60, 1_000_000),))
    assert affordable_seconds(rich, [free_at_first]) == 60 + 10**6 * 60


def test_what_any_offer_covers_is_held_whichever_stands_first():
    """The offer of half minutes covers more of the time than the one that is cheapest for all of it."""
    by_minutes, by_halves = RateTerms(10_000, 0, 60, 60), RateTerms(90_000, 0, 30, 30)
    for offers in ([by_minutes, by_halves], [by_halves, by_minutes]):
        assert allowance_to_hold(600, offers, allowance_seconds=150) == 150
        assert charge(600, offers, allowance_seconds=150).allowance_seconds == 120
        assert charge(150, offers, allowance_seconds=150).allowance_seconds == 150
        assert allowance_to_hold(100, offers, allowance_seconds=150) == 120
        assert allowance_to_hold(600, offers) == 0


@pytest.mark.parametrize(
    "wrong",
    [(-1, 0, 60, 60), (1, -1, 60, 60), (1, 0, 0, 60), (1, 0, 60, 0), (1.5, 0, 60, 60), (True, 0, 60, 60)],
)
def test_senseless_terms_cannot_be_made(wrong):
    with pytest.raises(RatingError):
        RateTerms(*wrong)


def test_senseless_questions_are_refused():
    terms = RateTerms(1)
    with pytest.raises(RatingError):
        charge(-1, [terms])
    with pytest.raises(RatingError):
        charge(1, [])
    with pytest.raises(RatingError):
        affordable_seconds(1, [])
    with pytest.raises(RatingError):
        affordable_seconds(1, [terms], cap_seconds=-1)


# --- the promises, over any offers ------------------------------------------------------------------------------------

seconds = st.one_of(st.integers(0, 400), st.integers(0, 10**6))


@given(any_offers(), balances, caps)
def test_what_is_granted_can_be_paid(offers, balance, cap):
    granted = affordable_seconds(balance, offers.terms, cap_seconds=cap, **offers.question)
    assert charge(granted, offers.terms, **offers.question).amount_micros <= max(balance, 0)
    assert cap is None or granted <= cap


@given(any_offers(), balances, caps)
def test_one_second_more_could_not_be_paid_unless_a_cap_cut_the_call(offers, balance, cap):
    granted = affordable_seconds(balance, offers.terms, cap_seconds=cap, **offers.question)
    more = charge(granted + 1, offers.terms, **offers.question).amount_micros
    said = quote(balance, offers.terms, cap_seconds=cap, **offers.question)
    if more > balance:
        assert not said.capped
    elif granted:
        assert granted == cap or any(bound_by_hand(terms) <= granted for terms in offers.terms)
        assert said.capped
    else:
        assert cap == 0 or not first_increment_payable(offers, balance)


def first_increment_payable(offers, balance):
    pairs = zip(offers.terms, offers.week_seconds, strict=True)
    costs = [cost_by_hand(1, terms, at, offers.allowance, grace=False) for terms, at in pairs]
    return any(cost.amount_micros <= balance or cost.allowance_seconds for cost in costs)


@given(any_offers(), balances)
def test_who_cannot_pay_a_first_increment_is_granted_nothing(offers, balance):
    granted = affordable_seconds(balance, offers.terms, **offers.question)
    assert (granted > 0) == first_increment_payable(offers, balance)


@given(any_offers(), balances, caps)
def test_the_quote_is_the_grant_and_its_charge(offers, balance, cap):
    said = quote(balance, offers.terms, cap_seconds=cap, **offers.question)
    assert said.seconds == affordable_seconds(balance, offers.terms, cap_seconds=cap, **offers.question)
    assert said.minutes == said.seconds // 60
    assert said.charge_micros == charge(said.seconds, offers.terms, **offers.question).amount_micros


@given(balances, plain_terms)
def test_without_a_cap_whole_increments_are_granted(balance, terms):
    granted = affordable_seconds(balance, [terms])
    if granted and terms.minute_price_micros:
        assert billable_seconds(granted, terms) == granted


@given(any_offers(), seconds, st.integers(0, 10**4))
def test_a_longer_call_never_costs_less(offers, used, more):
    shorter = charge(used, offers.terms, **offers.question)
    assert shorter.amount_micros <= charge(used + more, offers.terms, **offers.question).amount_micros


@given(any_offers(), balances, st.integers(0, 10**8), caps)
def test_more_money_never_buys_fewer_seconds(offers, balance, more, cap):
    less = affordable_seconds(balance, offers.terms, cap_seconds=cap, **offers.question)
    assert less <= affordable_seconds(balance + more, offers.terms, cap_seconds=cap, **offers.question)


@given(any_offers(), seconds, balances, st.integers(0, 10_000))
def test_more_free_seconds_never_make_a_call_dearer_or_shorter(offers, used, balance, more):
    richer = Offers(offers.terms, offers.week_seconds, offers.allowance + more)
    cost, cheaper = (charge(used, each.terms, **each.question).amount_micros for each in (offers, richer))
    assert cheaper <= cost
    short, longer = (affordable_seconds(balance, each.terms, **each.question) for each in (offers, richer))
    assert short <= longer


@given(any_offers(), st.data(), seconds)
def test_another_offer_never_makes_a_call_dearer(offers, data, used):
    another = data.draw(any_terms())
    both = Offers([*offers.terms, another], [*offers.week_seconds, 0], offers.allowance)
    cost, cheaper = (charge(used, each.terms, **each.question).amount_micros for each in (offers, both))
    assert cheaper <= cost


@given(any_offers(), balances, st.data())
def test_a_call_never_costs_more_than_its_hold(offers, balance, data):
    granted = affordable_seconds(balance, offers.terms, cap_seconds=50_000, **offers.question)
    hold = charge(granted, offers.terms, **offers.question).amount_micros
    minutes = allowance_to_hold(granted, offers.terms, **offers.question)
    assert minutes <= offers.allowance
    used = data.draw(st.integers(0, granted))
    cost = charge(used, offers.terms, week_seconds=offers.week_seconds, allowance_seconds=minutes)
    assert cost.amount_micros <= hold
    assert cost.allowance_seconds <= minutes


@given(any_offers(), st.integers(1, 20_000), st.lists(st.integers(0, 20_000), max_size=4))
def test_however_a_call_was_extended_its_charge_is_the_same(offers, used, extensions):
    """Whatever limit was granted last, what is held of the allowance prices the call as all of it would."""
    whole = charge(used, offers.terms, **offers.question)
    limit = used
    for extension in extensions:
        limit += extension
        held = allowance_to_hold(limit, offers.terms, **offers.question)
        assert charge(used, offers.terms, week_seconds=offers.week_seconds, allowance_seconds=held) == whole


@given(any_offers(most=1), seconds)
def test_a_charge_is_the_exact_price_rounded_up_by_less_than_a_micro(offers, used):
    (terms,), (at,) = offers.terms, offers.week_seconds
    cost = charge(used, [terms], **offers.question)
    parts = itemize(used, terms, week_second=at, allowance_seconds=offers.allowance)
    money = [part for part in parts if not part.paid_by_allowance]
    exact = cost.fee_micros + sum(Fraction(part.seconds * part.minute_price_micros, 60) for part in money)
    if cost.amount_micros == terms.minimum_charge_micros and not cost.allowance_seconds and parts:
        assert exact <= cost.amount_micros
    else:
        assert 0 <= cost.amount_micros - exact < 1
    assert bool(money) or cost.fee_micros == 0


@given(any_offers(most=1), seconds)
def test_the_lines_of_a_bill_are_its_charge(offers, used):
    (terms,), (at,) = offers.terms, offers.week_seconds
    cost = charge(used, [terms], **offers.question)
    parts = itemize(used, terms, week_second=at, allowance_seconds=offers.allowance)
    assert sum(part.seconds for part in parts) == cost.billable_seconds
    assert sum(part.increments for part in parts) == cost.increments
    assert sum(part.seconds for part in parts if part.paid_by_allowance) == cost.allowance_seconds
    assert cost.billable_seconds == 0 or cost.billable_seconds >= used
    starts = [part.from_seconds for part in parts]
    assert starts == [sum(part.seconds for part in parts[:index]) for index in range(len(parts))]


@given(plain_terms, seconds, st.integers(0, WEEK_SECONDS - 1))
def test_the_closed_form_and_the_walk_agree(terms, used, at):
    """A step that changes nothing sends the same question the longer way."""
    price = terms.minute_price_micros
    walked = replace(terms, steps=(PriceStep(0, price),), bands=(TimeBand(0, 1, price),))
    assert charge(used, [terms]) == charge(used, [walked], week_seconds=[at])


@given(plain_terms, balances)
def test_the_closed_form_and_the_walk_grant_the_same(terms, balance):
    walked = replace(terms, steps=(PriceStep(0, terms.minute_price_micros),))
    assert affordable_seconds(balance, [terms]) == affordable_seconds(balance, [walked])
