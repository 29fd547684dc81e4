"""New passwords, by a mailed link or by the old one; and a change of address that both mailboxes agree to."""

from datetime import timedelta

import pytest

from crystalcall.customers.queries import contact
from crystalcall.customers.signing_in import actions, queries
from crystalcall.customers.signing_in.admitting import admit
from crystalcall.customers.signing_in.models import Credential, EmailChange, SignIn
from crystalcall.customers.signing_in.values import (
    Audience,
    ChangeAgreed,
    ChangeRefusal,
    ChangeRefused,
    ChangeRequested,
    Issued,
    LinkRefusal,
    LinkRefused,
    NotAdmitted,
    PasswordProblem,
    PasswordSet,
    SignedIn,
    SignInRefusal,
    SignInRefused,
)
from crystalcall.privacy.purposes import Purpose
from crystalcall.rules.signing_in import PasswordProblemReason

pytestmark = pytest.mark.django_db

PASSWORD = "a lamp beside the grey window"
NEW = "seven rivers run to the sea"
CUSTOMER = Audience.CUSTOMER
UNKNOWN = LinkRefused(LinkRefusal.UNKNOWN)


@pytest.fixture
def reset_link(mailed, link_in, frozen_clock):
    def ask(email):
        actions.request_reset(CUSTOMER, email, now=frozen_clock.moment)
        [mail] = mailed()
        return link_in(mail)

    return ask


def test_a_link_sets_a_new_password_once_and_ends_every_sign_in(
    anna, signed_in, browser, other_browser, reset_link, frozen_clock, mailed
):
    here = signed_in(anna)
    signed_in(anna, other_browser, again=True)
    now = frozen_clock.moment
    secret = reset_link(anna.email)
    assert SignIn.objects.count() == 2
    assert actions.reset(secret, NEW, now=now) == PasswordSet()
    assert SignIn.objects.count() == 0
    assert isinstance(admit(browser.ask(now=now, token=here.token), CUSTOMER, now=now), NotAdmitted)
    assert actions.reset(secret, "yet another passphrase", now=now) == UNKNOWN
    assert actions.sign_in(CUSTOMER, anna.email, PASSWORD, browser.thumbprint, now=now) == SignInRefused(
        SignInRefusal.NOT_RIGHT
    )
    assert isinstance(actions.sign_in(CUSTOMER, anna.email, NEW, browser.thumbprint, now=now), Issued)
    [news] = mailed()
    assert "password" in news.text
    assert news.recipient == anna.email


def test_a_link_is_good_for_an_hour(anna, registered, reset_link, frozen_clock):
    registered(anna)
    secret = reset_link(anna.email)
    late = frozen_clock.advance(minutes=60)
    assert actions.look_at_link(secret, now=late) == LinkRefused(LinkRefusal.TOO_OLD)
    assert actions.reset(secret, NEW, now=late) == LinkRefused(LinkRefusal.TOO_OLD)


def test_a_bad_password_does_not_use_up_the_link(anna, registered, reset_link, now):
    registered(anna)
    secret = reset_link(anna.email)
    for bad, reason in (
        ("short", PasswordProblemReason.TOO_SHORT),
        ("password1", PasswordProblemReason.COMMON),
        ("anna.hale1", PasswordProblemReason.ABOUT_YOU),
    ):
        assert actions.reset(secret, bad, now=now) == PasswordProblem(reason)
    assert actions.reset(secret, NEW, now=now) == PasswordSet()


def test_a_later_password_makes_earlier_links_void(anna, registered, mailed, link_in, now, frozen_clock):
    registered(anna)
    for _ in range(2):
        actions.request_reset(CUSTOMER, anna.email, now=now)
    first, second = (link_in(mail) for mail in mailed())
    assert actions.reset(second, NEW, now=now) == PasswordSet()
    assert actions.reset(first, "what the thief wanted", now=now) == UNKNOWN


@pytest.mark.parametrize("junk", ["", "x", "x" * 43, "é" * 43, "../../etc/passwd", "x" * 10_000])
def test_a_made_up_secret_opens_nothing(junk, now, browser):
    assert actions.look_at_link(junk, now=now) == UNKNOWN
    assert actions.reset(junk, NEW, now=now) == UNKNOWN
    assert actions.grant_try(junk, browser.thumbprint, now=now) == UNKNOWN
    assert actions.confirm_registration(junk, NEW, browser.thumbprint, now=now) == UNKNOWN
    assert actions.confirm_email_change(junk, now=now) == UNKNOWN


def test_a_link_is_good_for_its_own_purpose_only(anna, registered, browser, reset_link, now):
    registered(anna)
    secret = reset_link(anna.email)
    assert actions.grant_try(secret, browser.thumbprint, now=now) == UNKNOWN
    assert actions.confirm_email_change(secret, now=now) == UNKNOWN
    assert actions.confirm_registration(secret, PASSWORD, browser.thumbprint, now=now) == UNKNOWN
    assert actions.reset(secret, NEW, now=now) == PasswordSet()


def test_changing_the_password_ends_every_other_sign_in(anna, signed_in, browser, other_browser, now):
    here, there = signed_in(anna), signed_in(anna, other_browser, again=True)
    changed = actions.change_password(here.signed_in, PASSWORD, NEW, now=now)
    assert isinstance(changed, Issued)
    assert isinstance(admit(browser.ask(now=now, token=changed.token), CUSTOMER, now=now), SignedIn)
    for who, issued in ((browser, here), (other_browser, there)):
        assert isinstance(admit(who.ask(now=now, token=issued.token), CUSTOMER, now=now), NotAdmitted)


def test_without_the_old_password_nothing_changes(anna, signed_in, browser, now):
    issued = signed_in(anna)
    refused = actions.change_password(issued.signed_in, "not the old one", NEW, now=now)
    assert refused == SignInRefused(SignInRefusal.NOT_RIGHT)
    assert isinstance(admit(browser.ask(now=now, token=issued.token), CUSTOMER, now=now), SignedIn)
    assert isinstance(actions.sign_in(CUSTOMER, anna.email, PASSWORD, browser.thumbprint, now=now), Issued)


# --- a change of address ----------------------------------------------------------------------------------------------

NEW_EMAIL = "anna.new@example.com"


def ask_change(issued, mailed, link_in, now, email=NEW_EMAIL):
    assert actions.request_email_change(issued.signed_in, email, now=now) == ChangeRequested()
    return {mail.recipient: link_in(mail) for mail in mailed()}


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["old_first", "new_first"])
def test_a_new_address_counts_once_both_mailboxes_agreed(
    anna, signed_in, browser, mailed, link_in, frozen_clock, order
):
    issued = signed_in(anna)
    now = frozen_clock.moment
    links = ask_change(issued, mailed, link_in, now)
    assert set(links) == {anna.email, NEW_EMAIL}
    assert queries.pending_email_change(issued.signed_in, now=now) == now
    both = [links[anna.email], links[NEW_EMAIL]]
    assert actions.confirm_email_change(both[order[0]], now=now) == ChangeAgreed(is_done=False)
    assert actions.confirm_email_change(both[order[0]], now=now) == UNKNOWN
    customer = issued.signed_in.principal_id
    assert contact(customer, purpose=Purpose.SIGNING_IN).email == anna.email
    assert actions.confirm_email_change(both[order[1]], now=now) == ChangeAgreed(is_done=True)
    assert contact(customer, purpose=Purpose.SIGNING_IN).email == NEW_EMAIL
    assert isinstance(actions.sign_in(CUSTOMER, NEW_EMAIL, PASSWORD, browser.thumbprint, now=now), Issued)
    assert isinstance(actions.sign_in(CUSTOMER, anna.email, PASSWORD, browser.thumbprint, now=now), SignInRefused)
    [news] = mailed()
    assert news.recipient == NEW_EMAIL
    assert not EmailChange.objects.exists()


def test_a_change_of_address_wants_a_fresh_password(anna, signed_in, frozen_clock, mailed):
    issued = signed_in(anna)
    late = frozen_clock.advance(minutes=5)
    refused = actions.request_email_change(issued.signed_in, NEW_EMAIL, now=late)
    assert refused == ChangeRefused(ChangeRefusal.NOT_FRESH)
    assert mailed() == []
    assert not EmailChange.objects.exists()


def test_a_later_change_voids_the_one_before(anna, signed_in, mailed, link_in, frozen_clock):
    issued = signed_in(anna)
    now = frozen_clock.moment
    first = ask_change(issued, mailed, link_in, now)
    second = ask_change(issued, mailed, link_in, now, "third@example.com")
    assert actions.confirm_email_change(first[NEW_EMAIL], now=now) == UNKNOWN
    assert actions.confirm_email_change(first[anna.email], now=now) == UNKNOWN
    for secret in second.values():
        actions.confirm_email_change(secret, now=now)
    assert contact(issued.signed_in.principal_id, purpose=Purpose.SIGNING_IN).email == "third@example.com"


def test_an_address_that_somebody_else_signs_in_with_is_asked_nothing_and_given_away_nothing(
    anna, boris, registered, signed_in, mailed, link_in, now, frozen_clock
):
    registered(boris)
    issued = signed_in(anna)
    assert actions.request_email_change(issued.signed_in, boris.email, now=now) == ChangeRequested()
    [mail] = mailed()
    assert mail.recipient == anna.email
    assert actions.confirm_email_change(link_in(mail), now=now) == ChangeAgreed(is_done=False)
    assert contact(issued.signed_in.principal_id, purpose=Purpose.SIGNING_IN).email == anna.email


def test_an_address_that_became_somebody_elses_meanwhile_stays_theirs(
    anna, boris, registered, signed_in, mailed, link_in, now, frozen_clock
):
    issued = signed_in(anna)
    links = ask_change(issued, mailed, link_in, now, boris.email)
    actions.confirm_email_change(links[anna.email], now=now)
    registered(boris)
    assert actions.confirm_email_change(links[boris.email], now=now) == UNKNOWN
    assert contact(issued.signed_in.principal_id, purpose=Purpose.SIGNING_IN).email == anna.email
    assert Credential.objects.count() == 2


@pytest.mark.parametrize(
    ("email", "reason"),
    [("nonsense", ChangeRefusal.NOT_AN_EMAIL), ("Anna@Example.org", ChangeRefusal.SAME)],
)
def test_no_address_and_the_same_address_are_no_change(anna, signed_in, now, email, reason):
    assert actions.request_email_change(signed_in(anna).signed_in, email, now=now) == ChangeRefused(reason)


def test_links_of_a_change_end_after_half_a_day(anna, signed_in, mailed, link_in, frozen_clock):
    links = ask_change(signed_in(anna), mailed, link_in, frozen_clock.moment)
    late = frozen_clock.advance(hours=12)
    for secret in links.values():
        assert actions.confirm_email_change(secret, now=late) == LinkRefused(LinkRefusal.TOO_OLD)


def test_a_reset_link_that_went_to_the_old_mailbox_dies_with_the_change(
    anna, signed_in, mailed, link_in, now, frozen_clock
):
    issued = signed_in(anna)
    actions.request_reset(CUSTOMER, anna.email, now=now)
    [mail] = mailed()
    old = link_in(mail)
    links = ask_change(issued, mailed, link_in, now)
    for secret in links.values():
        actions.confirm_email_change(secret, now=now + timedelta(minutes=1))
    assert actions.reset(old, NEW, now=now + timedelta(minutes=2)) == UNKNOWN
