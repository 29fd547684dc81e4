"""A request from the form to its answer: who can open it, and what it does."""

from datetime import timedelta

import pytest
from buyers import MOSCOW, token_in
from django.core import mail

from crystalcall.customers.queries import contact
from crystalcall.mailings.composing.request_letter import LINK_HOLDS
from crystalcall.mailings.models import Notice
from crystalcall.privacy import keepers
from crystalcall.privacy.keepers import Correction, NameKind
from crystalcall.privacy.purposes import Purpose
from crystalcall.privacy.queries import disclosures_about
from crystalcall.privacy.requests import actions, queries
from crystalcall.privacy.requests.actions.serving import Corrected, Forgotten, Stopped
from crystalcall.privacy.requests.exporting import PersonalData
from crystalcall.privacy.requests.models import OneTimeKey, PrivacyRequest
from crystalcall.privacy.requests.values import (
    KeyRefusal,
    KeyRefused,
    LinkOpened,
    Opened,
)
from crystalcall.rules.privacy.linking import LinkTerms, NotBefore
from crystalcall.rules.privacy.requesting import RequestKind, RequestReason, RequestState
from crystalcall.shop.orders.queries import order_by_token

pytestmark = pytest.mark.django_db


@pytest.mark.clause("C12")
def test_the_answer_is_the_same_for_an_address_nobody_has(shop, anna):
    shop.sells(anna)
    shop.sends()
    known, unknown = shop.asks("deletion", anna.email), shop.asks("deletion", "nobody@example.org")
    assert isinstance(known, Opened)
    assert isinstance(unknown, Opened)
    assert known.expected_by == unknown.expected_by == shop.now + timedelta(days=30)
    [letter] = shop.sends()
    assert letter.to == [anna.email]
    assert Notice.objects.filter(about=unknown.reference).count() == 0


def test_the_link_goes_to_the_address_on_file_and_not_to_the_one_typed(shop, anna, mallory):
    bought = shop.sells(anna)
    shop.sends()
    shop.asks("access", mallory.email, order_number=bought.order_number)
    [letter] = shop.sends()
    assert letter.to == [anna.email]


def test_the_mail_names_nobody_and_the_gate_records_it(shop, anna):
    bought = shop.sells(anna)
    shop.sends()
    shop.asks("access", anna.email)
    [letter] = shop.sends()
    whole = letter.body + str(letter.alternatives)
    assert anna.name not in whole
    assert bought.order_number not in whole
    assert PrivacyRequest.objects.get().reference in letter.body
    [entry] = disclosures_about(str(bought.customer_id))
    assert (entry.provider, entry.purpose) == ("mail-carrier", "privacy_request")
    assert set(entry.fields) == set(LINK_HOLDS)


def test_a_russian_request_gets_a_russian_mail(shop, boris):
    shop.sells(boris)
    shop.sends()
    shop.asks("access", boris.email, language="ru")
    [letter] = shop.sends()
    assert "/ru/privacy/requests/link/" in letter.body
    assert letter.extra_headers["Content-Language"] == "ru"


def test_only_the_hash_of_a_link_is_kept(shop, anna):
    shop.sells(anna)
    token = shop.link_to("access", anna.email)
    [key] = OneTimeKey.objects.all()
    assert len(token) == 43
    assert token.encode() not in bytes(key.digest)


def test_a_link_opens_for_half_an_hour(shop, anna):
    shop.sells(anna)
    token = shop.link_to("access", anna.email)
    shop.later(minutes=30)
    assert actions.open_link(token, now=shop.now) == KeyRefused(KeyRefusal.TOO_OLD)


def test_a_link_opens_three_times_and_the_latest_ticket_counts(shop, anna):
    shop.sells(anna)
    token = shop.link_to("access", anna.email)
    opened = [actions.open_link(token, now=shop.now) for _ in range(4)]
    tickets = [each.ticket for each in opened if isinstance(each, LinkOpened)]
    assert len(tickets) == 3
    assert opened[3] == KeyRefused(KeyRefusal.USED_UP)
    assert actions.ready(tickets[0], now=shop.now) == KeyRefused(KeyRefusal.UNKNOWN)
    assert not isinstance(actions.ready(tickets[2], now=shop.now), KeyRefused)


def test_a_newer_link_does_not_end_an_older_one_so_that_strangers_cannot_end_it(shop, anna):
    shop.sells(anna)
    first = shop.link_to("access", anna.email)
    second = shop.link_to("deletion", anna.email)
    opened = [actions.open_link(token, now=shop.now) for token in (first, second)]
    assert [each.kind for each in opened if isinstance(each, LinkOpened)] == [RequestKind.ACCESS, RequestKind.DELETION]


@pytest.mark.parametrize("token", ["", "x", "A" * 43, "A" * 42 + "/", "é" * 43])
def test_what_is_no_link_opens_nothing(shop, token):
    assert actions.open_link(token, now=shop.now) == KeyRefused(KeyRefusal.UNKNOWN)


def test_a_ticket_for_one_right_does_nothing_else(shop, anna):
    bought = shop.sells(anna)
    ticket = shop.ticket_for("access", anna.email)
    assert actions.delete(ticket, now=shop.now) == KeyRefused(KeyRefusal.UNKNOWN)
    assert actions.correct(ticket, Correction(name="Mallory"), now=shop.now) == KeyRefused(KeyRefusal.UNKNOWN)
    kept = contact(bought.customer_id, purpose=Purpose.ORDER_STATUS)
    assert kept is not None
    assert kept.name == anna.name


def test_a_link_is_no_ticket(shop, anna):
    shop.sells(anna)
    token = shop.link_to("deletion", anna.email)
    assert actions.delete(token, now=shop.now) == KeyRefused(KeyRefusal.UNKNOWN)


def test_three_links_of_a_mailbox_work_at_once_at_most_and_whoever_asks_again_is_told_when(shop, anna):
    shop.sells(anna)
    shop.sends()
    answers = [shop.asks("access", anna.email) for _ in range(4)]
    assert [type(each.terms) for each in answers] == [LinkTerms, LinkTerms, LinkTerms, NotBefore]
    assert answers[3].terms.at == shop.now + timedelta(minutes=30)
    assert len(shop.sends()) == 3
    assert isinstance(shop.asks("access", "other@example.org").terms, LinkTerms)
    shop.later(minutes=30)
    assert isinstance(shop.asks("access", anna.email).terms, LinkTerms)
    assert len(shop.sends()) == 1


def test_what_is_told_of_mails_is_the_same_for_an_address_nobody_has(shop, anna):
    shop.sells(anna)
    shop.sends()
    for minutes in (0, 1, 2, 3, 40, 1, 1, 1, 60, 1):
        shop.later(minutes=minutes)
        known, unknown = shop.asks("access", anna.email), shop.asks("access", "nobody@example.org")
        assert known.terms == unknown.terms
        shop.sends()


def test_a_mailbox_gets_no_more_links_whatever_is_typed_beside_its_orders_number(shop, anna):
    bought = shop.sells(anna)
    shop.sends()
    for number in range(9):
        shop.asks("access", f"m{number}@example.com", order_number=bought.order_number)
        shop.asks("access", anna.email)
    assert len(shop.sends()) == 3


def test_nobodys_asking_counts_against_anybody_else(shop, anna):
    shop.sells(anna)
    shop.sends()
    for number in range(400):
        assert isinstance(shop.asks("access", f"b{number}@example.org"), Opened)
    assert isinstance(shop.asks("access", anna.email), Opened)
    assert [letter.to for letter in shop.sends()] == [[anna.email]]


def test_no_internet_address_is_counted_or_kept():
    assert not [field.name for field in PrivacyRequest._meta.fields if "ip" in field.name.split("_")]


@pytest.mark.clause("C11", "C12")
def test_access_gives_what_is_known_and_closes_the_request(shop, anna):
    bought = shop.sells(anna)
    shop.calls(bought)
    ticket = shop.ticket_for("access", anna.email)
    data = actions.fetch(ticket, now=shop.now)
    assert isinstance(data, PersonalData)
    said = {each.section.key: each.rows for each in data.sections}
    assert said["details"][0][1:4] == (anna.name, anna.email, anna.telephone)
    assert MOSCOW in said["calls"][0]
    assert {row[1] for row in said["disclosures"]} >= {"mail-carrier", "telephone-carrier"}
    [row] = PrivacyRequest.objects.all()
    assert row.state == RequestState.FULFILLED


def test_a_download_that_broke_off_can_be_tried_again_three_times_in_all(shop, anna):
    shop.sells(anna)
    ticket = shop.ticket_for("export", anna.email)
    given = [actions.fetch(ticket, now=shop.now) for _ in range(4)]
    assert [isinstance(each, PersonalData) for each in given] == [True, True, True, False]


def test_guests_with_the_same_mailbox_get_one_answer_and_others_are_not_in_it(shop, anna, boris):
    first, second = shop.sells(anna), shop.sells(anna, "credit-5=1")
    other = shop.sells(boris)
    data = actions.fetch(shop.ticket_for("access", anna.email.upper()), now=shop.now)
    assert isinstance(data, PersonalData)
    numbers = {row[0] for each in data.sections if each.section.key == "orders" for row in each.rows}
    assert numbers == {first.order_number, second.order_number}
    assert other.order_number not in str(data)
    assert boris.name not in repr([each.rows for each in data.sections])


def test_a_correction_counts_at_once_and_what_stood_before_is_sealed_away(shop, anna):
    bought = shop.sells(anna)
    sealed = []
    put_back = keepers.set_archivist(lambda *given: sealed.append(given))
    try:
        ticket = shop.ticket_for("correction", anna.email)
        done = actions.correct(ticket, Correction(name="Anna Hale-Orlov", telephone=""), now=shop.now)
    finally:
        put_back()
    assert isinstance(done, Corrected)
    kept = contact(bought.customer_id, purpose=Purpose.PRIVACY_REQUEST)
    assert kept is not None
    assert (kept.name, kept.telephone) == ("Anna Hale-Orlov", None)
    [(subject, _, values, *_)] = sealed
    assert subject == bought.customer_id
    assert set(values.values()) == {anna.name, anna.telephone}


def test_a_new_address_counts_once_its_own_link_was_opened(shop, anna):
    bought = shop.sells(anna)
    ticket = shop.ticket_for("correction", anna.email)
    done = actions.correct(ticket, Correction(email="anna.new@example.org"), now=shop.now)
    assert isinstance(done, Corrected)
    assert done.confirm_at_new
    kept = contact(bought.customer_id, purpose=Purpose.ORDER_STATUS)
    assert kept is not None
    assert kept.email == anna.email
    [letter] = shop.sends()
    assert letter.to == ["anna.new@example.org"]
    assert anna.name not in letter.body
    assert isinstance(actions.confirm_change(token_in(letter), now=shop.now), Corrected)
    kept = contact(bought.customer_id, purpose=Purpose.ORDER_STATUS)
    assert kept is not None
    assert kept.email == "anna.new@example.org"
    assert not keepers.find(mailbox=keepers.mailbox(anna.email))
    [told] = shop.sends()
    assert told.to == [anna.email]
    assert anna.name not in told.body
    assert "anna.new" not in told.body
    [row] = PrivacyRequest.objects.all()
    assert row.reference in told.body
    assert (row.state, row.sealed_detail) == (RequestState.FULFILLED, None)


def test_a_new_address_that_nobody_confirms_is_forgotten_within_a_day(shop, anna):
    shop.sells(anna)
    ticket = shop.ticket_for("correction", anna.email)
    actions.correct(ticket, Correction(email="mistyped@example.org"), now=shop.now)
    actions.tidy(shop.later(hours=24))
    [row] = PrivacyRequest.objects.all()
    assert (row.state, row.sealed_detail) == (RequestState.EXPIRED, None)


@pytest.mark.clause("C16")
def test_withdrawal_ends_wishes_and_waiting_mails_at_once(shop, anna):
    bought = shop.sells(anna, price_notices=True)
    ticket = shop.ticket_for("withdrawal", anna.email)
    done = actions.stop(ticket, now=shop.now)
    assert isinstance(done, Stopped)
    assert done.counts["wishes_ended"] == 1
    view = order_by_token(bought.token)
    assert view is not None
    assert view.stop_token is None


@pytest.mark.clause("C11", "C12")
def test_deletion_forgets_the_person_and_proves_it_without_naming_anybody(shop, anna):
    bought = shop.sells(anna, price_notices=True)
    shop.calls(bought)
    ticket = shop.ticket_for("deletion", anna.email)
    done = actions.delete(ticket, now=shop.now)
    assert isinstance(done, Forgotten)
    assert done.erased.register_sequence is not None
    assert contact(bought.customer_id, purpose=Purpose.PRIVACY_REQUEST) is None
    assert order_by_token(bought.token) is None
    assert not keepers.find(mailbox=keepers.mailbox(anna.email), order_number=bought.order_number)
    [row] = PrivacyRequest.objects.all()
    assert (row.state, row.mailbox, row.order_number) == (RequestState.FULFILLED, None, "")
    assert actions.delete(ticket, now=shop.now) == KeyRefused(KeyRefusal.UNKNOWN)


def test_the_page_before_a_deletion_says_what_is_left_on_the_cards(shop, anna):
    bought = shop.sells(anna)
    ready = actions.ready(shop.ticket_for("deletion", anna.email), now=shop.now)
    assert not isinstance(ready, KeyRefused)
    assert [(held.card, held.balance_micros) for held in ready.holdings] == [(bought.serial, 10_000_000)]


def test_the_pin_works_on_after_its_buyer_was_forgotten(shop, anna):
    bought = shop.sells(anna)
    shop.calls(bought, call_id="before")
    actions.delete(shop.ticket_for("deletion", anna.email), now=shop.now)
    shop.calls(bought, call_id="after")


def test_what_nobody_proved_expires_and_leaves_nothing_after_a_day(shop, anna):
    shop.asks("access", anna.email)
    actions.tidy(shop.later(hours=4))
    assert [row.state for row in PrivacyRequest.objects.all()] == [RequestState.EXPIRED]
    assert queries.open_requests(closed_too=True) == ()
    actions.tidy(shop.later(hours=24))
    assert PrivacyRequest.objects.count() == 0


@pytest.mark.clause("C12")
def test_a_letter_opens_a_request_with_a_deadline_and_is_answered_to_the_address_on_file(shop, anna):
    shop.sells(anna)
    shop.sends()
    text = "Please delete all. My card is 4111 1111 1111 1111."
    opened = actions.receive_mail_request(anna.email, "my data", text, now=shop.now)
    assert isinstance(opened, Opened)
    assert opened.expected_by == shop.now + timedelta(days=30)
    assert "4111" not in queries.written(opened.reference)["text"]
    assert "delete all" in queries.written(opened.reference)["text"]
    [letter] = shop.sends()
    assert letter.to == [anna.email]
    link = actions.open_link(token_in(letter), now=shop.now)
    assert isinstance(link, LinkOpened)
    assert link.kind is RequestKind.UNSORTED
    ready = actions.sort(link.ticket, RequestKind.DELETION, now=shop.now)
    assert not isinstance(ready, KeyRefused)
    assert isinstance(actions.delete(link.ticket, now=shop.now), Forgotten)


def test_a_letter_from_a_stranger_waits_for_the_office_and_mails_nobody(shop, mallory):
    opened = actions.receive_mail_request(mallory.email, "data", "Send me everything about anna", now=shop.now)
    assert isinstance(opened, Opened)
    assert shop.sends() == []
    actions.tidy(shop.later(days=31))
    [late] = queries.late_requests(now=shop.now)
    assert late.reference == opened.reference
    assert late.has_text


def test_an_extension_is_told_with_its_reason_once_and_in_the_first_month_only(shop, anna):
    shop.sells(anna)
    opened = actions.receive_mail_request(anna.email, "data", "all of it", now=shop.now)
    assert isinstance(opened, Opened)
    shop.sends()
    view = actions.extend_request(opened.reference, "Forty orders from three mailboxes.", now=shop.later(days=29))
    assert getattr(view, "expected_by", None) == opened.expected_by + timedelta(days=60)
    [letter] = shop.sends()
    assert "Forty orders from three mailboxes." in letter.body
    again = actions.extend_request(opened.reference, "And more.", now=shop.now)
    assert getattr(again, "reason", None) == "extended_before"


def test_a_refusal_tells_its_reason_and_where_to_complain(shop, anna):
    shop.sells(anna)
    opened = actions.receive_mail_request(anna.email, "data", "all of it", now=shop.now)
    assert isinstance(opened, Opened)
    shop.sends()
    actions.deny_request(opened.reference, RequestReason.CLAIM_NOT_COVERED, now=shop.now)
    [letter] = shop.sends()
    assert "the law makes us keep" in letter.body
    assert "data protection authority" in letter.body
    assert queries.written(opened.reference) == {}


def test_whoever_asked_is_left_alone_by_retention_until_they_are_answered(shop, anna, boris):
    bought = shop.sells(anna)
    shop.sells(boris)
    opened = actions.receive_mail_request(anna.email, "data", "all of it", now=shop.now)
    assert isinstance(opened, Opened)
    held = queries.people_with_open_requests()
    assert (NameKind.CUSTOMER, str(bought.customer_id)) in held
    assert len([name for name in held if name[0] is NameKind.CUSTOMER]) == 1
    actions.close_request(opened.reference, now=shop.now)
    assert queries.people_with_open_requests() == frozenset()


def test_two_years_after_its_answer_nothing_is_left_of_a_request(shop, anna):
    shop.sells(anna)
    actions.fetch(shop.ticket_for("access", anna.email), now=shop.now)
    assert actions.forget_closed(before=shop.now, limit=10, now=shop.now) == 0
    assert actions.forget_closed(before=shop.later(days=732), limit=10, now=shop.now) == 1
    assert PrivacyRequest.objects.count() == 0


def test_a_link_is_never_mailed_once_the_person_was_forgotten_meanwhile(shop, anna):
    shop.sells(anna)
    ticket = shop.ticket_for("deletion", anna.email)
    shop.asks("access", anna.email)
    actions.delete(ticket, now=shop.now)
    before = len(mail.outbox)
    shop.sends()
    assert len(mail.outbox) == before
