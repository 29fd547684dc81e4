"""A correction says what it did: nothing, where all that is here was given with an order that nobody paid."""

import re

import pytest
from django.test import Client

from crystalcall.customers.models import Customer
from crystalcall.plumbing.ids import random_token
from crystalcall.privacy.keepers import Correction
from crystalcall.privacy.requests import actions
from crystalcall.privacy.requests.actions.serving import Corrected, NothingToCorrect
from crystalcall.privacy.requests.models import OneTimeKey, PrivacyRequest
from crystalcall.privacy.requests.values import KeyRole
from crystalcall.shop.cart import read_cart
from crystalcall.shop.orders import actions as orders
from crystalcall.shop.orders.values import Placed, PlaceOrder

pytestmark = [pytest.mark.django_db, pytest.mark.clause("C11")]
TICKET = re.compile(r'name="ticket" value="([A-Za-z0-9_-]{43})"')
ACT = "/privacy/requests/act/"


@pytest.fixture
def visitor():
    return Client(headers={"sec-fetch-site": "same-origin"})


@pytest.fixture
def unpaid(shop, anna):
    wish = PlaceOrder(random_token(), read_cart("credit-10=1"), anna.name, anna.email, None, "en")
    placed = orders.place_order(wish, now=shop.now)
    assert isinstance(placed, Placed)
    return placed


def as_it_stands():
    return list(Customer.objects.order_by("pk").values())


@pytest.mark.parametrize(
    "wanted", [Correction(name="Somebody Else"), Correction(email="new@example.org"), Correction(telephone="")]
)
def test_what_was_given_with_an_unpaid_order_is_not_corrected_and_that_is_said(shop, anna, unpaid, wanted):
    ticket, before = shop.ticket_for("correction", anna.email), as_it_stands()
    done = actions.correct(ticket, wanted, now=shop.now)
    assert isinstance(done, NothingToCorrect)
    assert as_it_stands() == before
    assert shop.sends() == []
    assert not OneTimeKey.objects.filter(role=KeyRole.CHANGE.value).exists()
    assert PrivacyRequest.objects.get(reference=done.reference).closed_at is None


@pytest.mark.parametrize(
    ("language", "said"), [("", "There is nothing that we could correct"), ("/ru", "Исправлять здесь нечего")]
)
def test_the_page_says_so_instead_of_a_form_and_leads_to_the_other_rights(shop, visitor, anna, unpaid, language, said):
    token = shop.link_to("correction", anna.email)
    page = visitor.post(f"{language}/privacy/requests/link/{token}/").content.decode()
    main = page.split("<main", 1)[1]
    assert said in main
    assert 'name="name"' not in main
    ticket = TICKET.search(main).group(1)
    again = visitor.post(f"{language}{ACT}", {"ticket": ticket, "name": "Somebody Else"})
    assert again.status_code == 422
    assert said in again.content.decode()
    chosen = visitor.post(f"{language}{ACT}", {"ticket": ticket, "kind": "deletion"}).content.decode()
    assert unpaid.order_number in chosen
    visitor.post(f"{language}{ACT}", {"ticket": ticket, "sure": "yes"})
    assert not Customer.objects.exists()


def test_once_it_is_delivered_it_is_corrected(shop, anna, unpaid):
    orders.mark_paid(unpaid.order_number, "1", now=shop.now)
    orders.fulfill_order(unpaid.order_number, now=shop.now)
    done = actions.correct(shop.ticket_for("correction", anna.email), Correction(name="Somebody Else"), now=shop.now)
    assert isinstance(done, Corrected)
    assert done.is_new


def test_whoever_gives_what_we_have_already_is_told_so(shop, visitor, anna):
    shop.sells(anna)
    ticket = shop.ticket_for("correction", anna.email)
    page = visitor.post(ACT, {"ticket": ticket, "name": anna.name}).content.decode()
    assert "That is what we had already." in page
    assert "It is corrected" not in page
