"""Signing in: guessing is bounded, nobody is locked out, and a stranger learns nothing about who is registered."""

import re
import threading
from datetime import timedelta

import msgspec
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crystalcall.customers.signing_in import actions, hashing, queries
from crystalcall.customers.signing_in.admitting import admit
from crystalcall.customers.signing_in.models import Credential, MailedLink, SignIn, TryPass, WrongTries
from crystalcall.customers.signing_in.values import (
    Audience,
    Issued,
    LinkRefusal,
    LinkRefused,
    LinkRequested,
    NotAdmitted,
    ProofByMailSent,
    SignedIn,
    SignInRefusal,
    SignInRefused,
    TooManyRequests,
    TryGranted,
)

pytestmark = pytest.mark.django_db

PASSWORD = "a lamp beside the grey window"
CUSTOMER = Audience.CUSTOMER
NOT_RIGHT = SignInRefused(SignInRefusal.NOT_RIGHT)


def attempt(email, password, at, now, source=""):
    return actions.sign_in(CUSTOMER, email, password, at.thumbprint, source, now=now)


def guess_until_mail(email, at, clock):
    """Guess as patiently as a guesser must; gives how many guesses were looked at."""
    looked_at = 0
    for number in range(200):
        answer = attempt(email, f"guess number {number}", at, clock.moment)
        if isinstance(answer, ProofByMailSent):
            return looked_at
        if answer == NOT_RIGHT:
            looked_at += 1
        else:
            clock.advance(seconds=answer.wait_seconds)
    raise AssertionError("Nobody asked for a proof by mail.")


def test_the_right_password_lets_in_at_any_spelling_of_the_address(anna, registered, browser, now):
    customer = registered(anna)
    for written in (anna.email, " Anna@Example.ORG ", "ANNA@EXAMPLE.ORG"):
        answer = attempt(written, PASSWORD, browser, now)
        assert isinstance(answer, Issued)
        assert answer.signed_in.principal_id == customer
        assert not answer.signed_in.has_second_factor


def test_one_password_however_a_keyboard_writes_it(anna, registered, browser, now):
    registered(anna, "пароль с буквой й и ё")
    composed, decomposed = "пароль с буквой й и ё", "пароль с буквой й и ё"
    assert isinstance(attempt(anna.email, composed, browser, now), Issued)
    assert isinstance(attempt(anna.email, decomposed, browser, now), Issued)


@pytest.mark.parametrize("wrong", ["", PASSWORD + " ", PASSWORD.upper(), PASSWORD[:-1], "x" * 300, "\0", "é" * 50])
def test_any_other_password_does_not(anna, registered, browser, now, wrong):
    registered(anna)
    assert attempt(anna.email, wrong, browser, now) == NOT_RIGHT
    assert not SignIn.objects.exists()


def test_each_sign_in_has_a_token_of_its_own(anna, registered, browser, now):
    registered(anna)
    tokens = {attempt(anna.email, PASSWORD, browser, now).token for _ in range(3)}
    assert len(tokens) == 3
    assert all(len(token) == 47 for token in tokens)


@pytest.mark.parametrize("is_known", [True, False])
def test_a_guesser_gets_ten_tries_a_day_whether_or_not_the_address_is_known(
    anna, registered, browser, frozen_clock, is_known
):
    if is_known:
        registered(anna)
    began = frozen_clock.moment
    assert guess_until_mail(anna.email, browser, frozen_clock) == 10
    # 2 + 4 + 8 + … seconds: slow for a guesser, bearable for a customer.
    assert timedelta(minutes=2) < frozen_clock.moment - began < timedelta(minutes=10)
    for _ in range(3):
        now = frozen_clock.advance(hours=7)
        assert isinstance(attempt(anna.email, PASSWORD, browser, now), ProofByMailSent)
    now = frozen_clock.advance(hours=4)
    assert attempt(anna.email, "one more guess of mine", browser, now) == NOT_RIGHT


def test_too_soon_is_said_before_anything_is_looked_at(anna, registered, browser, now):
    registered(anna)
    for number in range(3):
        assert attempt(anna.email, f"guess number {number}", browser, now) == NOT_RIGHT
    assert attempt(anna.email, PASSWORD, browser, now) == SignInRefused(SignInRefusal.WAIT, 2)
    assert not SignIn.objects.exists()
    assert isinstance(attempt(anna.email, PASSWORD, browser, now + timedelta(seconds=2)), Issued)


def test_a_right_password_makes_an_end_of_the_count(anna, registered, browser, now):
    registered(anna)
    for number in range(2):
        attempt(anna.email, f"guess number {number}", browser, now)
    assert isinstance(attempt(anna.email, PASSWORD, browser, now), Issued)
    assert not WrongTries.objects.exists()


def test_whoever_has_the_mailbox_gets_in_while_others_guess(
    anna, registered, browser, other_browser, frozen_clock, mailed, link_in
):
    registered(anna)
    guess_until_mail(anna.email, other_browser, frozen_clock)
    now = frozen_clock.moment
    assert isinstance(attempt(anna.email, PASSWORD, browser, now), ProofByMailSent)
    [mail] = mailed()
    assert mail.recipient == anna.email
    secret = link_in(mail)
    assert actions.grant_try(secret, browser.thumbprint, now=now) == TryGranted()
    # The guesser's browser pressed nothing.
    assert isinstance(attempt(anna.email, PASSWORD, other_browser, now), ProofByMailSent)
    assert isinstance(attempt(anna.email, PASSWORD, browser, now), Issued)
    assert actions.grant_try(secret, other_browser.thumbprint, now=now) == LinkRefused(LinkRefusal.UNKNOWN)


def test_the_link_allows_five_tries_within_a_quarter_of_an_hour(
    anna, registered, browser, frozen_clock, mailed, link_in
):
    registered(anna)
    guess_until_mail(anna.email, browser, frozen_clock)
    now = frozen_clock.moment
    actions.grant_try(link_in(mailed()[0]), browser.thumbprint, now=now)
    for number in range(5):
        assert attempt(anna.email, f"with leave {number}", browser, now) == NOT_RIGHT
    assert isinstance(attempt(anna.email, PASSWORD, browser, now), ProofByMailSent)
    TryPass.objects.update(tries_left=5)
    late = frozen_clock.advance(minutes=16)
    assert isinstance(attempt(anna.email, PASSWORD, browser, late), ProofByMailSent)


def test_an_unknown_address_is_answered_alike_and_gets_no_mail(anna, browser, frozen_clock, mailed):
    guess_until_mail(anna.email, browser, frozen_clock)
    now = frozen_clock.moment
    assert actions.request_reset(CUSTOMER, anna.email, now=now) == LinkRequested()
    assert actions.request_try(CUSTOMER, anna.email, now=now) == LinkRequested()
    assert mailed() == []
    assert MailedLink.objects.filter(digest__isnull=False).count() == 0


def test_known_and_unknown_addresses_cost_the_same_statements(anna, boris, registered, browser, now):
    registered(anna)
    asked = []
    for person in (anna, boris):
        with CaptureQueriesContext(connection) as seen:
            attempt(person.email, "not the password", browser, now)
        with CaptureQueriesContext(connection) as resetting:
            actions.request_reset(CUSTOMER, person.email, now=now)
        asked.append((_shapes(seen), _shapes(resetting)))
    assert asked[0] == asked[1]


def _shapes(seen):
    shapes = [re.split("WHERE|VALUES", query["sql"])[0] for query in seen.captured_queries]
    return [re.sub('SAVEPOINT "[^"]+"', "SAVEPOINT", shape) for shape in shapes]


def test_known_and_unknown_addresses_cost_the_same_hashing(anna, boris, registered, browser, now, monkeypatch):
    registered(anna)
    hashed = []
    real = hashing._hasher()

    class Watched:
        def verify(self, stored, password):
            hashed.append(stored.rsplit("$", 2)[0])
            return real.verify(stored, password)

        def hash(self, password):
            return real.hash(password)

        def check_needs_rehash(self, stored):
            return real.check_needs_rehash(stored)

    watched = Watched()
    monkeypatch.setattr(hashing, "_hasher", lambda: watched)
    for person in (anna, boris):
        attempt(person.email, "not the password", browser, now)
    assert len(hashed) == 2
    assert hashed[0] == hashed[1]


def test_one_network_that_tries_many_addresses_waits(anna, registered, browser, other_browser, now):
    registered(anna)
    for number in range(30):
        assert attempt(f"victim{number}@example.org", "Password of a leak", browser, now, "198.51.100.9") == NOT_RIGHT
    refused = attempt("another@example.org", "Password of a leak", browser, now, "198.51.100.9")
    assert refused.reason is SignInRefusal.WAIT
    assert 0 < refused.wait_seconds <= 601
    assert isinstance(attempt(anna.email, PASSWORD, other_browser, now, "198.51.100.10"), Issued)
    later = now + timedelta(minutes=10, seconds=1)
    assert isinstance(attempt(anna.email, PASSWORD, browser, later, "198.51.100.9"), Issued)


def test_spraying_from_many_networks_blows_a_fuse_and_customers_still_get_in(
    anna, registered, browser, frozen_clock, settings, mailed, link_in
):
    registered(anna)
    settings.CRYSTALCALL = msgspec.structs.replace(settings.CRYSTALCALL, sign_in_fuse=20)
    now = frozen_clock.moment
    looked_at = 0
    for number in range(50):
        answer = attempt(f"victim{number}@example.org", "Spring2026!", browser, now, f"198.51.100.{number}")
        looked_at += answer == NOT_RIGHT
    assert looked_at == 20
    assert isinstance(attempt(anna.email, PASSWORD, browser, now), ProofByMailSent)
    [mail] = mailed()
    actions.grant_try(link_in(mail), browser.thumbprint, now=now)
    assert isinstance(attempt(anna.email, PASSWORD, browser, now), Issued)
    later = frozen_clock.advance(minutes=10, seconds=1)
    assert isinstance(attempt(anna.email, PASSWORD, browser, later), Issued)


def test_a_mailbox_gets_one_link_an_hour_however_often_somebody_guesses(
    anna, registered, browser, frozen_clock, mailed
):
    registered(anna)
    guess_until_mail(anna.email, browser, frozen_clock)
    for _ in range(20):
        attempt(anna.email, "guess", browser, frozen_clock.moment)
    assert len(mailed()) == 1


def test_nobody_is_shut_out_by_somebody_who_uses_up_their_links(
    anna, registered, browser, other_browser, frozen_clock, mailed, link_in
):
    """For two days somebody guesses and asks for links without pause; at any hour the owner of the mailbox gets in."""
    registered(anna)
    guess_until_mail(anna.email, other_browser, frozen_clock)
    mailbox = []
    for quarter in range(4 * 48):
        now = frozen_clock.advance(minutes=15)
        attempt(anna.email, "a guess", other_browser, now)
        for _ in range(3):
            actions.request_reset(CUSTOMER, anna.email, now=now)
            actions.request_try(CUSTOMER, anna.email, now=now)
        mailbox += mailed()
        if quarter % 12 == 0:
            secrets = [link_in(mail) for mail in reversed(mailbox) if mail.subject == "Sign in with this link"]
            granted = (actions.grant_try(secret, browser.thumbprint, now=now) for secret in secrets)
            assert TryGranted() in granted
            assert isinstance(attempt(anna.email, PASSWORD, browser, now), Issued)
            guess_until_mail(anna.email, other_browser, frozen_clock)
        newest = [link_in(mail) for mail in mailbox if mail.subject == "A new password"][-1]
        assert not isinstance(actions.look_at_link(newest, now=now), LinkRefused)
    assert len(mailbox) < 48 * 5


def test_links_are_asked_for_a_few_times_only(browser, now):
    for number in range(10):
        asked = actions.request_reset(CUSTOMER, f"someone{number}@example.org", "192.0.2.4", now=now)
        assert asked == LinkRequested()
    assert isinstance(actions.request_reset(CUSTOMER, "x@example.org", "192.0.2.4", now=now), TooManyRequests)


def test_a_flood_is_turned_away_before_any_work_and_counts_for_nobody(anna, registered, browser, now, monkeypatch):
    registered(anna)
    inside, go_on = threading.Event(), threading.Event()

    def occupy():
        with hashing._line.place() as has_place:
            assert has_place
            inside.set()
            go_on.wait(20)

    monkeypatch.setattr(hashing, "LONGEST_WAIT_SECONDS", 0.05)
    occupier = threading.Thread(target=occupy)
    occupier.start()
    try:
        assert inside.wait(20)
        for _ in range(15):
            answer = attempt(anna.email, PASSWORD, browser, now)
            assert answer == SignInRefused(SignInRefusal.BUSY, hashing.BUSY_SECONDS)
    finally:
        go_on.set()
        occupier.join()
    assert not SignIn.objects.exists()
    assert isinstance(attempt(anna.email, PASSWORD, browser, now), Issued)


def test_more_than_may_wait_are_refused_at_once(settings):
    settings.CRYSTALCALL = msgspec.structs.replace(
        settings.CRYSTALCALL, password_checks_at_once=2, password_checks_waiting=0
    )
    with hashing._line.place() as first, hashing._line.place() as second:
        assert first
        assert second
        assert isinstance(hashing.hash_password("a password"), hashing.Busy)
    assert isinstance(hashing.hash_password("a password"), str)


def test_a_password_is_hashed_anew_when_the_parameters_grow(anna, registered, browser, now, settings):
    registered(anna)
    before = Credential.objects.get().password_hash
    settings.CRYSTALCALL = msgspec.structs.replace(settings.CRYSTALCALL, password_passes=2)
    assert isinstance(attempt(anna.email, PASSWORD, browser, now), Issued)
    after = Credential.objects.get().password_hash
    assert "t=1" in before
    assert "t=2" in after
    assert isinstance(attempt(anna.email, PASSWORD, browser, now), Issued)


def test_a_sign_in_can_be_extended_seen_and_ended(anna, signed_in, browser, other_browser, frozen_clock):
    here, there = signed_in(anna), signed_in(anna, other_browser, again=True)
    now = frozen_clock.advance(minutes=29)
    extended = actions.extend(here.signed_in, now=now)
    assert extended.idle_until == now + timedelta(minutes=30)
    assert extended.expires_at == here.signed_in.expires_at
    listed = queries.sign_ins_of(here.signed_in, now=now)
    assert {(each.sign_in_id, each.is_this) for each in listed} == {
        (here.signed_in.sign_in_id, True),
        (there.signed_in.sign_in_id, False),
    }
    assert actions.end(here.signed_in, there.signed_in.sign_in_id, now=now)
    assert not actions.end(here.signed_in, there.signed_in.sign_in_id, now=now)
    assert isinstance(admit(other_browser.ask(now=now, token=there.token), CUSTOMER, now=now), NotAdmitted)
    assert isinstance(admit(browser.ask(now=now, token=here.token), CUSTOMER, now=now), SignedIn)
    actions.sign_out(here.signed_in, now=now)
    assert isinstance(admit(browser.ask(now=now, token=here.token), CUSTOMER, now=now), NotAdmitted)
    assert actions.extend(here.signed_in, now=now) is None


def test_of_more_than_twenty_sign_ins_the_oldest_end(anna, signed_in, browser, frozen_clock):
    first = signed_in(anna)
    for _ in range(20):
        now = frozen_clock.advance(seconds=30)
        last = attempt(anna.email, PASSWORD, browser, now)
    assert SignIn.objects.count() == 20
    assert isinstance(admit(browser.ask(now=now, token=first.token), CUSTOMER, now=now), NotAdmitted)
    assert isinstance(admit(browser.ask(now=now, token=last.token), CUSTOMER, now=now), SignedIn)


def test_nobody_ends_another_persons_sign_in(anna, boris, signed_in, other_browser, now):
    mine, theirs = signed_in(anna), signed_in(boris, other_browser)
    assert not actions.end(mine.signed_in, theirs.signed_in.sign_in_id, now=now)
    assert actions.end_others(mine.signed_in, now=now) == 0
    assert SignIn.objects.count() == 2
    assert actions.end_all(CUSTOMER, theirs.signed_in.principal_id, now=now) == 1
    assert actions.end_all(Audience.STAFF, mine.signed_in.principal_id, now=now) == 0
    assert SignIn.objects.count() == 1


def test_an_ended_sign_in_is_not_revived_by_extending_it(anna, signed_in, frozen_clock):
    issued = signed_in(anna)
    assert actions.extend(issued.signed_in, now=frozen_clock.advance(minutes=30)) is None


def test_the_password_again_makes_a_new_token_and_ends_the_old_one(anna, signed_in, browser, frozen_clock):
    issued = signed_in(anna)
    now = frozen_clock.advance(minutes=6)
    assert not issued.signed_in.is_fresh(now)
    again = actions.reauthenticate(issued.signed_in, PASSWORD, now=now)
    assert isinstance(again, Issued)
    assert again.signed_in.is_fresh(now)
    assert again.token != issued.token
    assert isinstance(admit(browser.ask(now=now, token=issued.token), CUSTOMER, now=now), NotAdmitted)
    assert isinstance(admit(browser.ask(now=now, token=again.token), CUSTOMER, now=now), SignedIn)
    assert isinstance(actions.reauthenticate(issued.signed_in, PASSWORD, now=now), SignInRefused)


def test_a_thief_at_an_open_browser_guesses_slowly_and_outsiders_slow_nobody_inside(
    anna, signed_in, browser, other_browser, frozen_clock
):
    issued = signed_in(anna)
    guess_until_mail(anna.email, other_browser, frozen_clock)
    now = frozen_clock.moment
    for number in range(5):
        assert actions.reauthenticate(issued.signed_in, f"guess {number}", now=now) == NOT_RIGHT
    assert actions.reauthenticate(issued.signed_in, PASSWORD, now=now) == SignInRefused(SignInRefusal.WAIT, 15)
    later = frozen_clock.advance(seconds=15)
    assert isinstance(actions.reauthenticate(issued.signed_in, PASSWORD, now=later), Issued)
