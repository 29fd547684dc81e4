"""Every message may come twice, late or out of order; only what cannot be true together is a contradiction."""

from datetime import timedelta

import msgspec
import pytest
from call_scenery import DOLLAR, MEXICO, TANDEM, SwitchWords, asking, pay_in

from crystalcall.minutes.calls import actions, queries
from crystalcall.minutes.calls.models import Call, CallRecord, CallStep, RunningCall
from crystalcall.minutes.calls.values import Contradiction, Ended, Extended, Refused, UnknownCall
from crystalcall.minutes.ledger.models import Reservation, Transfer
from crystalcall.privacy.models import Disclosure
from crystalcall.rules.calls import CallState, RefusalReason

pytestmark = pytest.mark.django_db


def counts() -> tuple[int, ...]:
    return tuple(
        model.objects.count() for model in (Call, RunningCall, CallRecord, CallStep, Reservation, Transfer, Disclosure)
    )


def test_a_repeated_message_changes_nothing_and_gets_the_same_answer(switch, card):
    words = [
        switch.authorize,
        switch.answer,
        lambda: switch.extend(1, 30),
        lambda: switch.extend(2, 60),
        lambda: switch.end(90),
    ]
    for say in words:
        first = say()
        before = counts(), card.available_micros
        switch.now += timedelta(seconds=30)
        again = say()
        assert again == first
        assert msgspec.json.encode(again) == msgspec.json.encode(first)
        assert (counts(), card.available_micros) == before


def test_every_message_repeated_after_the_end_still_gets_its_first_answer(switch):
    first = [switch.authorize(), switch.answer(), switch.extend(1, 30), switch.end(61)]
    switch.now += timedelta(days=1)
    assert [switch.authorize(), switch.answer(), switch.extend(1, 30), switch.end(61)] == first


def test_a_repeated_refusal_stays_a_refusal_though_the_reason_is_gone(switch, card):
    first = SwitchWords(card, switch.now, "call-2")
    switch.authorize()
    assert first.authorize() == Refused(RefusalReason.IN_USE)
    switch.end(0)
    assert first.authorize() == Refused(RefusalReason.IN_USE)
    assert SwitchWords(card, switch.now, "call-3").authorize().granted_seconds == 6000


def test_an_extension_repeated_after_a_top_up_gets_its_old_answer(switch, card):
    switch.authorize()
    switch.answer()
    assert switch.extend(1, 30) == Extended(6000)
    pay_in(card.account_id, 1, switch.now)
    assert switch.extend(1, 30) == Extended(6000)
    assert card.available_micros == DOLLAR


@pytest.mark.parametrize(
    "other",
    [
        {"called_number": MEXICO},
        {"pin": "123456789012"},
        {"slice_seconds": 60},
        {"access_number": "+12125550100"},
        {"caller_number": None},
    ],
)
def test_the_same_call_asked_for_differently_is_a_contradiction(switch, card, other):
    switch.authorize()
    before = counts(), card.available_micros
    assert isinstance(switch.authorize(**other), Contradiction)
    assert (counts(), card.available_micros) == before


def test_other_content_for_a_step_that_was_told_is_a_contradiction(switch):
    switch.authorize()
    switch.answer(switch.now)
    assert isinstance(switch.answer(), Contradiction)
    switch.extend(1, 30)
    assert isinstance(switch.extend(1, 31), Contradiction)
    switch.end(60)
    before = counts()
    assert isinstance(switch.end(61), Contradiction)
    assert isinstance(switch.end(60, "busy"), Contradiction)
    assert counts() == before


def test_another_switch_may_use_the_same_call_id(switch, card):
    switch.authorize()
    outcome = actions.authorize_call(asking(card, switch_id=2), now=switch.now)
    assert outcome == Refused(RefusalReason.IN_USE)
    assert queries.call(2, "call-1") is not None
    assert actions.end_call(3, "call-1", used_seconds=0, release_cause="busy", now=switch.now) == UnknownCall("call-1")


def test_a_call_nobody_authorized_is_unknown_at_every_step(switch):
    for outcome in (switch.answer(), switch.extend(1, 1), switch.end(1)):
        assert outcome == UnknownCall("call-1")
    assert queries.call(TANDEM, "call-1") is None


def test_a_refused_call_cannot_be_answered_extended_or_ended(switch):
    switch.authorize(called_number="12")
    for outcome in (switch.answer(), switch.extend(1, 1), switch.end(1)):
        assert isinstance(outcome, Contradiction)


def test_an_answer_that_comes_after_its_end_changes_nothing(switch):
    switch.authorize()
    ended = switch.end(60)
    assert switch.answer().state is CallState.ENDED
    assert switch.end(60) == ended


def test_an_answer_after_an_end_without_use_contradicts_it(switch):
    switch.authorize()
    switch.end(0, "busy")
    assert isinstance(switch.answer(), Contradiction)


def test_an_extension_after_the_end_contradicts_it(switch):
    switch.authorize()
    switch.end(60)
    assert isinstance(switch.extend(1, 30), Contradiction)


def test_an_extension_that_was_overtaken_gets_the_newer_limit(switch, card):
    switch.authorize(slice_seconds=60)
    switch.answer()
    assert switch.extend(2, 55) == Extended(120)
    assert switch.extend(1, 25) == Extended(120)
    assert card.held_micros == 200_000


def test_an_extension_implies_the_answer_that_was_lost(switch):
    switch.authorize()
    switch.now += timedelta(seconds=90)
    switch.extend(1, 60)
    view = queries.call(TANDEM, "call-1")
    assert view is not None
    assert (view.state, view.answered_at) == (CallState.ANSWERED, switch.now - timedelta(seconds=60))


def test_an_answer_told_after_an_extension_keeps_the_time_that_was_implied(switch):
    switch.authorize()
    switch.now += timedelta(seconds=90)
    switch.extend(1, 60)
    assert switch.answer(switch.now).answered_at == switch.now - timedelta(seconds=60)


def test_the_end_has_the_last_word_on_the_seconds_used(switch):
    switch.authorize()
    switch.answer()
    switch.extend(1, 200)
    assert switch.end(100) == Ended(200_000, 120, 10 * DOLLAR - 200_000)
