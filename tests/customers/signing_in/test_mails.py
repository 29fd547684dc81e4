"""Mails about signing in: in the reader's language, without a name, with a secret that stands nowhere else."""

import logging
import re

import pytest
from django.apps import apps

from crystalcall.customers.signing_in import actions, principals
from crystalcall.customers.signing_in.models import MailedLink
from crystalcall.customers.signing_in.values import AgePass, Audience, NewCustomer, PrincipalContact
from crystalcall.mailings import actions as mailing
from crystalcall.mailings.models import Notice
from crystalcall.privacy.models import Disclosure

pytestmark = pytest.mark.django_db

PASSWORD = "a lamp beside the grey window"
CUSTOMER = Audience.CUSTOMER


def everything_kept():
    """Every cell of every table of both databases, as text."""
    cells = []
    for model in apps.get_models():
        for row in model.objects.values_list():
            cells += [bytes(cell).hex() if isinstance(cell, bytes | memoryview) else str(cell) for cell in row]
    return "\n".join(cells)


@pytest.fixture
def asks(anna, boris, registered, signed_in, frozen_clock):
    """Each way to a mailed link: asks for one for a person in their language."""
    now = frozen_clock.moment

    def confirm(person):
        passed = actions.age_pass(actions.age_question(now=now), 1980, 6, now=now)
        assert isinstance(passed, AgePass)
        new = NewCustomer(person.name, person.email, person.telephone, PASSWORD, person.language)
        actions.register(new, passed.value, now=now)

    def reset(person):
        registered(person)
        actions.request_reset(CUSTOMER, person.email, now=now)

    def try_again(person):
        registered(person)
        actions.request_try(CUSTOMER, person.email, now=now)

    def change(person):
        actions.request_email_change(signed_in(person).signed_in, "new@example.com", now=now)

    return {"confirm": confirm, "reset": reset, "try": try_again, "change": change}


@pytest.mark.parametrize("kind", ["confirm", "reset", "try", "change"])
@pytest.mark.parametrize("language", ["en", "ru"])
def test_each_link_leads_to_its_page_in_its_language(asks, anna, boris, mailed, kind, language):
    person = anna if language == "en" else boris
    asks[kind](person)
    mails = mailed()
    assert {mail.recipient for mail in mails} == {person.email} | ({"new@example.com"} if kind == "change" else set())
    for mail in mails:
        path = "/ru/account/" if language == "ru" else "/account/"
        [address] = [line for line in mail.text.splitlines() if "/account/" in line]
        assert re.fullmatch(rf"http://127\.0\.0\.1:\d+{path}{kind}/[A-Za-z0-9_-]{{43}}/", address)
        assert address in mail.html
        assert bool(re.search("[а-яё]", mail.text)) is (language == "ru")
        assert mail.holds == ("email", "page_address")
        for part in person.name.split():
            assert part not in mail.text + mail.html + mail.subject


@pytest.mark.parametrize("kind", ["confirm", "reset", "try", "change"])
def test_what_opens_something_stands_in_the_mail_and_nowhere_else(asks, anna, mailed, link_in, caplog, kind):
    with caplog.at_level(logging.DEBUG):
        asks[kind](anna)
        mails = mailed()
    kept = everything_kept()
    for mail in mails:
        secret = link_in(mail)
        assert secret not in kept
        assert secret not in caplog.text
    for canary in (PASSWORD, anna.email, "new@example.com"):
        assert canary not in kept
        assert canary not in caplog.text


def test_a_mail_that_is_sent_again_has_a_new_link_and_the_old_one_is_void(asks, anna, mailed, link_in, frozen_clock):
    asks["reset"](anna)
    [first] = mailed()
    Notice.objects.update(state="queued", next_try_at=frozen_clock.moment, sent_at=None)
    [second] = mailed()
    now = frozen_clock.moment
    assert first.message_id == second.message_id
    assert actions.look_at_link(link_in(first), now=now) != actions.look_at_link(link_in(second), now=now)
    assert MailedLink.objects.count() == 1


def test_what_leaves_is_recorded_under_a_number_that_says_nothing(asks, anna, registered, mailed):
    asks["reset"](anna)
    mailed()
    [disclosure] = Disclosure.objects.all()
    assert disclosure.provider == "mail-carrier"
    assert disclosure.purpose == "signing_in"
    assert anna.email not in disclosure.subject


def test_nobody_is_written_to_who_was_forgotten_meanwhile(asks, anna, mailed, frozen_clock):
    from crystalcall.customers.models import Customer

    asks["reset"](anna)
    Customer.objects.all().delete()
    assert mailed() == []


def test_a_link_that_is_over_before_its_mail_is_written_is_not_mailed(asks, anna, mailed, frozen_clock):
    asks["reset"](anna)
    link = MailedLink.objects.get()
    notice = mailing.queue_about_request(str(link.pk), mailing.NoticeKind.SIGN_IN_LINK, now=frozen_clock.moment)
    link.delete()
    assert mailed() == []
    assert Notice.objects.get(pk=notice).state == "failed"


def test_staff_are_led_to_their_own_door(olga, mailed, frozen_clock, monkeypatch, settings):
    from uuid import uuid4

    known = PrincipalContact(olga.name, olga.email, "en")
    monkeypatch.setitem(principals._readers, Audience.STAFF, lambda _id, _purpose: known)
    now = frozen_clock.moment
    actions.add_credential(Audience.STAFF, uuid4(), olga.email, PASSWORD, now=now)
    actions.request_reset(CUSTOMER, olga.email, now=now)
    actions.request_reset(Audience.STAFF, olga.email, now=now)
    [mail] = mailed()
    assert f"{settings.CRYSTALCALL.backoffice_base_url}/account/reset/" in mail.text
