"""What a call costs and how long a balance lasts: known cases, and the promises over wide ranges."""

import csv
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crystalcall.rules.money import dollars_from_micros, micros_from_dollars
from crystalcall.rules.rating import (
    FREE_CALL_SECONDS,
    Charge,
    RateTerms,
    RatingError,
    affordable_seconds,
    billable_seconds,
    charge,
    quote,
)

CASES = Path(__file__).parent / "data" / "rating_cases.csv"


def cases(kind: str) -> list[object]:
    with CASES.open(encoding="utf-8", newline="") as file:
        return [pytest.param(row, id=row["case"]) for row in csv.DictReader(file) if row["kind"] == kind]


def terms_of(row: dict[str, str]) -> RateTerms:
    return RateTerms(
        minute_price_micros=micros_from_dollars(row["minute_price_usd"]),
        connect_fee_micros=micros_from_dollars(row["connect_fee_usd"]),
        first_increment_seconds=int(row["first_increment_s"]),
        next_increment_seconds=int(row["next_increment_s"]),
    )


@pytest.mark.parametrize("row", cases("charge"))
def test_a_known_call_costs_what_the_peers_agree_on(row):
    cost = charge(int(row["used_s"]), [terms_of(row)])
    assert cost.amount_micros == micros_from_dollars(row["expected"])


@pytest.mark.parametrize("row", cases("max_seconds"))
def test_a_known_balance_lasts_as_long_as_the_peers_agree(row):
    balance = micros_from_dollars(row["balance_usd"])
    granted = affordable_seconds(balance, [terms_of(row)], cap_seconds=int(row["asked_s"]))
    assert granted == int(row["expected"])


@pytest.mark.parametrize("row", cases("concurrent"))
def test_known_calls_at_the_same_time_leave_what_they_should(row):
    balance = micros_from_dollars(row["balance_usd"])
    for _ in range(50):
        balance -= charge(int(row["used_s"]), [terms_of(row)]).amount_micros
    assert dollars_from_micros(balance) == int(row["expected"])


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


terms_strategy = st.builds(
    RateTerms,
    minute_price_micros=st.one_of(st.integers(0, 100), st.integers(1, 60_000_000)),
    connect_fee_micros=st.one_of(st.just(0), st.integers(0, 5_000_000)),
    first_increment_seconds=st.integers(1, 300),
    next_increment_seconds=st.integers(1, 120),
)
offers_strategy = st.lists(terms_strategy, min_size=1, max_size=3)
balance_strategy = st.one_of(st.integers(-10, 10_000), st.integers(0, 10**11))
cap_strategy = st.one_of(st.none(), st.integers(0, 100_000))


@given(balance_strategy, offers_strategy, cap_strategy)
def test_what_is_granted_can_be_paid_and_one_second_more_could_not(balance, offers, cap):
    granted = affordable_seconds(balance, offers, cap_seconds=cap)
    assert charge(granted, offers).amount_micros <= max(balance, 0)
    assert cap is None or granted <= cap
    if not quote(balance, offers, cap_seconds=cap).capped:
        assert charge(granted + 1, offers).amount_micros > balance


@given(balance_strategy, offers_strategy, cap_strategy)
def test_the_quote_is_the_grant_and_its_charge(balance, offers, cap):
    said = quote(balance, offers, cap_seconds=cap)
    assert said.seconds == affordable_seconds(balance, offers, cap_seconds=cap)
    assert said.minutes == said.seconds // 60
    assert said.charge_micros == charge(said.seconds, offers).amount_micros


@given(balance_strategy, terms_strategy)
def test_without_a_cap_whole_increments_are_granted(balance, terms):
    granted = affordable_seconds(balance, [terms])
    if granted and terms.minute_price_micros:
        assert billable_seconds(granted, terms) == granted


@given(st.integers(0, 10**6), st.integers(0, 10**4), offers_strategy)
def test_a_longer_call_never_costs_less(used, more, offers):
    assert charge(used, offers).amount_micros <= charge(used + more, offers).amount_micros


@given(st.integers(0, 10**10), st.integers(0, 10**8), offers_strategy, cap_strategy)
def test_more_money_never_buys_fewer_seconds(balance, more, offers, cap):
    less = affordable_seconds(balance, offers, cap_seconds=cap)
    assert less <= affordable_seconds(balance + more, offers, cap_seconds=cap)


@given(st.integers(0, 10**6), offers_strategy, terms_strategy)
def test_another_offer_never_makes_a_call_dearer(used, offers, another):
    assert charge(used, [*offers, another]).amount_micros <= charge(used, offers).amount_micros


@given(st.integers(1, 10**6), terms_strategy)
def test_a_charge_is_the_exact_price_rounded_up_by_less_than_a_micro(used, terms):
    cost = charge(used, [terms])
    exact = terms.connect_fee_micros + Fraction(cost.billable_seconds * terms.minute_price_micros, 60)
    assert 0 <= cost.amount_micros - exact < 1
    assert cost.billable_seconds >= used
    further = (cost.increments - 1) * terms.next_increment_seconds
    assert cost.billable_seconds == terms.first_increment_seconds + further
