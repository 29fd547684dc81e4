"""What is kept of a call: proofs that nobody can change, numbers that can be forgotten, and nothing in clear."""

import re

import pytest
from call_scenery import MOSCOW, TANDEM, SwitchWords, asking
from django.db import DatabaseError, connection, transaction

from crystalcall.minutes.calls import actions, queries
from crystalcall.minutes.calls.dialling import NumberNotPermittedError, dial_routes
from crystalcall.minutes.calls.events import CallEnded
from crystalcall.minutes.calls.models import Call, CallRecord, CallStep, RunningCall
from crystalcall.minutes.calls.values import (
    AccessNumberAdded,
    AccessNumberInfo,
    AccessNumberRemoved,
    BadAccessNumber,
    Contradiction,
)
from crystalcall.plumbing import announcements
from crystalcall.plumbing.append_only import missing_triggers
from crystalcall.plumbing.models import Announcement
from crystalcall.privacy.gate import Permit, permit
from crystalcall.privacy.inventory import personal_fields
from crystalcall.privacy.models import Disclosure
from crystalcall.privacy.purposes import Purpose

pytestmark = pytest.mark.django_db


def test_a_record_cannot_be_changed_or_deleted_by_any_program(switch):
    switch.authorize()
    switch.end(60)
    assert not [name for name in missing_triggers() if "calls_callrecord" in name]
    for spoil in (lambda: CallRecord.objects.update(charge_micros=0), lambda: CallRecord.objects.all().delete()):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            spoil()


def test_what_a_record_says_of_a_person_is_joined_to_them_by_a_link_that_can_be_cut():
    assert {field.joined_by for field in personal_fields()["calls.CallRecord"].values()} == {
        "customers.AccountLink.ledger_account_id"
    }


def test_neither_pin_nor_number_lies_in_clear_in_any_table_of_this_room(switch, card):
    switch.authorize()
    switch.answer()
    switch.extend(1, 10)
    switch.end(60)
    switch.call_id = "call-2"
    switch.authorize()
    for model in (Call, RunningCall, CallStep, CallRecord):
        assert model.objects.exists()
        for row in model.objects.values():
            for value in row.values():
                text = bytes(value).decode("latin-1") if isinstance(value, bytes | memoryview) else str(value)
                assert card.pin not in text
                assert "1234567" not in re.sub(r"\D", "", text) or isinstance(value, bytes | memoryview)
                assert "74951234567" not in text


def test_a_request_does_not_show_its_secrets_when_it_is_printed(card):
    shown = repr(asking(card))
    assert card.pin not in shown
    assert MOSCOW not in shown


def test_forgetting_the_numbers_leaves_charges_and_proofs_whole(switch, card, books):
    switch.authorize()
    switch.end(60)
    (before,) = queries.calls_of_account(card.account_id)
    assert actions.erase_called_numbers((card.account_id,)) == 1
    (after,) = queries.calls_of_account(card.account_id)
    assert (before.masked_number != "", after.masked_number) == (True, "")
    assert after.charge_micros == before.charge_micros
    assert CallStep.objects.count() == 0
    books()


def test_a_message_about_a_forgotten_call_contradicts_and_changes_nothing(switch, card):
    switch.authorize()
    switch.end(60)
    actions.erase_called_numbers((card.account_id,))
    for outcome in (switch.authorize(), switch.end(60), switch.extend(1, 5)):
        assert isinstance(outcome, Contradiction)
    assert CallRecord.objects.count() == 1


def test_a_running_call_keeps_its_number_until_it_is_over(switch, card):
    switch.authorize()
    assert actions.erase_called_numbers((card.account_id,)) == 0
    assert switch.authorize().routes[0].dial == "74951234567"


@pytest.mark.clause("C09")
def test_a_granted_call_is_one_disclosure_without_the_number_in_it(switch, card):
    switch.authorize()
    row = Disclosure.objects.get()
    assert (row.provider, row.purpose, row.fields) == ("telephone-carrier", "call_delivery", ["called_number"])
    assert row.subject == card.serial


@pytest.mark.clause("C09")
def test_a_permit_for_something_else_opens_no_route(db):
    other = permit("mail-carrier", Purpose.ORDER_STATUS, ("email",), "order")
    assert isinstance(other, Permit)
    with pytest.raises(NumberNotPermittedError):
        dial_routes(other, (), "")


def test_a_call_that_is_over_is_announced_once_to_those_who_listen(switch, monkeypatch):
    heard = []
    monkeypatch.setattr(announcements, "_listeners", {})
    announcements.listen(CallEnded, "test", heard.append)
    switch.authorize()
    switch.end(60)
    switch.end(60)
    fact = Announcement.objects.get(name="minutes.call.ended")
    assert fact.payload == {"call": str(Call.objects.get().pk), "account": str(Call.objects.get().ledger_account_id)}
    assert [event.payload for event in Announcement.objects.all()] == [fact.payload]


def test_a_call_that_is_over_is_announced_to_nobody_where_nobody_listens(switch):
    switch.authorize()
    switch.end(60)
    assert not Announcement.objects.exists()
    assert announcements.pending_count() == 0


def test_a_second_running_call_of_a_card_is_refused_by_the_database_itself(switch, card, now):
    switch.authorize()
    row = RunningCall.objects.get()
    row.call_id = "00000000-0000-4000-8000-000000000000"
    with pytest.raises(DatabaseError), transaction.atomic():
        row.save(force_insert=True)


def test_a_call_id_is_given_once_by_the_database_itself(switch):
    switch.authorize(called_number="12")
    row = Call.objects.get()
    with pytest.raises(DatabaseError), transaction.atomic():
        row.save(force_insert=True)


def test_proofs_are_read_in_a_bounded_number_of_queries(switch, card, django_assert_max_num_queries):
    for number in range(5):
        words = SwitchWords(card, switch.now, f"call-{number}")
        words.authorize()
        words.end(60)
    with django_assert_max_num_queries(2):
        assert len(queries.calls_of_account(card.account_id)) == 5
    assert queries.call(TANDEM, "call-3") is not None
    assert connection.vendor in {"sqlite", "postgresql"}


def test_access_numbers_are_shown_in_order_with_their_places(db):
    assert actions.add_access_number("+1 718 555 0100", place_en="New York", place_ru="Нью-Йорк") == (
        AccessNumberAdded("+17185550100")
    )
    actions.add_access_number("+12135550100", place_en="Los Angeles", place_ru="Лос-Анджелес")
    actions.add_access_number("+17185550100", place_en="Brooklyn", place_ru="Бруклин")
    assert queries.access_numbers() == (
        AccessNumberInfo("+12135550100", "Los Angeles", "Лос-Анджелес"),
        AccessNumberInfo("+17185550100", "Brooklyn", "Бруклин"),
    )


def test_a_removed_access_number_is_not_shown_until_it_is_added_again(db):
    actions.add_access_number("+17185550100", place_en="Brooklyn", place_ru="Бруклин")
    assert actions.remove_access_number("+17185550100") == AccessNumberRemoved("+17185550100", was_active=True)
    assert actions.remove_access_number("+17185550100") == AccessNumberRemoved("+17185550100", was_active=False)
    assert queries.access_numbers() == ()
    actions.add_access_number("+17185550100", place_en="Brooklyn", place_ru="Бруклин")
    assert len(queries.access_numbers()) == 1


@pytest.mark.parametrize("typed", ["", "12", "hello", "+7 495 1"])
def test_what_is_no_number_cannot_be_an_access_number(db, typed):
    assert isinstance(actions.add_access_number(typed, place_en="X", place_ru="Х"), BadAccessNumber)
    assert isinstance(actions.add_access_number("+17185550100", place_en=" ", place_ru="Х"), BadAccessNumber)
