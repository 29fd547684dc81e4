"""Signing in as part of what is kept about a person: shown, corrected, forgotten, given up in time."""

import pytest

from crystalcall.customers.keeping_people import CustomersKeeper
from crystalcall.customers.signing_in import actions
from crystalcall.customers.signing_in.keeping_people import SigningInKeeper
from crystalcall.customers.signing_in.models import (
    Credential,
    EmailChange,
    MailedLink,
    RecoveryCode,
    Registration,
    SignIn,
    Totp,
    TryPass,
    WrongTries,
)
from crystalcall.customers.signing_in.values import (
    AgePass,
    Audience,
    Issued,
    NewCustomer,
    SignInRefusal,
    SignInRefused,
)
from crystalcall.privacy import keepers, reading_columns
from crystalcall.privacy.erasures.actions import erase_person, suspend
from crystalcall.privacy.keepers import Correction, Erasing, NameKind, Person, Way, whole
from crystalcall.privacy.keys.opening import PurposeRefusedError
from crystalcall.privacy.keys.queries import KeyState, state_of
from crystalcall.privacy.purposes import Purpose

pytestmark = pytest.mark.django_db

PASSWORD = "a lamp beside the grey window"
CUSTOMER = Audience.CUSTOMER
EVERYTHING = (Credential, SignIn, Totp, RecoveryCode, EmailChange, MailedLink, Registration, WrongTries, TryPass)


@pytest.fixture
def busy(anna, signed_in, other_browser, now):
    """Somebody with a sign-in, a second factor, a change of address, wrong tries, and another registration."""
    import pyotp

    issued = signed_in(anna)
    who = issued.signed_in
    begun = actions.totp_begin(who, now=now)
    actions.totp_confirm(who, pyotp.TOTP(begun.secret.replace(" ", "")).at(now), now=now)
    actions.request_email_change(who, "anna.new@example.com", now=now)
    actions.sign_in(CUSTOMER, anna.email, "a wrong password", other_browser.thumbprint, now=now)
    actions.reauthenticate(who, "a wrong password", now=now)
    passed = actions.age_pass(actions.age_question(now=now), 1980, 6, now=now)
    assert isinstance(passed, AgePass)
    new = NewCustomer(anna.name, anna.email, anna.telephone, PASSWORD, anna.language)
    actions.register(new, passed.value, now=now)
    return who


def person(customer):
    return whole(Person(frozenset({(NameKind.CUSTOMER, str(customer))})))


def test_the_export_shows_everything_but_hashes_and_keys(busy, anna, now):
    shown = SigningInKeeper().export(person(busy.principal_id), now=now, purpose=Purpose.PRIVACY_REQUEST)
    assert [row[0] for row in shown["registrations"]] == [str(busy.principal_id)]
    assert [(row[1], row[4]) for row in shown["sign_ins"]] == [(now, True)]
    kinds = [row[1] for row in shown["second_factors"]]
    assert kinds == ["authenticator", *["recovery_codes"] * 10]
    assert {row[1] for row in shown["waiting_addresses"]} == {anna.email, "anna.new@example.com"}
    kept = str(shown)
    assert "$argon2id$" not in kept
    for row in SignIn.objects.all():
        assert row.thumbprint not in kept


def test_every_section_has_its_columns(busy, now):
    keeper = SigningInKeeper()
    shown = keeper.export(person(busy.principal_id), now=now, purpose=Purpose.PRIVACY_REQUEST)
    for section in keeper.sections:
        assert all(len(row) == len(section.columns) for row in shown[section.key]), section.key


def test_who_confirmed_an_account_and_never_bought_sees_and_corrects_their_own_details(busy, anna, now):
    mine, purpose = person(busy.principal_id), Purpose.PRIVACY_REQUEST
    [details] = CustomersKeeper().export(mine, now=now, purpose=purpose)["details"]
    assert details[1:4] == (anna.name, anna.email, anna.telephone)
    assert CustomersKeeper().correct(mine, Correction(name="Anna Field"), now=now) == {"details_corrected": 1}
    [details] = CustomersKeeper().export(mine, now=now, purpose=purpose)["details"]
    assert details[1] == "Anna Field"


def test_a_sign_in_is_opened_for_no_purpose_that_nobody_declared(busy, now):
    mine, purpose = person(busy.principal_id), Purpose.LEGAL_OBLIGATION
    shown = SigningInKeeper().export(mine, now=now, purpose=purpose)
    assert {cell for row in shown["waiting_addresses"] for cell in row[:3]} == {None}
    with pytest.raises(PurposeRefusedError):
        reading_columns.read(SigningInKeeper(), mine, now=now, purpose=purpose)


@pytest.mark.parametrize("way", [Way.DELETION, Way.CHILD, Way.RETENTION])
def test_erasing_leaves_nothing(busy, way, now):
    SigningInKeeper().erase(person(busy.principal_id), Erasing(way, now))
    for model in EVERYTHING:
        assert not model.objects.exists(), model
    assert SigningInKeeper().erase(person(busy.principal_id), Erasing(way, now)) == {
        "credentials": 0,
        "waiting_registrations": 0,
    }


@pytest.mark.django_db(transaction=True)
def test_a_deletion_signs_out_at_once_and_destroys_the_keys(busy, anna, browser, frozen_clock):
    waiting = Registration.objects.get().pk
    erase_person(person(busy.principal_id), Way.DELETION, now=frozen_clock.moment)
    for model in EVERYTHING:
        assert not model.objects.exists(), model
    assert state_of(busy.principal_id) is KeyState.DESTROYED
    assert state_of(waiting) is KeyState.DESTROYED
    answer = actions.sign_in(CUSTOMER, anna.email, PASSWORD, browser.thumbprint, now=frozen_clock.moment)
    assert isinstance(answer, SignInRefused)


def test_nobody_else_is_touched(busy, boris, registered, other_browser, now):
    customer = registered(boris)
    SigningInKeeper().erase(person(busy.principal_id), Erasing(Way.DELETION, now))
    assert Credential.objects.get().pk == customer
    assert isinstance(actions.sign_in(CUSTOMER, boris.email, PASSWORD, other_browser.thumbprint, now=now), Issued)


@pytest.mark.clause("C19")
def test_a_child_that_is_suspected_is_signed_out_and_let_in_no_more(busy, anna, browser, now):
    suspend(person(busy.principal_id), now=now)
    assert not SignIn.objects.exists()
    assert Credential.objects.exists()
    answer = actions.sign_in(CUSTOMER, anna.email, PASSWORD, browser.thumbprint, now=now)
    assert answer == SignInRefused(SignInRefusal.NOT_RIGHT)


def test_a_corrected_address_is_the_one_to_sign_in_with(anna, signed_in, browser, now):
    who = person(signed_in(anna).signed_in.principal_id)
    for keeper in keepers.all_keepers():
        keeper.correct(who, Correction(email="anna.new@example.com"), now=now)
    answer = actions.sign_in(CUSTOMER, "anna.new@example.com", PASSWORD, browser.thumbprint, now=now)
    assert isinstance(answer, Issued)
    assert isinstance(actions.sign_in(CUSTOMER, anna.email, PASSWORD, browser.thumbprint, now=now), SignInRefused)


def test_an_address_that_is_somebody_elses_is_not_corrected_to(anna, boris, registered, signed_in, browser, now):
    registered(boris)
    who = person(signed_in(anna).signed_in.principal_id)
    assert SigningInKeeper().correct(who, Correction(email=boris.email), now=now) == {}
    assert isinstance(actions.sign_in(CUSTOMER, anna.email, PASSWORD, browser.thumbprint, now=now), Issued)


def test_everything_passing_is_gone_within_two_days(busy, frozen_clock):
    frozen_clock.advance(days=1, minutes=1)
    SigningInKeeper().expire("signing_in", before=frozen_clock.moment, now=frozen_clock.moment, limit=1000)
    left = {model.__name__ for model in EVERYTHING if model.objects.exists()}
    assert left == {"Credential", "Totp", "RecoveryCode"}


def test_what_is_of_another_class_is_left(busy, now):
    assert SigningInKeeper().expire("order_record", before=now, now=now, limit=10) == {}
