"""Many at once, each on a database connection of its own: what counts once counts once, and every try is counted."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import msgspec
import pyotp
import pytest
from django.db import connections

from crystalcall.customers.models import Customer
from crystalcall.customers.signing_in import actions
from crystalcall.customers.signing_in.admitting import admit
from crystalcall.customers.signing_in.models import SignIn, WrongTries
from crystalcall.customers.signing_in.values import (
    AgePass,
    Audience,
    Issued,
    LinkRefused,
    NewCustomer,
    NotAdmitted,
    NotAdmittedReason,
    PasswordSet,
    RecoveryAnswer,
    Registered,
    SignedIn,
    SignInRefusal,
    SignInRefused,
    TotpAnswer,
)

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "a lamp beside the grey window"
CUSTOMER = Audience.CUSTOMER
TOGETHER = 4


@pytest.fixture(autouse=True)
def room_for_all(settings):
    settings.CRYSTALCALL = msgspec.structs.replace(
        settings.CRYSTALCALL, password_checks_at_once=TOGETHER, password_checks_waiting=TOGETHER
    )


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """What each act gives; they begin together, on connections of their own."""
    start = threading.Barrier(len(acts))

    def run(act):
        try:
            start.wait(30)
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_one_proof_of_an_act_is_taken_on_one_connection_only(anna, signed_in, browser, now):
    token = signed_in(anna).token
    for _ in range(5):
        act = browser.ask("POST", now=now, token=token, body=b"amount=10")
        answers = at_once(*[lambda act=act: admit(act, CUSTOMER, now=now)] * TOGETHER)
        assert sum(isinstance(answer, SignedIn) for answer in answers) == 1
        others = [answer.reason for answer in answers if isinstance(answer, NotAdmitted)]
        assert others == [NotAdmittedReason.REPLAYED] * (TOGETHER - 1)


def test_tries_at_once_are_no_way_around_the_count(anna, registered, browser, now):
    registered(anna)
    looked_at = 0
    for number in range(5):
        guess = lambda number=number: actions.sign_in(  # noqa: E731
            CUSTOMER, anna.email, f"guess number {number}", browser.thumbprint, now=now
        )
        answers = at_once(*[guess] * TOGETHER)
        looked_at += answers.count(SignInRefused(SignInRefusal.NOT_RIGHT))
    assert looked_at == 3
    assert WrongTries.objects.get().misses == 3


def test_two_presses_of_one_link_set_one_password(anna, registered, mailed, link_in, frozen_clock):
    registered(anna)
    now = frozen_clock.moment
    actions.request_reset(CUSTOMER, anna.email, now=now)
    secret = link_in(mailed()[0])
    answers = at_once(*(lambda word=word: actions.reset(secret, f"the {word} passphrase", now=now) for word in "ab"))
    assert answers.count(PasswordSet()) == 1
    assert sum(isinstance(answer, LinkRefused) for answer in answers) == 1


def test_two_links_of_one_address_confirmed_at_once_make_one_customer(anna, browser, mailed, link_in, frozen_clock):
    now = frozen_clock.moment
    for _ in range(2):
        passed = actions.age_pass(actions.age_question(now=now), 1980, 6, now=now)
        assert isinstance(passed, AgePass)
        new = NewCustomer(anna.name, anna.email, anna.telephone, PASSWORD, anna.language)
        assert actions.register(new, passed.value, now=now) == Registered()
    secrets = [link_in(mail) for mail in mailed()]
    answers = at_once(
        *(
            lambda secret=secret: actions.confirm_registration(secret, PASSWORD, browser.thumbprint, now=now)
            for secret in secrets
        )
    )
    assert sum(isinstance(answer, Issued) for answer in answers) == 1
    assert Customer.objects.count() == SignIn.objects.count() == 1


def test_one_code_signs_in_once(anna, signed_in, browser, now):
    issued = signed_in(anna)
    begun = actions.totp_begin(issued.signed_in, now=now)
    totp = pyotp.TOTP(begun.secret.replace(" ", ""))
    codes = actions.totp_confirm(issued.signed_in, totp.at(now), now=now).recovery_codes
    later = now + timedelta(minutes=2)
    for answer in (TotpAnswer(totp.at(later)), RecoveryAnswer(codes[0])):
        asked = [
            actions.sign_in(CUSTOMER, anna.email, PASSWORD, browser.thumbprint, now=later) for _ in range(TOGETHER)
        ]
        answers = at_once(
            *(
                lambda one=one, answer=answer: actions.finish_second_factor(
                    one.challenge, answer, browser.thumbprint, now=later
                )
                for one in asked
            )
        )
        assert sum(isinstance(each, Issued) for each in answers) == 1


def test_an_age_pass_registers_once(anna, boris, now):
    value = actions.age_pass(actions.age_question(now=now), 1980, 6, now=now).value
    people = (anna, boris)
    answers = at_once(
        *(
            lambda one=one: actions.register(
                NewCustomer(one.name, one.email, one.telephone, PASSWORD, one.language), value, now=now
            )
            for one in people
        )
    )
    assert answers.count(Registered()) == 1


def test_no_sign_in_outlives_a_password_that_changes_in_the_same_moment(anna, signed_in, browser, now):
    issued = signed_in(anna)
    at_once(
        lambda: actions.change_password(issued.signed_in, PASSWORD, "seven rivers run to the sea", now=now),
        lambda: actions.sign_in(CUSTOMER, anna.email, PASSWORD, browser.thumbprint, now=now),
    )
    # Only the one that the change itself gave stands.
    assert SignIn.objects.count() == 1
    assert not SignIn.objects.filter(pk=issued.signed_in.sign_in_id).exists()
