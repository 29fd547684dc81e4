"""What was called with a card lies under the card's own key, and goes with it."""

from datetime import timedelta

import pytest
from call_scenery import TANDEM, SwitchWords, make_card

from crystalcall.minutes.calls import queries
from crystalcall.minutes.calls.models import Call
from crystalcall.minutes.calls.reading import called_numbers
from crystalcall.minutes.calls.seals import row_of
from crystalcall.minutes.calls.values import Contradiction, Ended, Granted
from crystalcall.plumbing.sealing import SealBrokenError, seal
from crystalcall.privacy.keys import rotation
from crystalcall.privacy.keys.actions import destroy
from crystalcall.privacy.keys.opening import PurposeRefusedError
from crystalcall.privacy.keys.queries import KeyState, state_of
from crystalcall.privacy.purposes import Purpose

pytestmark = pytest.mark.django_db

E164 = "+74951234567"


def numbers(purpose=Purpose.PRIVACY_REQUEST):
    return list(called_numbers(Call.objects.all(), purpose=purpose).values())


def test_a_card_has_its_key_before_its_first_call(card):
    assert state_of(card.account_id) is KeyState.STANDS


@pytest.mark.clause("C21")
def test_a_called_number_is_sealed_under_the_key_of_its_card(switch):
    switch.authorize()
    blob = bytes(Call.objects.get().sealed_grant)
    assert blob[:1] == b"\x02"
    assert b"4951234567" not in blob
    assert numbers() == [E164]


@pytest.mark.clause("C21")
def test_which_numbers_were_called_is_gone_with_the_cards_key(switch, card, now, books):
    switch.authorize()
    switch.answer()
    switch.end(60)
    destroy((card.account_id,), now=now)
    assert numbers() == []
    (proof,) = queries.calls_of_account(card.account_id)
    assert (proof.masked_number, proof.used_seconds) == ("", 60)
    assert isinstance(switch.authorize(), Contradiction)
    books()


def test_a_card_whose_key_was_destroyed_is_used_on_and_nothing_is_kept_of_its_calls(switch, card, now, books):
    destroy((card.account_id,), now=now)
    assert isinstance(switch.authorize(), Granted)
    assert isinstance(switch.end(60), Ended)
    assert Call.objects.get().sealed_grant is None
    assert numbers() == []
    books()


def test_a_grant_moved_to_another_call_or_card_does_not_open(switch, card, now):
    switch.authorize()
    first = Call.objects.get()
    other = make_card(10, now)
    for account in (card, other):
        moved = SwitchWords(account, now, f"moved-{account.serial}")
        if account is card:
            switch.end(1)
        moved.authorize()
        row = Call.objects.get(call_id=f"moved-{account.serial}")
        Call.objects.filter(pk=row.pk).update(sealed_grant=bytes(first.sealed_grant))
        with pytest.raises(SealBrokenError):
            called_numbers([Call.objects.get(pk=row.pk)], purpose=Purpose.PRIVACY_REQUEST)


def test_a_called_number_is_not_read_to_slow_guessers_down(switch):
    switch.authorize()
    with pytest.raises(PurposeRefusedError):
        numbers(Purpose.ABUSE_PREVENTION)


def test_a_call_from_before_there_were_keys_is_answered_again_and_sealed_anew(switch, now):
    first = switch.authorize()
    row = Call.objects.get()
    plain = _content(row)
    Call.objects.update(sealed_grant=seal(plain, f"calls.call.grant:{row_of(row.pk)}"))
    switch.now += timedelta(seconds=5)
    assert switch.authorize() == first
    assert numbers() == [E164]
    assert rotation.reseal_persons(lambda *_: None, now=now).renewed == 1
    assert bytes(Call.objects.get().sealed_grant)[:1] == b"\x02"
    assert switch.authorize() == first


def test_a_call_says_under_which_policy_it_was_made(switch):
    switch.authorize()
    assert Call.objects.get().policy_version == 1
    assert queries.call(TANDEM, "call-1") is not None


def _content(row):
    from crystalcall.minutes.calls.seals import GRANT
    from crystalcall.privacy.keys.opening import openers

    opener = openers((row.ledger_account_id,))[row.ledger_account_id]
    return opener.unseal(GRANT, bytes(row.sealed_grant), row_of(row.pk))
