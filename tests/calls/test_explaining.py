"""A charge in words: every step of it, and no figure that is not the proof's."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crystalcall.minutes.calls.explaining import explain
from crystalcall.minutes.calls.values import CallProof
from crystalcall.minutes.rates.values import DestinationInfo
from crystalcall.rules.calls import CallState, ReleaseCause
from crystalcall.rules.fairness import FairnessRule, forgive
from crystalcall.rules.numbering import LineType
from crystalcall.rules.rating import WEEK_SECONDS, Charge, PriceStep, RateTerms, TimeBand, charge

DOLLAR = 1_000_000
PLAIN = RateTerms(21_000)
MOSCOW = DestinationInfo("russia-landline-moscow", "RU", LineType.LANDLINE, "Moscow")
LESS = (
    "The line dropped: the increment in which that happened is not charged, nor is a fee or minimum. "
    "That is $0.121 less."
)
PLACE = "This is a call to Russia, landline, Moscow: version 12 of the price list has it under the prefix +7495."
RULE = FairnessRule(3, 60)


def proof_of(terms=PLAIN, used=150, *, allowance=0, week_second=0, cause=ReleaseCause.NORMAL, cost=None):
    """The proof of an ended call, with fairness as the engine applies it."""
    full = cost or charge(used, [terms], week_seconds=[week_second], allowance_seconds=allowance)
    fair = forgive(used, cause, full, RULE, [terms], [week_second])
    paid: Charge = full if fair is None else fair.charge
    return CallProof(
        started_at=datetime(2026, 11, 23, 12, tzinfo=UTC),
        state=CallState.ENDED,
        destination=MOSCOW,
        masked_number="+7 495 ••• •• 67",
        prefix="7495",
        deck_version=12,
        terms=terms,
        granted_seconds=3600,
        used_seconds=used,
        billable_seconds=paid.billable_seconds,
        increments=paid.increments,
        fee_micros=paid.fee_micros,
        charge_micros=paid.amount_micros,
        balance_before_micros=10 * DOLLAR,
        balance_after_micros=10 * DOLLAR - paid.amount_micros,
        overrun_seconds=0,
        overrun_micros=0,
        release_cause=cause,
        allowance_seconds=paid.allowance_seconds,
        fairness=None if fair is None else fair.reason,
        forgiven_micros=0 if fair is None else fair.forgiven_micros,
        week_second=week_second,
    )


def said(proof, language="en"):
    return [sentence.replace("\N{NO-BREAK SPACE}", " ") for sentence in explain(proof, language)]


def test_a_plain_call_is_explained_from_the_prefix_to_the_balance():
    assert said(proof_of()) == [
        PLACE,
        "You talked for 2 min 30 s.",
        "Time is counted in whole increments of 1 min: 3 increments, 3 min.",
        "A minute costs 2.1¢.",
        "The call costs $0.063. Your credit was $10.00 before it and $9.937 after it.",
    ]


def test_one_increment_is_one():
    assert said(proof_of(used=30))[2] == "Time is counted in whole increments of 1 min: 1 increment, 1 min."


def test_increments_of_two_lengths_and_the_fee_are_named():
    told = said(proof_of(RateTerms(1_500_000, 39_000, 30, 6), 43))
    assert told[1:] == [
        "You talked for 43 s.",
        "The first increment has 30 s, each further one 6 s: 4 increments, 48 s.",
        "A minute costs $1.50.",
        "A connection fee of 3.9¢ is added once.",
        "The call costs $1.239. Your credit was $10.00 before it and $8.761 after it.",
    ]


def test_each_price_on_the_way_is_a_sentence():
    told = said(proof_of(RateTerms(100_000, steps=(PriceStep(60, 20_000),)), 170))
    assert told[3:5] == [
        "From 0 s after the answer: 1 min at 10¢ a minute.",
        "From 1 min after the answer: 2 min at 2¢ a minute.",
    ]


def test_the_time_of_the_week_is_told_in_the_zone_of_the_rate():
    bands = (TimeBand(8 * 3600, 20 * 3600, 100_000),)
    terms = RateTerms(50_000, bands=bands, time_zone="Europe/Moscow")
    told = said(proof_of(terms, 120, week_second=8 * 3600 - 60))
    assert told[3:6] == [
        "The price depends on the time of the week; the answer came at this time: Monday, 07:59 (Europe/Moscow).",
        "From 0 s after the answer: 1 min at 5¢ a minute.",
        "From 1 min after the answer: 1 min at 10¢ a minute.",
    ]
    assert "понедельник, 07:59" in said(proof_of(terms, 120, week_second=8 * 3600 - 60), "ru")[3]
    assert "Sunday, 23:59 (UTC)" in said(proof_of(replace(terms, time_zone=""), week_second=WEEK_SECONDS - 1))[3]


def test_minutes_of_a_bundle_are_told_before_the_money():
    told = said(proof_of(RateTerms(50_000, 100_000), 240, allowance=180))
    assert told[3:] == [
        "Your minutes pay the first 3 min; your credit pays the rest.",
        "From 3 min after the answer: 1 min at 5¢ a minute.",
        "A connection fee of 10¢ is added once.",
        "The call costs $0.15. Your credit was $10.00 before it and $9.85 after it.",
    ]


def test_a_call_on_minutes_alone_has_no_fee_and_leaves_the_credit():
    told = said(proof_of(RateTerms(50_000, 100_000), 170, allowance=600))
    assert told[3:] == [
        "Your minutes pay all of it: 3 min. There is no connection fee on minutes.",
        "The call costs no money. Your credit stays at $10.00.",
    ]


def test_a_minimum_is_named_where_it_made_the_charge():
    terms = RateTerms(50_000, minimum_charge_micros=500_000)
    assert said(proof_of(terms, 60))[4] == "At this rate no call costs less than $0.50."
    assert not any("less than" in sentence for sentence in said(proof_of(terms, 600))), "the minutes cost as much"


def test_a_call_within_the_free_seconds_is_free():
    terms = RateTerms(50_000, 100_000, free_up_to_seconds=20)
    assert said(proof_of(terms, 20))[1:] == [
        "You talked for 20 s.",
        "Calls of up to 20 s are free at this rate.",
        "The call costs no money. Your credit stays at $10.00.",
    ]


def test_a_call_that_nobody_answered_is_one_sentence():
    assert said(proof_of(used=0, cause=ReleaseCause.NO_ANSWER)) == ["The call was not answered, so it costs nothing."]


def test_a_guarantee_is_told():
    assert said(replace(proof_of(), guaranteed=True))[1] == (
        "That is the price of the day you bought, which we keep for you."
    )


def test_a_late_cut_is_our_loss():
    proof = replace(proof_of(), overrun_seconds=45, overrun_micros=21_000)
    assert said(proof)[3] == "The call was cut 45 s too late; that is our loss and is not counted."


@pytest.mark.parametrize(
    ("used", "cause", "sentence"),
    [
        (2, ReleaseCause.NORMAL, "A call as short as this is not charged: $0.121 less."),
        (30, ReleaseCause.FAILED, "The call failed, so it is not charged: $0.121 less."),
        (30, ReleaseCause.DROPPED, "The line dropped, so this is not charged: $0.121 less."),
    ],
)
def test_what_is_forgiven_whole_is_told_with_its_reason(used, cause, sentence):
    assert said(proof_of(RateTerms(21_000, 100_000), used, cause=cause))[1:] == [
        f"You talked for {used} s.",
        sentence,
        "The call costs no money. Your credit stays at $10.00.",
    ]


def test_what_is_forgiven_of_a_dropped_call_is_told_beside_what_is_charged():
    assert said(proof_of(RateTerms(21_000, 100_000), 150, cause=ReleaseCause.DROPPED))[1:] == [
        "You talked for 2 min 30 s.",
        "Time is counted in whole increments of 1 min: 2 increments, 2 min.",
        "A minute costs 2.1¢.",
        LESS,
        "The call costs $0.042. Your credit was $10.00 before it and $9.958 after it.",
    ]


def test_minutes_that_are_given_back_are_told_as_minutes():
    short = said(proof_of(used=2, allowance=600))
    assert short[2] == "A call as short as this is not charged, and your minutes stay whole."
    dropped = said(proof_of(used=150, allowance=600, cause=ReleaseCause.DROPPED))
    assert dropped[4] == "The line dropped: your minutes got the increment back in which that happened."


def test_a_running_call_has_no_charge_yet():
    proof = replace(proof_of(), state=CallState.ANSWERED, release_cause=None)
    assert said(proof) == [PLACE, "The call is still in progress and may last 60 min in all."]


def test_the_called_number_is_never_named():
    for language in ("en", "ru"):
        assert "67" not in "".join(said(proof_of(), language))


prices = st.one_of(st.just(0), st.integers(1, 5_000_000))
terms_of_calls = st.builds(
    RateTerms,
    prices,
    prices,
    st.integers(1, 90),
    st.integers(1, 90),
    minimum_charge_micros=prices,
    free_up_to_seconds=st.integers(0, 30),
    steps=st.one_of(st.just(()), prices.map(lambda price: (PriceStep(60, price),))),
    bands=st.one_of(st.just(()), prices.map(lambda price: (TimeBand(WEEK_SECONDS - 60, 120, price),))),
)


@given(
    terms_of_calls,
    st.integers(0, 600),
    st.one_of(st.just(0), st.integers(0, 600)),
    st.sampled_from([0, 5, WEEK_SECONDS - 70]),
    st.sampled_from(ReleaseCause),
    st.sampled_from(["en", "ru"]),
)
def test_any_proof_is_told_in_whole_sentences_that_name_its_charge(terms, used, allowance, second, cause, language):
    proof = proof_of(terms, used, allowance=allowance, week_second=second, cause=cause)
    told = said(proof, language)
    assert told
    for sentence in told:
        assert sentence.endswith(".")
        assert "%" not in sentence
        assert not re.search(r"\s\s|\bNone\b", sentence)
    if proof.charge_micros and language == "en":
        assert told[-1].startswith(f"The call costs ${proof.charge_micros / DOLLAR:,.6f}"[:18])
