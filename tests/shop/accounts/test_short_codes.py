"""Speed dial: a card's own short codes, dialled at the switch, sealed, told and forgotten with their owner."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "calls"))

from call_scenery import Card, SwitchWords

from crystalcall.minutes.calls.values import Granted, Refused
from crystalcall.minutes.speed_dial.models import SpeedDialEntry
from crystalcall.minutes.speed_dial.queries import entries_of, numbers_behind
from crystalcall.minutes.speed_dial.values import Entry, EntryProblem, EntryRefused, EntrySet
from crystalcall.privacy.purposes import Purpose
from crystalcall.rules.calls import RefusalReason
from crystalcall.shop.orders import actions
from crystalcall.shop.orders.values import NotYourCard

MOSCOW = "+74951234567"


@pytest.fixture
def mine(shop, registered, anna):
    """A card that Anna bought as a guest, in her account."""
    bought = shop.sells(anna)
    me = registered(anna)
    actions.claim_by_mailbox(me, now=shop.now)
    return me, bought


def dials(shop, bought, called, call_id="short"):
    switch = SwitchWords(Card(bought.serial, bought.pin, bought.account_id), shop.now, call_id)
    return switch, switch.authorize(called_number=called)


def listed(bought):
    return entries_of([bought.account_id], purpose=Purpose.CUSTOMER_SERVICE).get(bought.account_id, ())


@pytest.mark.parametrize("dialled", ["*7", "7*", "*07"])
def test_a_short_code_calls_the_number_behind_it_and_the_call_is_one_like_any_other(shop, mine, dialled):
    from crystalcall.minutes.calls.models import Call
    from crystalcall.minutes.calls.reading import called_numbers

    me, bought = mine
    assert actions.set_short_code(me, bought.serial, 7, "+7 495 123-45-67", "Mama") == EntrySet(7, is_new=True)
    switch, granted = dials(shop, bought, dialled)
    assert isinstance(granted, Granted)
    assert {route.dial for route in granted.routes} == {MOSCOW[1:]}
    assert granted == switch.authorize(called_number=dialled)
    assert [*called_numbers(Call.objects.all(), purpose=Purpose.CUSTOMER_SERVICE).values()] == [MOSCOW]


def test_what_the_list_becomes_later_changes_no_call_that_was_granted(shop, mine):
    me, bought = mine
    actions.set_short_code(me, bought.serial, 7, MOSCOW, "")
    switch, granted = dials(shop, bought, "*7")
    actions.set_short_code(me, bought.serial, 7, "+74991234567", "")
    assert switch.authorize(called_number="*7") == granted
    actions.remove_short_code(me, bought.serial, 7)
    assert switch.authorize(called_number="*7") == granted


@pytest.mark.parametrize("dialled", ["*8", "*0", "*", "**", "*7*", "*123", "7", "*x", "#7"])
def test_what_is_no_code_of_the_card_is_no_number(shop, mine, dialled):
    me, bought = mine
    actions.set_short_code(me, bought.serial, 7, MOSCOW, "")
    _switch, refused = dials(shop, bought, dialled)
    assert refused == Refused(RefusalReason.BAD_NUMBER)


def test_a_code_opens_nothing_of_another_card(shop, mine, boris):
    me, bought = mine
    actions.set_short_code(me, bought.serial, 7, MOSCOW, "")
    other = shop.sells(boris)
    assert dials(shop, other, "*7")[1] == Refused(RefusalReason.BAD_NUMBER)
    assert actions.set_short_code(me, other.serial, 7, MOSCOW, "") == NotYourCard(other.serial)
    assert actions.remove_short_code(me, other.serial, 7) == NotYourCard(other.serial)
    assert actions.copy_short_codes(me, bought.serial, other.serial) == NotYourCard(other.serial)
    assert listed(other) == ()


@pytest.mark.clause("C22")
def test_what_cannot_be_taken_is_refused_with_every_reason_and_nothing_changes(mine):
    me, bought = mine
    refused = actions.set_short_code(me, bought.serial, 100, "17", "x" * 41)
    problems = (EntryProblem.BAD_CODE, EntryProblem.BAD_NUMBER, EntryProblem.LABEL_TOO_LONG)
    assert refused == EntryRefused(problems)
    assert actions.set_short_code(me, bought.serial, 0, MOSCOW, "4111 1111 1111 1111") == EntryRefused(
        (EntryProblem.BAD_CODE, EntryProblem.CARD_NUMBER)
    )
    assert listed(bought) == ()


def test_whoever_was_only_shown_a_card_keeps_no_list_with_it(shop, registered, anna, boris):
    bought = shop.sells(anna)
    me = registered(boris)
    actions.add_card(me, bought.pin, now=shop.now)
    assert actions.set_short_code(me, bought.serial, 7, MOSCOW, "") == NotYourCard(bought.serial)
    actions.let_card_go(me, bought.serial)
    actions.claim_by_address(me, f"/orders/{bought.token}/", now=shop.now)
    assert actions.set_short_code(me, bought.serial, 7, MOSCOW, "") == NotYourCard(bought.serial)


def test_a_lost_cards_list_is_behind_its_new_pin(shop, mine):
    me, bought = mine
    actions.set_short_code(me, bought.serial, 7, MOSCOW, "Mama")
    replaced = actions.replace_lost_card(me, bought.serial, now=shop.now)
    assert listed(bought) == (Entry(7, MOSCOW, "Mama"),)
    assert actions.set_short_code(me, replaced.to_serial, 8, MOSCOW, "") == EntrySet(8, is_new=True)


def test_a_list_is_copied_beside_what_the_other_card_has(shop, registered, anna):
    first, second = shop.sells(anna), shop.sells(anna)
    me = registered(anna)
    actions.claim_by_mailbox(me, now=shop.now)
    actions.set_short_code(me, first.serial, 7, MOSCOW, "Mama")
    actions.set_short_code(me, first.serial, 8, MOSCOW, "")
    second_serial = next(card.serial for card in actions_cards(me) if card.serial != first.serial)
    actions.set_short_code(me, second_serial, 8, "+74991234567", "Work")
    assert actions.copy_short_codes(me, first.serial, second_serial) == 1
    [account] = {card.account_id for card in actions_cards(me) if card.serial == second_serial}
    copied = entries_of([account], purpose=Purpose.CUSTOMER_SERVICE)[account]
    assert copied == (Entry(7, MOSCOW, "Mama"), Entry(8, "+74991234567", "Work"))
    del second


def actions_cards(me):
    from crystalcall.shop.orders.belongings import bought_cards_of

    return bought_cards_of(me)


@pytest.mark.clause("C07")
def test_numbers_and_labels_are_sealed_for_their_card_and_their_code(mine):
    from crystalcall.plumbing.sealing import SealBrokenError

    me, bought = mine
    actions.set_short_code(me, bought.serial, 7, MOSCOW, "Mama")
    row = SpeedDialEntry.objects.get()
    kept = bytes(row.sealed_number) + bytes(row.sealed_label)
    assert MOSCOW[1:].encode() not in kept
    assert b"Mama" not in kept
    SpeedDialEntry.objects.update(code=8)
    with pytest.raises(SealBrokenError):
        numbers_behind({(bought.account_id, 8)})


@pytest.mark.clause("C13")
def test_the_list_stands_in_the_export_and_is_gone_with_its_owner(shop, mine, own_ledger):
    from crystalcall.minutes.speed_dial.keeping_people import SpeedDialKeeper
    from crystalcall.privacy import keepers
    from crystalcall.privacy.erasures.actions import erase_person
    from crystalcall.privacy.erasures.values import Erased
    from crystalcall.privacy.keepers import Way

    me, bought = mine
    actions.set_short_code(me, bought.serial, 7, MOSCOW, "Mama")
    person = keepers.find(order_number=bought.order_number)
    told = SpeedDialKeeper().export(person, now=shop.now, purpose=Purpose.PRIVACY_REQUEST)
    assert told == {"speed_dial": [(str(bought.account_id), 7, MOSCOW, "Mama")]}
    assert isinstance(erase_person(person, Way.DELETION, now=shop.now), Erased)
    assert not SpeedDialEntry.objects.exists()
    assert dials(shop, bought, "*7")[1] == Refused(RefusalReason.BAD_NUMBER)
