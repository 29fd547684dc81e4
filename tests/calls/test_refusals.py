"""Why a call is refused; and that a refusal leaves nothing behind but itself."""

from datetime import timedelta

import pytest
from call_scenery import DOLLAR, MEXICO, TANDEM, SwitchWords, asking, make_card

from crystalcall.minutes.calls import actions, engine, queries
from crystalcall.minutes.calls.models import Call, CallRecord, RunningCall
from crystalcall.minutes.calls.values import AuthorizeRequest, Refused
from crystalcall.minutes.ledger.models import Reservation
from crystalcall.minutes.pins.actions import block_pin
from crystalcall.privacy import providers
from crystalcall.privacy.erasures.models import SuspendedSubject
from crystalcall.privacy.models import Disclosure
from crystalcall.rules.calls import CallState, RefusalReason

pytestmark = pytest.mark.django_db


def nothing_happened(card) -> bool:
    """No hold, no disclosure, no number kept, no call running, no charge."""
    traces = (Reservation, Disclosure, RunningCall, CallRecord)
    kept = Call.objects.exclude(sealed_grant=None) | Call.objects.filter(refusal_reason="")
    return card.held_micros == 0 and not kept.exists() and not any(model.objects.exists() for model in traces)


def refusal(card, now, **more) -> RefusalReason:
    outcome = actions.authorize_call(asking(card, **more), now=now)
    assert isinstance(outcome, Refused), outcome
    return outcome.reason


@pytest.mark.parametrize(
    ("called_number", "reason"),
    [
        ("12", RefusalReason.BAD_NUMBER),
        ("hello", RefusalReason.BAD_NUMBER),
        ("8 495 123-45-67", RefusalReason.BAD_NUMBER),
        ("+7 495 123", RefusalReason.BAD_NUMBER),
        ("+8816 314 10000", RefusalReason.FORBIDDEN_DESTINATION),
        ("+1 900 555 0199", RefusalReason.FORBIDDEN_DESTINATION),
        ("+49 30 901820", RefusalReason.NO_ROUTE),
        ("\x00\x00\x00\x00\x00\x00\x00\x00", RefusalReason.BAD_NUMBER),
    ],
)
def test_a_number_that_cannot_be_called_is_refused_by_what_is_wrong_with_it(card, now, called_number, reason):
    assert refusal(card, now, called_number=called_number) is reason
    assert nothing_happened(card)


@pytest.mark.parametrize("pin", ["123456789012", "", "x", "9" * 64, "\x00", "١٢٣"])
def test_an_unknown_pin_is_refused_whatever_it_looks_like(card, now, pin):
    assert refusal(card, now, pin=pin) is RefusalReason.UNKNOWN_PIN
    assert nothing_happened(card)


def test_a_blocked_card_is_refused(card, now):
    block_pin(card.serial, reason="lost", now=now)
    assert refusal(card, now) is RefusalReason.BLOCKED
    assert nothing_happened(card)


def test_mallory_who_guesses_is_slowed_and_told_for_how_long(card, now, mallory):
    for number in range(40):
        outcome = actions.authorize_call(
            asking(card, f"guess-{number}", pin=f"7{number:011}", caller_number=mallory.telephone), now=now
        )
        assert isinstance(outcome, Refused)
        if outcome.reason is RefusalReason.TOO_MANY_TRIES:
            assert outcome.retry_after_seconds
            break
    else:
        pytest.fail("guessing was never slowed")
    assert nothing_happened(card)


def test_a_card_without_credit_for_the_first_increment_is_refused(deck, now):
    card = make_card(0.09, now)
    assert refusal(card, now) is RefusalReason.NO_CREDIT
    assert nothing_happened(card)


def test_an_empty_card_is_refused(deck, now):
    assert refusal(make_card(0, now), now) is RefusalReason.NO_CREDIT


def test_credit_below_the_connect_fee_is_refused(deck, now):
    assert refusal(make_card(0.05, now), now, called_number=MEXICO) is RefusalReason.NO_CREDIT


def test_a_card_in_use_is_refused_and_the_running_call_is_not_touched(switch, card, now):
    switch.authorize()
    held = card.held_micros
    assert refusal(card, now, call_id="call-2") is RefusalReason.IN_USE
    assert card.held_micros == held
    assert Disclosure.objects.count() == 1
    view = queries.call(TANDEM, "call-1")
    assert view is not None
    assert view.state is CallState.AUTHORIZED


def test_a_caller_without_a_pin_is_unknown_until_accounts_own_numbers(deck, now):
    for credential in ({"caller_number": "+12125550142"}, {"sip_user": "anna"}):
        request = AuthorizeRequest(switch_id=TANDEM, call_id=str(credential), called_number=MEXICO, **credential)
        assert actions.authorize_call(request, now=now) == Refused(RefusalReason.UNKNOWN_CALLER)


def test_before_any_deck_is_published_no_number_has_a_rate(db, now):
    assert refusal(make_card(10, now), now) is RefusalReason.NO_ROUTE


def test_without_a_carriers_contract_no_number_leaves_and_no_money_is_held(card, now, monkeypatch):
    from dataclasses import replace

    ended = replace(providers.PROVIDERS["telephone-carrier"], contract_until=now.date() - timedelta(days=1))
    monkeypatch.setitem(providers.PROVIDERS, "telephone-carrier", ended)
    # The gate asks the clock of the program, which is past the contract as well.
    assert refusal(card, now) is RefusalReason.NO_ROUTE
    assert nothing_happened(card)


@pytest.mark.clause("C19")
def test_a_child_suspected_while_a_batch_is_decided_puts_the_batch_off_and_nothing_leaves(card, now):
    # Its PIN is blocked with the suspension; here it was looked at a moment before.
    SuspendedSubject.objects.create(subject=card.serial, suspended_at=now)
    with pytest.raises(engine.BatchConflict):
        engine.take([engine.Authorize(asking(card))], now=now)
    assert nothing_happened(card)
    block_pin(card.serial, reason="suspected", now=now)
    assert refusal(card, now) is RefusalReason.BLOCKED


def test_a_refused_call_is_seen_by_its_switch_with_its_reason(card, now):
    actions.authorize_call(asking(card, called_number="12"), now=now)
    view = queries.call(TANDEM, "call-1")
    assert view is not None
    assert (view.state, view.refusal_reason, view.proof) == (CallState.REFUSED, RefusalReason.BAD_NUMBER, None)


def test_after_a_refusal_the_card_calls_as_before(card, now):
    refusal(card, now, called_number="12")
    granted = SwitchWords(card, now, "call-2").authorize()
    assert granted.balance_micros == 10 * DOLLAR
