"""Calls from the first word of the switch to the last, as their callers live through them."""

from datetime import timedelta

import msgspec
import pytest
from call_scenery import DECK, DOLLAR, MEXICO, TANDEM, SwitchWords, make_card, pay_in, publish

from crystalcall.minutes.calls import queries
from crystalcall.minutes.calls.engine import page
from crystalcall.minutes.calls.values import Answered, Ended, Extended, Granted
from crystalcall.plumbing.settings import current
from crystalcall.rules.calls import CallState, ReleaseCause
from crystalcall.rules.rating import RateTerms, quote

pytestmark = pytest.mark.django_db


def test_anna_talks_for_three_minutes_and_pays_for_three(switch, card, books):
    granted = switch.authorize()
    assert isinstance(granted, Granted)
    assert granted.granted_seconds == 6000
    assert granted.balance_micros == 10 * DOLLAR
    assert granted.minute_price_micros == 100_000
    assert (granted.destination.country_iso2, granted.destination.line_type) == ("RU", "landline")
    assert granted.destination.name_ru.startswith("Россия")
    assert card.available_micros == 0

    switch.now += timedelta(seconds=8)
    answered = switch.answer()
    assert answered == Answered(CallState.ANSWERED, switch.now, 6000)

    switch.now += timedelta(seconds=150)
    assert switch.end(150) == Ended(charge_micros=300_000, billable_seconds=180, balance_micros=9_700_000)
    assert card.available_micros == 9_700_000
    assert card.held_micros == 0
    books()


def test_the_proof_holds_every_figure_that_the_charge_follows_from(switch, card):
    switch.authorize(called_number=MEXICO)
    switch.now += timedelta(seconds=5)
    switch.answer()
    started = switch.now
    switch.now += timedelta(seconds=61)
    switch.end(61, "NORMAL_CLEARING")
    (proof,) = queries.calls_of_account(card.account_id)
    assert proof.terms == RateTerms(30_000, 50_000, 6, 6)
    assert (proof.prefix, proof.deck_version, proof.started_at) == ("52", 1, started)
    assert (proof.used_seconds, proof.billable_seconds, proof.increments) == (61, 66, 11)
    assert (proof.fee_micros, proof.charge_micros) == (50_000, 50_000 + 33_000)
    assert (proof.balance_before_micros, proof.balance_after_micros) == (10 * DOLLAR, 10 * DOLLAR - 83_000)
    assert (proof.state, proof.release_cause) == (CallState.ENDED, ReleaseCause.NORMAL)
    assert (proof.overrun_seconds, proof.overrun_micros) == (0, 0)
    assert proof.destination.country_iso2 == "MX"
    assert proof.masked_number.startswith("+52")
    assert proof.masked_number.endswith("78")
    assert "1234" not in proof.masked_number.replace(" ", "")


@pytest.mark.parametrize("dollars", [2, 5, 10, 20, 50])
def test_every_minute_that_was_quoted_is_granted_delivered_and_charged(deck, now, dollars, books):
    card = make_card(dollars, now)
    promised = quote(dollars * DOLLAR, [RateTerms(100_000)], cap_seconds=current().call_cap_seconds or None)
    switch = SwitchWords(card, now)
    assert switch.authorize().granted_seconds == promised.seconds
    ended = switch.end(promised.seconds, "limit_reached")
    assert ended == Ended(promised.charge_micros, promised.seconds, dollars * DOLLAR - promised.charge_micros)
    books()


def test_nobody_answers_and_nothing_is_charged(switch, card, books):
    switch.authorize(called_number=MEXICO)
    switch.now += timedelta(seconds=40)
    assert switch.end(0, "NOANSWER") == Ended(0, 0, 10 * DOLLAR)
    (proof,) = queries.calls_of_account(card.account_id)
    assert (proof.charge_micros, proof.fee_micros, proof.release_cause) == (0, 0, ReleaseCause.NO_ANSWER)
    books()


def test_an_answer_that_was_lost_on_its_way_is_implied_by_the_end(switch, card):
    switch.authorize()
    switch.now += timedelta(seconds=100)
    assert switch.end(60).charge_micros == 100_000
    (proof,) = queries.calls_of_account(card.account_id)
    assert proof.started_at == switch.now - timedelta(seconds=60)


def test_a_top_up_lengthens_the_running_call_at_its_next_extension(switch, card, books):
    switch.authorize()
    switch.answer()
    assert switch.extend(1, 300) == Extended(6000)
    pay_in(card.account_id, 5, switch.now)
    assert card.available_micros == 5 * DOLLAR
    assert switch.extend(2, 600) == Extended(9000)
    assert card.available_micros == 0
    assert switch.end(9000).balance_micros == 0
    books()


def test_a_switch_that_asks_for_slices_gets_slices_and_holds_only_those(switch, card, books):
    assert switch.authorize(slice_seconds=90).granted_seconds == 90
    assert card.held_micros == 200_000
    switch.answer()
    assert [switch.extend(number, 60 * number) for number in (1, 2, 3)] == [Extended(180), Extended(270), Extended(360)]
    assert card.held_micros == 600_000
    assert switch.end(301).charge_micros == 600_000
    books()


def test_slices_end_where_the_credit_ends(deck, now):
    switch = SwitchWords(make_card(0.25, now), now)
    assert switch.authorize(slice_seconds=90).granted_seconds == 90
    switch.answer()
    assert switch.extend(1, 80) == Extended(120)
    assert switch.extend(2, 110) == Extended(120)


def test_a_late_cut_is_the_operators_loss_and_is_written_down(deck, now, books):
    card = make_card(0.30, now)
    switch = SwitchWords(card, now)
    assert switch.authorize().granted_seconds == 180
    switch.answer()
    assert switch.end(190, "limit_reached") == Ended(300_000, 180, 0)
    (proof,) = queries.calls_of_account(card.account_id)
    assert (proof.used_seconds, proof.overrun_seconds, proof.overrun_micros) == (190, 10, 100_000)
    books()


def test_a_running_call_is_seen_with_what_is_held_and_nothing_charged(switch, card):
    switch.authorize()
    switch.answer()
    switch.extend(1, 75)
    (proof,) = queries.calls_of_account(card.account_id)
    assert (proof.state, proof.used_seconds, proof.charge_micros) == (CallState.ANSWERED, 75, 0)
    assert proof.balance_before_micros == proof.balance_after_micros == 10 * DOLLAR
    view = queries.call(TANDEM, "call-1")
    assert view is not None
    assert (view.granted_seconds, view.hold_micros) == (6000, 10 * DOLLAR)


def test_after_a_call_the_same_card_calls_again_with_what_is_left(switch, card):
    switch.authorize()
    switch.end(60)
    again = SwitchWords(card, switch.now, "call-2")
    assert again.authorize().granted_seconds == 5940
    assert again.end(60).balance_micros == 9_800_000
    assert len(queries.calls_of_account(card.account_id)) == 2


def test_a_new_publication_never_changes_a_call_in_progress(switch):
    switch.authorize()
    switch.answer()
    switch.now += timedelta(minutes=1)
    publish(DECK.replace("0.10,0,60,60", "5.00,0,60,60"), switch.now)
    assert switch.end(60).charge_micros == 100_000


def test_the_switchs_clock_may_be_wrong_without_harm(switch):
    switch.authorize()
    begun = switch.now
    switch.now += timedelta(seconds=20)
    assert switch.answer(begun + timedelta(days=400)).answered_at == switch.now


def test_an_answer_before_the_authorization_is_moved_to_it(switch):
    switch.authorize()
    begun = switch.now
    switch.now += timedelta(seconds=20)
    assert switch.answer(begun - timedelta(days=4000)).answered_at == begun


def test_the_call_cap_of_the_operator_bounds_grant_and_hold(switch, card, monkeypatch):
    capped = msgspec.structs.replace(current(), call_cap_seconds=1800)
    monkeypatch.setattr(page, "current", lambda: capped)
    assert switch.authorize().granted_seconds == 1800
    assert card.held_micros == 3 * DOLLAR
