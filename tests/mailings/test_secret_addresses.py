"""The address of one's own page is a field like any other: named in the contract, the permit and the disclosure."""

import secrets

import pytest

from crystalcall.mailings import actions, carrier
from crystalcall.mailings.values import Mail, NoticeKind
from crystalcall.plumbing.ids import random_token
from crystalcall.privacy.gate import permit
from crystalcall.privacy.models import Disclosure
from crystalcall.privacy.providers import PROVIDERS, SHARED
from crystalcall.privacy.purposes import Purpose

pytestmark = [pytest.mark.django_db, pytest.mark.clause("C09")]


def mail(text="", html="", stop_url=""):
    return Mail("anna@example.org", "Subject", text, html, "en", "<1@example.org>", holds=("email",), stop_url=stop_url)


@pytest.mark.parametrize("place", ["text", "html", "stop_url"])
@pytest.mark.parametrize(
    "path", ["/orders/{}/", "/ru/orders/{}/", "/privacy/requests/link/{}/", "/updates/unsubscribe/{}/"]
)
def test_a_mail_with_an_address_that_opens_a_page_stays_here_without_a_permit_for_it(post, place, path):
    leave = permit("mail-carrier", Purpose.ORDER_STATUS, ("email",), "ORDER")
    said = "https://store.example" + path.format(random_token())
    with pytest.raises(carrier.PermitMissingError):
        carrier.hand_over(leave, mail(**{place: said}))
    assert post.taken == []


@pytest.mark.parametrize("path", ["/account/confirm/{}/", "/ru/account/reset/{}/", "/account/try/{}/"])
def test_a_link_about_signing_in_is_such_an_address_too(post, path):
    leave = permit("mail-carrier", Purpose.SIGNING_IN, ("email",), "LINK")
    with pytest.raises(carrier.PermitMissingError):
        carrier.hand_over(leave, mail(text="https://store.example" + path.format(secrets.token_urlsafe(32))))
    assert post.taken == []


def test_public_addresses_need_none(post):
    leave = permit("mail-carrier", Purpose.ORDER_STATUS, ("email",), "ORDER")
    carrier.hand_over(leave, mail(text="https://store.example/ru/privacy/requests/ https://store.example/rates/"))
    assert len(post.taken) == 1


def test_the_mail_that_brings_the_pins_is_recorded_with_the_address_of_the_orders_page(fulfilled, post, anna, now):
    placed = fulfilled(anna)
    actions.send_notice(actions.queue_notice(placed.order_number, NoticeKind.ORDER_FULFILLED, now=now), now=now)
    assert placed.token in post.taken[0].as_string().replace("=\n", "")
    assert "page_address" in Disclosure.objects.get(provider="mail-carrier").fields


def test_whoever_shows_the_form_leads_back_to_the_orders_page_and_so_gets_its_address():
    for provider in ("authorize-net", "mail-carrier"):
        assert "page_address" in PROVIDERS[provider].fields
    assert SHARED["page_address"].category == "user.authorization.credentials"
