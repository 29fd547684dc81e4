"""A switch that falls silent: its calls are settled by its last word, and the card is free again."""

from datetime import timedelta

import pytest
from call_scenery import DOLLAR, TANDEM, SwitchWords, make_card

from crystalcall.minutes.calls import actions, queries
from crystalcall.minutes.calls.engine import HOLD_SLACK, ending
from crystalcall.minutes.calls.values import Contradiction, Ended, Swept
from crystalcall.rules.calls import CallState, ReleaseCause

pytestmark = pytest.mark.django_db
LONG = timedelta(seconds=6000) + HOLD_SLACK


def test_a_call_within_its_time_is_left_alone(switch, card):
    switch.authorize()
    assert actions.sweep_silent_calls(switch.now + LONG - timedelta(seconds=1)) == Swept(0, 0)
    assert card.held_micros == 10 * DOLLAR


def test_a_call_that_was_never_answered_costs_nothing(switch, card, books):
    switch.authorize()
    assert actions.sweep_silent_calls(switch.now + LONG) == Swept(1, 1)
    assert card.available_micros == 10 * DOLLAR
    view = queries.call(TANDEM, "call-1")
    assert view is not None
    assert view.proof is not None
    assert (view.state, view.proof.release_cause) == (CallState.EXPIRED, ReleaseCause.SILENT)
    books()


def test_a_silent_call_is_charged_by_its_last_word(switch, card, books):
    switch.authorize()
    switch.answer()
    switch.extend(1, 61)
    assert actions.sweep_silent_calls(switch.now + LONG) == Swept(1, 0)
    assert card.available_micros == 10 * DOLLAR - 200_000
    books()


def test_a_call_answered_and_never_heard_of_again_is_the_operators_risk(switch, card):
    switch.authorize()
    switch.answer()
    assert actions.sweep_silent_calls(switch.now + LONG) == Swept(1, 0)
    assert card.available_micros == 10 * DOLLAR


def test_the_sweep_settles_a_call_once(switch, card):
    switch.authorize()
    switch.extend(1, 60)
    later = switch.now + LONG
    assert actions.sweep_silent_calls(later).settled == 1
    assert actions.sweep_silent_calls(later) == Swept(0, 0)
    assert card.available_micros == 10 * DOLLAR - 100_000


def test_an_end_after_the_sweep_gets_the_charge_of_the_sweep(switch, card, books):
    switch.authorize()
    switch.answer()
    switch.extend(1, 60)
    switch.now += LONG
    actions.sweep_silent_calls(switch.now)
    late = switch.end(5000)
    assert late == Ended(100_000, 60, 10 * DOLLAR - 100_000)
    assert switch.end(5000) == late
    assert isinstance(switch.end(4000), Contradiction)
    assert isinstance(switch.extend(2, 5000), Contradiction)
    assert card.available_micros == 10 * DOLLAR - 100_000
    books()


def test_after_the_sweep_the_card_can_call_again(switch, card):
    switch.authorize()
    switch.now += LONG
    actions.sweep_silent_calls(switch.now)
    assert SwitchWords(card, switch.now, "call-2").authorize().granted_seconds == 6000


def test_each_word_of_the_switch_puts_the_sweep_off(switch):
    switch.authorize(slice_seconds=60)
    switch.answer()
    switch.now += timedelta(seconds=50)
    switch.extend(1, 50)
    assert actions.sweep_silent_calls(switch.now + timedelta(seconds=20) + HOLD_SLACK) == Swept(0, 0)
    assert actions.sweep_silent_calls(switch.now + timedelta(seconds=70) + HOLD_SLACK) == Swept(1, 0)


def test_a_call_that_cannot_be_settled_does_not_keep_the_others_from_it(deck, now, monkeypatch, caplog):
    cards = [make_card(1, now) for _ in range(3)]
    for number, card in enumerate(cards):
        SwitchWords(card, now, f"call-{number}").authorize()
    record_row = ending.record_row

    def stumble(live, *figures: object):
        if live.account_id == cards[0].account_id:
            raise RuntimeError("a bug")
        return record_row(live, *figures)

    monkeypatch.setattr(ending, "record_row", stumble)
    assert actions.sweep_silent_calls(now + LONG).settled == 2
    assert "could not be settled" in caplog.text
    monkeypatch.undo()
    assert actions.sweep_silent_calls(now + LONG).settled == 1


def test_a_hold_that_somebody_else_settled_costs_the_caller_nothing(switch, card, books):
    from crystalcall.minutes.calls.models import RunningCall
    from crystalcall.minutes.ledger.actions import void_reservation

    switch.authorize()
    switch.answer()
    void_reservation(RunningCall.objects.get().reservation_id, now=switch.now)
    assert switch.end(60) == Ended(0, 0, 10 * DOLLAR)
    (proof,) = queries.calls_of_account(card.account_id)
    assert (proof.charge_micros, proof.overrun_seconds, proof.overrun_micros) == (0, 60, 100_000)
    books()
