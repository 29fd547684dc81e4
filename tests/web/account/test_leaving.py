"""The end of an account: said plainly, done at once, confirmed by a last mail."""

import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.core import mail
from store_scenery import read_page


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


@pytest.fixture
def calling(owner, shop):
    """Anna signed in, with a call in progress that holds nearly all of her card."""
    browser, bought = owner
    shop.calls(bought, call_id="long", seconds=None)
    return browser, bought


def ends(shop, bought, seconds):
    sys.path.insert(0, str(Path(__file__).parents[2] / "calls"))
    from call_scenery import Card, SwitchWords

    SwitchWords(Card(bought.serial, bought.pin, bought.account_id), shop.now, "long").end(seconds)


@pytest.mark.parametrize("way", ["refund", "new_pins"])
def test_what_a_running_call_does_not_use_is_on_a_new_pin_and_the_page_says_so_before(calling, shop, way):
    from crystalcall.minutes.ledger.queries import balance
    from crystalcall.minutes.pins.actions import Origin, PinAccepted, check_pin
    from crystalcall.plumbing import clock

    browser, bought = calling
    held = balance(bought.account_id)
    assert held.held_micros > 0
    page = words(browser.get("/account/delete/"))
    assert "A call is in progress" in page
    assert "is held for a call in progress" in page
    done = browser.post("/account/delete/", {"sure": "1", "balance": way})
    assert "What the call in progress does not use comes back to this PIN" in words(done)
    pin = done.content.decode().split('<p class="pin">')[1].split("<")[0].replace(" ", "")
    ends(shop, bought, 60)
    after = balance(bought.account_id)
    assert after.held_micros == 0
    assert after.available_micros > 0
    accepted = check_pin(pin, origin=Origin(), now=clock.now())
    assert isinstance(accepted, PinAccepted)
    assert accepted.account_id == bought.account_id
    assert not isinstance(check_pin(bought.pin, origin=Origin(), now=clock.now()), PinAccepted)


def test_a_card_that_a_call_holds_wholly_is_asked_about_and_keeps_a_pin(calling, shop):
    from crystalcall.minutes.cards.actions import refund_credit
    from crystalcall.minutes.ledger.queries import balance
    from crystalcall.plumbing import clock

    browser, bought = calling
    refund_credit(bought.serial, amount_micros=None, key="all that is spare", now=clock.now())
    assert balance(bought.account_id).available_micros == 0
    assert browser.post("/account/delete/", {"sure": "1"}).status_code == 422
    done = browser.post("/account/delete/", {"sure": "1", "balance": "refund"})
    assert "Write this PIN down" in words(done)
    assert "is paid back" not in words(done)
    ends(shop, bought, 60)
    assert balance(bought.account_id).available_micros > 0


def test_the_last_mail_says_what_is_paid_back(owner):
    browser, _bought = owner
    before = len(mail.outbox)
    browser.post("/account/delete/", {"sure": "1", "balance": "refund"})
    [farewell] = mail.outbox[before:]
    assert "$10 is paid back to the card you paid with" in farewell.body


def test_the_slower_of_two_deletions_hears_that_all_is_done(owner, monkeypatch):
    from crystalcall.privacy.erasures.values import NobodyToErase
    from crystalcall.web.account import views_privacy

    browser, _bought = owner
    monkeypatch.setattr(views_privacy, "leave", lambda *_args, **_more: NobodyToErase())
    done = browser.post("/account/delete/", {"sure": "1", "balance": "new_pins"})
    assert done["Account-Out"] == "1"
    assert "It was deleted a moment ago" in words(done)
    assert "We are working on it" not in words(done)


@pytest.mark.clause("C11")
def test_nothing_is_kept_sealed_where_that_was_ticked_and_the_page_says_until_when_things_stay(owner, monkeypatch):
    from crystalcall.privacy import keepers
    from crystalcall.shop.orders.actions import leaving

    browser, _bought = owner
    page = browser.get("/account/delete/")
    assert "until 18 months after each call" in words(page)
    assert 'name="nothing_sealed"' not in page.content.decode()
    monkeypatch.setattr(keepers, "has_archive", lambda: True)
    assert 'name="nothing_sealed"' in browser.get("/account/delete/").content.decode()
    unsure = browser.post("/account/delete/", {"nothing_sealed": "1"})
    assert 'value="1" checked' in unsure.content.decode()
    told = []
    real = leaving.erase_person
    monkeypatch.setattr(
        leaving, "erase_person", lambda *args, **more: told.append(more["nothing_sealed"]) or real(*args, **more)
    )
    browser.post("/account/delete/", {"sure": "1", "balance": "new_pins", "nothing_sealed": "1"})
    assert told == [True]
