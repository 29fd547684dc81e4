"""The rules of a call: its states, its refusals, how long it may last and what it costs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crystalcall.rules.calls import (
    CALL_STEPS,
    REFUSAL_MEANINGS,
    RELEASE_MEANINGS,
    RUNNING_STATES,
    CallState,
    CannotGrant,
    Grant,
    GrantLimits,
    Priced,
    Reading,
    RefusalReason,
    ReleaseCause,
    Step,
    extend,
    grant,
    read_release_cause,
    read_step,
    settle,
)
from crystalcall.rules.rating import RateTerms, TimeBand, charge, quote

TEN_CENTS = RateTerms(100_000)
PRICED = Priced([TEN_CENTS])
DOLLAR = 1_000_000
WHOLE = GrantLimits()


def held(seconds: int, priced: Priced) -> Grant:
    """The grant of so many seconds, with exactly its charge held."""
    return Grant(seconds, priced.charge(seconds).amount_micros, priced.allowance_to_hold(seconds))


terms = st.builds(
    RateTerms,
    minute_price_micros=st.integers(1, 5 * DOLLAR),
    connect_fee_micros=st.integers(0, DOLLAR),
    first_increment_seconds=st.sampled_from([1, 6, 30, 60, 180]),
    next_increment_seconds=st.sampled_from([1, 6, 20, 60]),
)
offers = st.lists(terms, min_size=1, max_size=3).map(tuple)
balances = st.integers(0, 50 * DOLLAR)
limits = st.builds(
    GrantLimits,
    cap_seconds=st.none() | st.integers(1, 7200),
    slice_seconds=st.just(0) | st.integers(1, 600),
)


def test_the_whole_affordable_time_is_granted_and_its_charge_is_held():
    assert grant(DOLLAR, PRICED, WHOLE) == Grant(seconds=600, hold_micros=DOLLAR)


def test_a_slice_is_granted_only_where_one_was_asked_for():
    assert grant(DOLLAR, PRICED, GrantLimits(slice_seconds=90)) == Grant(seconds=90, hold_micros=200_000)


def test_a_slice_longer_than_the_credit_is_cut_to_the_credit():
    assert grant(DOLLAR, PRICED, GrantLimits(slice_seconds=3600)) == Grant(seconds=600, hold_micros=DOLLAR)


def test_the_cap_cuts_a_grant_and_its_hold():
    assert grant(DOLLAR, PRICED, GrantLimits(cap_seconds=120)) == Grant(seconds=120, hold_micros=200_000)


def test_credit_that_does_not_pay_the_first_increment_grants_nothing():
    assert grant(99_999, PRICED, WHOLE) == CannotGrant(RefusalReason.NO_CREDIT)


def test_the_cheaper_of_two_decks_decides_how_long_a_call_lasts():
    assert grant(DOLLAR, Priced([TEN_CENTS, RateTerms(50_000)]), WHOLE) == Grant(seconds=1200, hold_micros=DOLLAR)


def test_a_top_up_lengthens_a_running_call_to_the_whole_new_credit():
    assert extend(600, 3 * DOLLAR, PRICED, WHOLE) == Grant(seconds=1800, hold_micros=3 * DOLLAR)


def test_without_more_credit_an_extension_answers_the_old_limit():
    assert extend(600, DOLLAR, PRICED, WHOLE) == Grant(seconds=600, hold_micros=DOLLAR)


def test_each_extension_adds_one_slice():
    assert extend(60, DOLLAR, PRICED, GrantLimits(slice_seconds=60)) == Grant(seconds=120, hold_micros=200_000)


def test_a_cap_set_lower_later_does_not_shorten_what_was_granted():
    assert extend(600, DOLLAR, PRICED, GrantLimits(cap_seconds=60)) == Grant(seconds=600, hold_micros=DOLLAR)


def test_a_late_cut_costs_the_operator_and_not_the_caller():
    settled = settle(130, held(120, PRICED), PRICED)
    assert settled.charge == charge(120, [TEN_CENTS])
    assert (settled.overrun_seconds, settled.overrun_micros) == (10, 100_000)


def test_seconds_beyond_a_slice_but_within_its_paid_increment_are_no_overrun():
    settled = settle(50, held(45, PRICED), PRICED)
    assert (settled.charge.billable_seconds, settled.overrun_seconds, settled.overrun_micros) == (60, 0, 0)


def test_a_call_that_nobody_answered_costs_nothing():
    priced = Priced([RateTerms(100_000, connect_fee_micros=50_000)])
    settled = settle(0, held(600, priced), priced)
    assert (settled.charge.amount_micros, settled.charge.fee_micros, settled.overrun_micros) == (0, 0, 0)


@given(balances, offers, limits)
def test_a_grant_can_always_be_paid_and_holds_exactly_its_charge(balance, terms, bounds):
    granted = grant(balance, Priced(terms), bounds)
    if isinstance(granted, Grant):
        assert granted.hold_micros == charge(granted.seconds, terms).amount_micros <= balance
        assert granted.seconds <= (bounds.cap_seconds or granted.seconds)
        assert granted.seconds <= (bounds.slice_seconds or granted.seconds)


@given(balances, offers, st.none() | st.integers(1, 7200))
def test_quote_grant_and_charge_are_the_same_for_the_same_credit(balance, terms, cap):
    promised = quote(balance, terms, cap_seconds=cap)
    granted = grant(balance, Priced(terms), GrantLimits(cap_seconds=cap))
    if promised.seconds == 0:
        assert granted == CannotGrant(RefusalReason.NO_CREDIT)
    else:
        assert granted == Grant(promised.seconds, promised.charge_micros)
        assert settle(promised.seconds, granted, Priced(terms)).charge.amount_micros == promised.charge_micros


@given(balances, offers, limits, st.integers(0, 20 * DOLLAR))
def test_an_extension_never_shortens_and_never_holds_more_than_there_is(balance, terms, bounds, top_up):
    first = grant(balance, Priced(terms), bounds)
    if isinstance(first, Grant):
        longer = extend(first.seconds, balance + top_up, Priced(terms), bounds)
        assert longer.seconds >= first.seconds
        assert first.hold_micros <= longer.hold_micros <= balance + top_up
        assert longer.hold_micros == charge(longer.seconds, terms).amount_micros


@given(balances, offers, st.integers(1, 600))
def test_slices_reach_as_far_as_the_whole_time_and_cost_the_same(balance, terms, slice_seconds):
    priced = Priced(terms)
    whole = grant(balance, priced, GrantLimits(cap_seconds=3600))
    bounds = GrantLimits(cap_seconds=3600, slice_seconds=slice_seconds)
    step = grant(balance, priced, bounds)
    if isinstance(whole, CannotGrant) or isinstance(step, CannotGrant):
        assert whole == step
        return
    while (longer := extend(step.seconds, balance, priced, bounds)) != step:
        step = longer
    assert step == whole


@given(offers, st.integers(0, 20_000), st.integers(0, 20_000))
def test_a_settlement_never_exceeds_its_hold_and_accounts_for_every_micro(terms, used, granted):
    priced = Priced(terms)
    settled = settle(used, held(granted, priced), priced)
    assert settled.charge.amount_micros <= charge(granted, terms).amount_micros
    assert settled.charge.amount_micros + settled.overrun_micros == charge(used, terms).amount_micros
    assert settled.overrun_seconds == (max(used - granted, 0) if settled.overrun_micros else 0)


BUNDLED = Priced([RateTerms(100_000, connect_fee_micros=50_000)], allowance_seconds=300)


def test_bundled_minutes_come_first_and_then_money():
    granted = grant(DOLLAR, BUNDLED, WHOLE)
    # Five minutes of the bundle, and nine for the dollar without the fee.
    assert granted == Grant(seconds=840, hold_micros=950_000, allowance_seconds=300)
    assert settle(300, granted, BUNDLED).charge == charge(300, BUNDLED.offers, allowance_seconds=300)
    assert settle(300, granted, BUNDLED).charge.amount_micros == 0
    assert settle(301, granted, BUNDLED).charge.amount_micros == 150_000


def test_a_bundle_lets_a_card_without_credit_call_for_as_long_as_it_lasts():
    assert grant(0, BUNDLED, WHOLE) == Grant(seconds=300, hold_micros=0, allowance_seconds=300)


def test_an_answer_in_a_dearer_band_never_costs_more_than_was_held():
    evening = TimeBand(18 * 3600, 24 * 3600, 10_000)
    terms = [RateTerms(100_000, bands=(evening,))]
    granted = grant(DOLLAR, Priced(terms, (23 * 3600,)), WHOLE)
    assert isinstance(granted, Grant)
    by_day = Priced(terms, (12 * 3600,))
    settled = settle(granted.seconds, granted, by_day)
    assert settled.charge.amount_micros == granted.hold_micros
    assert settled.overrun_micros == by_day.charge(granted.seconds).amount_micros - granted.hold_micros > 0
    assert extend(granted.seconds, DOLLAR, by_day, WHOLE) == Grant(granted.seconds, DOLLAR)


@given(balances, offers, limits, st.integers(0, 4000), st.integers(0, 9000))
def test_with_a_bundle_a_grant_is_paid_and_a_settlement_stays_within_it(balance, terms, bounds, pool, used):
    priced = Priced(terms, allowance_seconds=pool)
    granted = grant(balance, priced, bounds)
    if isinstance(granted, CannotGrant):
        return
    assert granted.hold_micros <= balance
    assert granted.allowance_seconds <= pool
    settled = settle(used, granted, Priced(terms, allowance_seconds=granted.allowance_seconds))
    assert settled.charge.amount_micros <= granted.hold_micros
    assert settled.charge.allowance_seconds <= granted.allowance_seconds
    if used <= granted.seconds:
        assert settled.charge.amount_micros == priced.charge(used).amount_micros
        assert settled.overrun_micros == 0


def test_every_state_has_its_steps_and_no_finished_call_moves():
    assert set(CALL_STEPS) == set(CallState)
    assert {state for state, steps in CALL_STEPS.items() if steps} == RUNNING_STATES


def test_every_refusal_and_every_release_cause_is_explained():
    assert set(REFUSAL_MEANINGS) == set(RefusalReason)
    assert set(RELEASE_MEANINGS) == set(ReleaseCause)


@pytest.mark.parametrize("state", sorted(RUNNING_STATES))
@pytest.mark.parametrize("step", [Step.ANSWER, Step.EXTEND, Step.END])
def test_a_running_call_takes_every_step(state, step):
    assert read_step(step, state, was_answered=state is CallState.ANSWERED) is Reading.TIMELY


@pytest.mark.parametrize(
    ("step", "state", "was_answered", "reading"),
    [
        (Step.ANSWER, CallState.ENDED, True, Reading.LATE),
        (Step.ANSWER, CallState.ENDED, False, Reading.CONTRADICTORY),
        (Step.ANSWER, CallState.EXPIRED, True, Reading.LATE),
        (Step.ANSWER, CallState.REFUSED, False, Reading.CONTRADICTORY),
        (Step.EXTEND, CallState.ENDED, True, Reading.CONTRADICTORY),
        (Step.EXTEND, CallState.EXPIRED, True, Reading.CONTRADICTORY),
        (Step.END, CallState.EXPIRED, True, Reading.LATE),
        (Step.END, CallState.EXPIRED, False, Reading.LATE),
        (Step.END, CallState.ENDED, True, Reading.CONTRADICTORY),
        (Step.END, CallState.REFUSED, False, Reading.CONTRADICTORY),
        (Step.AUTHORIZE, CallState.AUTHORIZED, False, Reading.CONTRADICTORY),
    ],
)
def test_a_message_about_a_finished_call_is_late_or_contradicts(step, state, was_answered, reading):
    assert read_step(step, state, was_answered=was_answered) is reading


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("normal", ReleaseCause.NORMAL),
        ("16", ReleaseCause.NORMAL),
        ("NORMAL_CLEARING", ReleaseCause.NORMAL),
        ("ANSWER", ReleaseCause.NORMAL),
        ("NOANSWER", ReleaseCause.NO_ANSWER),
        ("no-answer", ReleaseCause.NO_ANSWER),
        ("CHANUNAVAIL", ReleaseCause.UNREACHABLE),
        ("17", ReleaseCause.BUSY),
        ("ALLOTTED_TIMEOUT", ReleaseCause.LIMIT_REACHED),
        ("something new", ReleaseCause.OTHER),
        ("silent", ReleaseCause.OTHER),
        ("", ReleaseCause.OTHER),
    ],
)
def test_the_words_of_every_switch_are_understood(said, meant):
    assert read_release_cause(said) is meant


def test_each_of_our_own_words_means_itself():
    for cause in set(ReleaseCause) - {ReleaseCause.SILENT}:
        assert read_release_cause(cause.value) is cause
