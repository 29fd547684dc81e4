"""What is not charged, and what of a dropped call is."""

from fractions import Fraction
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rating_by_hand import any_offers, cost_by_hand, increments

from crystalcall.rules.fairness import (
    NEVER_TALKED,
    Fairness,
    FairnessReason,
    FairnessRule,
    fairness,
    forgive,
)
from crystalcall.rules.rating import Charge, PriceStep, RateTerms, RatingError, TimeBand, charge
from crystalcall.rules.release import ReleaseCause

RULE = FairnessRule(short_call_seconds=3, failed_call_seconds=60)
TERMS = RateTerms(60_000, 100_000, 60, 60)
causes = st.sampled_from(ReleaseCause)
rules = st.builds(FairnessRule, st.integers(0, 20), st.one_of(st.just(0), st.integers(0, 200)))


def forgiven(used, cause, terms=TERMS, allowance=0, rule=RULE):
    cost = charge(used, [terms], week_seconds=[0], allowance_seconds=allowance)
    return forgive(used, cause, cost, rule, [terms], [0])


def test_a_call_of_a_few_seconds_is_not_charged():
    nothing = Charge(0, 0, 0, 0, 0)
    assert forgiven(3, ReleaseCause.NORMAL) == Fairness(FairnessReason.SHORT_CALL, 160_000, nothing)
    assert forgiven(4, ReleaseCause.NORMAL) is None


@pytest.mark.parametrize("cause", sorted(NEVER_TALKED))
def test_a_call_that_never_came_about_is_not_charged_though_answered(cause):
    outcome = forgiven(60, cause)
    assert outcome is not None
    assert (outcome.reason, outcome.charge.amount_micros) == (FairnessReason.FAILED_CALL, 0)
    assert forgiven(61, cause) is None, "somebody talked, whatever the cause says"


def test_a_call_lost_early_is_not_charged():
    assert forgiven(60, ReleaseCause.DROPPED) == Fairness(FairnessReason.DROPPED_CALL, 160_000, Charge(0, 0, 0, 0, 0))


def test_a_call_lost_at_the_very_end_of_the_early_time_pays_nothing_even_of_whole_increments():
    outcome = forgiven(60, ReleaseCause.DROPPED, RateTerms(60_000, 0, 30, 30))
    assert outcome == Fairness(FairnessReason.DROPPED_CALL, 60_000, Charge(0, 0, 0, 0, 0))


def test_a_call_lost_later_pays_the_increments_before_the_last_and_no_fee():
    outcome = forgiven(150, ReleaseCause.DROPPED)
    assert outcome == Fairness(FairnessReason.DROPPED_CALL, 160_000, Charge(120_000, 120, 0, 2, 0))


def test_a_lost_call_pays_no_minimum():
    terms = RateTerms(60_000, 100_000, 60, 60, minimum_charge_micros=5_000_000)
    outcome = forgiven(150, ReleaseCause.DROPPED, terms)
    assert outcome is not None
    assert (outcome.charge.amount_micros, outcome.forgiven_micros) == (120_000, 4_880_000)


def test_the_last_increment_is_forgiven_at_its_own_price():
    terms = RateTerms(60_000, 0, 60, 60, steps=(PriceStep(120, 6_000),))
    outcome = forgiven(150, ReleaseCause.DROPPED, terms)
    assert outcome is not None
    assert (outcome.charge.amount_micros, outcome.forgiven_micros) == (120_000, 6_000)
    banded = RateTerms(60_000, 0, 60, 60, bands=(TimeBand(120, 180, 600_000),))
    outcome = forgiven(150, ReleaseCause.DROPPED, banded)
    assert outcome is not None
    assert (outcome.charge.amount_micros, outcome.forgiven_micros) == (120_000, 600_000)


def test_minutes_of_a_bundle_are_given_back_as_minutes():
    outcome = forgiven(150, ReleaseCause.DROPPED, allowance=600)
    assert outcome == Fairness(FairnessReason.DROPPED_CALL, 0, Charge(0, 120, 0, 2, 0, 120))
    short = forgiven(2, ReleaseCause.NORMAL, allowance=600)
    assert short == Fairness(FairnessReason.SHORT_CALL, 0, Charge(0, 0, 0, 0, 0))


def test_a_call_whose_last_increment_was_money_keeps_its_bundle_and_gets_the_fee_back():
    outcome = forgiven(150, ReleaseCause.DROPPED, allowance=120)
    assert outcome == Fairness(FairnessReason.DROPPED_CALL, 160_000, Charge(0, 120, 0, 2, 0, 120))


def test_a_long_single_increment_that_is_lost_is_forgiven_whole():
    terms = RateTerms(60_000, 100_000, 300, 60)
    outcome = forgiven(200, ReleaseCause.DROPPED, terms)
    assert outcome is not None
    assert outcome.charge == Charge(0, 0, 0, 0, 0)


def test_where_nothing_was_charged_nothing_is_forgiven():
    assert forgiven(0, ReleaseCause.DROPPED) is None
    assert forgiven(2, ReleaseCause.NORMAL, RateTerms(0)) is None
    assert forgiven(10, ReleaseCause.FAILED, RateTerms(60_000, 0, 1, 1, free_up_to_seconds=10)) is None


def test_the_offer_that_priced_the_call_is_the_one_that_is_forgiven():
    offers = [RateTerms(600_000), RateTerms(60_000, 0, 60, 30)]
    cost = charge(150, offers)
    assert cost.offer == 1
    outcome = forgive(150, ReleaseCause.DROPPED, cost, RULE, offers)
    assert outcome is not None
    assert outcome.charge == Charge(120_000, 120, 0, 3, 1)


def test_a_charge_that_was_cut_down_to_its_hold_never_grows_by_fairness():
    cut = charge(150, [TERMS])._replace(amount_micros=50_000)
    outcome = forgive(150, ReleaseCause.DROPPED, cut, RULE, [TERMS])
    assert outcome is not None
    assert (outcome.charge.amount_micros, outcome.forgiven_micros) == (50_000, 0)


def test_a_rule_of_nothing_forgives_nothing():
    off = FairnessRule(0, 0)
    for cause in ReleaseCause:
        for used in (1, 59, 60, 61, 600):
            assert forgiven(used, cause, rule=off) is None


def test_a_rule_below_zero_cannot_be_made():
    for wrong in ((-1, 0), (0, -1)):
        with pytest.raises(RatingError):
            FairnessRule(*wrong)


@given(any_offers(), causes, rules, st.one_of(st.integers(0, 200), st.integers(0, 5000)))
def test_what_is_forgiven_is_the_difference_and_nobody_pays_more(offers, cause, rule, used):
    cost = charge(used, offers.terms, **offers.question)
    outcome = forgive(used, cause, cost, rule, offers.terms, offers.week_seconds)
    assert (outcome is None) == (fairness(used, cause, cost, rule) is None)
    if outcome is not None:
        assert outcome.forgiven_micros == cost.amount_micros - outcome.charge.amount_micros >= 0
        assert outcome.charge.allowance_seconds <= cost.allowance_seconds
        assert outcome.charge.billable_seconds < cost.billable_seconds
        assert outcome.charge.fee_micros == 0
        assert outcome.charge.offer == cost.offer


@given(any_offers(), causes, st.integers(1, 600))
def test_a_forgiven_call_pays_what_it_would_by_hand(offers, cause, used):
    cost = charge(used, offers.terms, **offers.question)
    outcome = forgive(used, cause, cost, RULE, offers.terms, offers.week_seconds)
    if outcome is None:
        return
    if used <= 60:
        assert outcome.charge == Charge(0, 0, 0, 0, cost.offer)
        return
    terms, at = offers.terms[cost.offer], offers.week_seconds[cost.offer]
    kept = increments(used, terms, at, offers.allowance)[:-1]
    if sum(each.seconds for each in kept) <= terms.free_up_to_seconds:
        assert outcome.charge == Charge(0, 0, 0, 0, cost.offer)
        return
    exact = sum(Fraction(each.seconds * each.minute_price_micros, 60) for each in kept if not each.covered)
    assert outcome.charge.amount_micros == ceil(exact)
    assert outcome.charge.allowance_seconds == sum(each.seconds for each in kept if each.covered)
    assert outcome.charge.increments == len(kept)
    assert cost_by_hand(used, terms, at, offers.allowance).amount_micros == cost.amount_micros
