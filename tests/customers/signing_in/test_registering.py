"""Registering: age first, the same answer for every address, the address confirmed, the password typed once more."""

import pytest

from crystalcall.customers.contact_details import ContactProblems
from crystalcall.customers.models import Customer
from crystalcall.customers.signing_in import actions, queries
from crystalcall.customers.signing_in.models import Credential, MailedLink, Registration, UsedOnce
from crystalcall.customers.signing_in.values import (
    AgeNotTaken,
    AgePass,
    AgeProblem,
    Audience,
    Issued,
    LinkInfo,
    LinkKind,
    LinkRefusal,
    LinkRefused,
    NewCustomer,
    PasswordProblem,
    Registered,
    RegistrationRefusal,
    RegistrationRefused,
    SignInRefusal,
    SignInRefused,
    TooYoung,
)
from crystalcall.rules.signing_in import PasswordProblemReason

pytestmark = pytest.mark.django_db

PASSWORD = "a lamp beside the grey window"


def old_enough(now):
    passed = actions.age_pass(actions.age_question(now=now), "1980", "6", now=now)
    assert isinstance(passed, AgePass)
    return passed.value


def new(person, password=PASSWORD):
    return NewCustomer(person.name, person.email, person.telephone, password, person.language)


def nothing_is_kept():
    return not (Registration.objects.exists() or Customer.objects.exists() or MailedLink.objects.exists())


def test_a_registration_becomes_a_customer_once_its_address_is_confirmed(anna, browser, frozen_clock, mailed, link_in):
    now = frozen_clock.now()
    assert actions.register(new(anna), old_enough(now), now=now) == Registered()
    assert not Customer.objects.exists()
    [mail] = mailed()
    assert mail.recipient == anna.email
    assert anna.name not in mail.text
    secret = link_in(mail)
    assert actions.look_at_link(secret, now=now) == LinkInfo(LinkKind.CONFIRM, Audience.CUSTOMER)
    issued = actions.confirm_registration(secret, PASSWORD, browser.thumbprint, now=now)
    assert isinstance(issued, Issued)
    assert issued.signed_in.principal_id == Customer.objects.get().pk
    assert queries.has_credential(Audience.CUSTOMER, issued.signed_in.principal_id)
    assert not Registration.objects.exists()
    again = actions.confirm_registration(secret, PASSWORD, browser.thumbprint, now=now)
    assert again == LinkRefused(LinkRefusal.UNKNOWN)
    assert Customer.objects.count() == 1


def test_a_known_address_gets_the_same_answer_and_a_mail_that_explains(anna, registered, browser, frozen_clock, mailed):
    registered(anna)
    now = frozen_clock.now()
    assert actions.register(new(anna, "another fine passphrase"), old_enough(now), now=now) == Registered()
    [mail] = mailed()
    assert mail.recipient == anna.email
    assert "account already" in mail.subject
    assert "/account/confirm/" not in mail.text
    assert Customer.objects.count() == Credential.objects.count() == 1
    in_as_before = actions.sign_in(Audience.CUSTOMER, anna.email, PASSWORD, browser.thumbprint, now=now)
    assert isinstance(in_as_before, Issued)


def test_who_registers_somebody_elses_address_gains_nothing_by_their_press(
    anna, browser, frozen_clock, mailed, link_in
):
    now = frozen_clock.now()
    actions.register(new(anna, "what mallory thought of"), old_enough(now), now=now)
    [mail] = mailed()
    pressed = actions.confirm_registration(link_in(mail), PASSWORD, browser.thumbprint, now=now)
    assert pressed == SignInRefused(SignInRefusal.NOT_RIGHT)
    assert not Credential.objects.exists()


def test_a_link_takes_five_wrong_passwords_and_no_more(anna, browser, frozen_clock, mailed, link_in):
    now = frozen_clock.now()
    actions.register(new(anna), old_enough(now), now=now)
    secret = link_in(mailed()[0])
    for _ in range(5):
        actions.confirm_registration(secret, "wrong again and again", browser.thumbprint, now=now)
    assert actions.confirm_registration(secret, PASSWORD, browser.thumbprint, now=now) == LinkRefused(
        LinkRefusal.USED_UP
    )
    assert not Customer.objects.exists()


def test_two_registrations_of_one_address_make_one_customer(anna, browser, frozen_clock, mailed, link_in):
    now = frozen_clock.now()
    for _ in range(2):
        actions.register(new(anna), old_enough(now), now=now)
    first, second = (link_in(mail) for mail in mailed())
    assert isinstance(actions.confirm_registration(first, PASSWORD, browser.thumbprint, now=now), Issued)
    assert actions.confirm_registration(second, PASSWORD, browser.thumbprint, now=now) == LinkRefused(
        LinkRefusal.UNKNOWN
    )
    assert Customer.objects.count() == 1


@pytest.mark.clause("C19")
def test_a_child_is_not_registered_and_nothing_is_kept(now):
    question = actions.age_question(now=now)
    assert actions.age_pass(question, "2014", "5", now=now) == TooYoung()
    assert nothing_is_kept()
    kept = UsedOnce.objects.values_list("digest", flat=True)
    assert len(kept) == 1  # that the form was used: a hash of a random number


@pytest.mark.clause("C19")
def test_the_form_counts_once_so_that_another_year_is_not_tried(now):
    question = actions.age_question(now=now)
    actions.age_pass(question, "2014", "5", now=now)
    again = actions.age_pass(question, "1980", "5", now=now)
    assert isinstance(again, AgeNotTaken)
    assert again.reason is AgeProblem.FORM_USED


@pytest.mark.parametrize(("year", "month"), [("", "5"), ("1980", "13"), ("2027", "1"), ("1700", "1"), ("١٩٨٠", "5")])
def test_what_is_no_month_of_birth_is_asked_again(now, year, month):
    answer = actions.age_pass(actions.age_question(now=now), year, month, now=now)
    assert isinstance(answer, AgeNotTaken)
    assert answer.reason is AgeProblem.NOT_A_DATE
    assert isinstance(actions.age_pass(answer.question, "1980", "5", now=now), AgePass)


def test_without_a_pass_of_the_age_question_nobody_registers(anna, now, frozen_clock):
    used = old_enough(now)
    assert actions.register(new(anna), used, now=now) == Registered()
    Registration.objects.all().delete()
    old = old_enough(now)
    refused = RegistrationRefused(RegistrationRefusal.NO_AGE_PASS)
    assert actions.register(new(anna), used, now=now) == refused
    assert actions.register(new(anna), "", now=now) == refused
    assert actions.register(new(anna), actions.age_question(now=now), now=now) == refused
    later = frozen_clock.advance(minutes=31)
    assert actions.register(new(anna), old, now=later) == refused
    assert nothing_is_kept()


def test_a_problem_does_not_use_up_the_pass(anna, mallory, now):
    passed = old_enough(now)
    short = actions.register(new(anna, "short"), passed, now=now)
    assert short == PasswordProblem(PasswordProblemReason.TOO_SHORT)
    unreadable = NewCustomer("", "anna at home", None, PASSWORD, "en")
    assert isinstance(actions.register(unreadable, passed, now=now), ContactProblems)
    assert nothing_is_kept()
    assert actions.register(new(anna), passed, now=now) == Registered()


def test_a_registration_that_nobody_confirms_is_forgotten_with_its_key(anna, now, frozen_clock):
    from crystalcall.privacy.keys.queries import KeyState, state_of

    actions.register(new(anna), old_enough(now), now=now)
    waiting = Registration.objects.get().pk
    assert state_of(waiting) is KeyState.STANDS
    assert actions.tidy(frozen_clock.advance(hours=23))["registrations"] == 0
    later = frozen_clock.advance(hours=2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.db.transaction.on_commit", lambda act: act())
        assert actions.tidy(later)["registrations"] == 1
    assert nothing_is_kept()
    assert state_of(waiting) is KeyState.DESTROYED


def test_what_was_typed_is_sealed_while_it_waits(anna, now):
    actions.register(new(anna), old_enough(now), now=now)
    row = Registration.objects.get()
    for word in (anna.name, anna.email, anna.telephone, PASSWORD):
        assert word.encode() not in bytes(row.sealed_details)
    assert row.password_hash.startswith("$argon2id$")


def test_a_mailbox_is_not_flooded(anna, frozen_clock, mailed):
    now = frozen_clock.now()
    for _ in range(6):
        assert actions.register(new(anna), old_enough(now), now=now) == Registered()
    assert len(mailed()) == 3


def test_one_network_registers_a_few_and_then_waits(anna, now):
    for _ in range(10):
        actions.register(new(anna), old_enough(now), "203.0.113.7", now=now)
    refused = actions.register(new(anna), old_enough(now), "203.0.113.7", now=now)
    assert refused.reason is RegistrationRefusal.TOO_MANY
    assert 0 < refused.wait_seconds <= 601
    assert actions.register(new(anna), old_enough(now), "203.0.113.8", now=now) == Registered()
