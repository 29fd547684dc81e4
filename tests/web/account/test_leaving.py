"""The end of an account: said plainly, done at once, confirmed by a last mail."""

import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.core import mail
from store_scenery import read_page

sys.path.insert(0, str(Path(__file__).parents[2] / "privacy"))

from buyers import own_ledger, shop  # noqa: F401 - fixtures


def words(response):
    return read_page(response).text


@pytest.mark.clause("C11")
def test_deleting_the_account_says_everything_does_it_at_once_and_confirms_by_mail(owner, anna):
    from crystalcall.customers.queries import contact
    from crystalcall.minutes.pins.actions import Origin, PinAccepted, check_pin
    from crystalcall.plumbing import clock
    from crystalcall.privacy.purposes import Purpose

    browser, bought = owner
    page = browser.get("/account/delete/")
    assert "What stays" in words(page)
    assert "You still have credit" in words(page)
    assert browser.post("/account/delete/", {"sure": "1"}).status_code == 422
    assert browser.post("/account/delete/", {"balance": "new_pins"}).status_code == 422
    assert contact(browser.customer_id, purpose=Purpose.CUSTOMER_SERVICE) is not None
    before = len(mail.outbox)
    done = browser.post("/account/delete/", {"sure": "1", "balance": "new_pins"})
    assert done["Account-Out"] == "1"
    assert "Your account is deleted" in words(done)
    pin = done.content.decode().split('<p class="pin">')[1].split("<")[0].replace(" ", "")
    assert isinstance(check_pin(pin, origin=Origin(), now=clock.now()), PinAccepted)
    assert not isinstance(check_pin(bought.pin, origin=Origin(), now=clock.now()), PinAccepted)
    assert contact(browser.customer_id, purpose=Purpose.CUSTOMER_SERVICE) is None
    assert browser.get("/account/").status_code == 401
    [farewell] = mail.outbox[before:]
    assert farewell.to == [anna.email]
    assert "deleted" in farewell.body
    assert pin not in farewell.body


def test_credit_that_shall_be_paid_back_is_owed_and_asked_of_the_gateway(owner):
    from crystalcall.minutes.ledger.queries import balance
    from crystalcall.privacy.erasures.queries import provider_tasks
    from crystalcall.privacy.erasures.values import Ask

    browser, bought = owner
    done = browser.post("/account/delete/", {"sure": "1", "balance": "refund"})
    assert "$10.00 is paid back" in words(done)
    assert balance(bought.account_id).posted_micros == 0
    assert [(task.ask, task.reference) for task in provider_tasks()] == [(Ask.REFUND, bought.order_number)]


def test_under_a_legal_hold_the_wish_is_noted_and_nothing_else_is_done(owner):
    from crystalcall.minutes.ledger.queries import balance
    from crystalcall.minutes.pins.queries import pins_of_account
    from crystalcall.plumbing import clock
    from crystalcall.privacy import keepers
    from crystalcall.privacy.holds.actions import place_hold
    from crystalcall.privacy.holds.queries import waiting_erasures
    from crystalcall.privacy.holds.values import HoldReason

    browser, bought = owner
    now = clock.now()
    person = keepers.find(order_number=bought.order_number)
    until, officer = now + timedelta(days=900), "0123456789abcdef0123456789abcdef"
    place_hold(person, HoldReason.TAX, until=until, by=officer, note="tax office", now=now)
    answer = browser.post("/account/delete/", {"sure": "1", "balance": "refund"})
    assert "We are working on it" in words(answer)
    assert "Account-Out" not in answer
    assert balance(bought.account_id).available_micros == 10_000_000
    assert [pin.serial for pin in pins_of_account(bought.account_id)] == [bought.serial]
    assert len(waiting_erasures()) == 1
    assert browser.get("/account/").status_code == 200


def test_while_something_paid_is_being_delivered_nothing_is_done_and_no_new_pin_is_lost(owner):
    from crystalcall.minutes.pins.queries import pins_of_account
    from crystalcall.plumbing import clock
    from crystalcall.plumbing.ids import random_token
    from crystalcall.privacy.erasures import ledger
    from crystalcall.shop.cart import read_cart
    from crystalcall.shop.orders import actions as orders
    from crystalcall.shop.orders.values import OwnOrder

    browser, bought = owner
    wish = OwnOrder(random_token(), read_cart("credit-10=1"), browser.customer_id, "en")
    placed = orders.place_own_order(wish, now=clock.now())
    assert placed.order_number in words(browser.get("/account/delete/"))
    orders.mark_paid(placed.order_number, "1", now=clock.now())
    answer = browser.post("/account/delete/", {"sure": "1", "balance": "new_pins"})
    assert "Nothing was deleted yet" in words(answer)
    assert "Account-Out" not in answer
    assert [pin.serial for pin in pins_of_account(bought.account_id)] == [bought.serial]
    assert ledger.lines() == ()
    assert browser.get("/account/").status_code == 200
