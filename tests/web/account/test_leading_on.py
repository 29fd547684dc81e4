"""Where a page of the account leaves the reader: no dead end after a reload, no order placed twice by going back."""

import pytest
from store_scenery import read_page


@pytest.fixture
def unpaid(owner):
    """Anna signed in, and an order of hers that waits to be paid."""
    from crystalcall.plumbing import clock
    from crystalcall.plumbing.ids import random_token
    from crystalcall.shop.cart import read_cart
    from crystalcall.shop.orders import actions as orders
    from crystalcall.shop.orders.values import OwnOrder

    browser, _bought = owner
    wish = OwnOrder(random_token(), read_cart("credit-10=1"), browser.customer_id, "en")
    return browser, orders.place_own_order(wish, now=clock.now()).order_number


def test_a_new_pin_is_shown_under_the_new_cards_address_so_that_a_reload_finds_it(owner):
    from crystalcall.shop.orders.belongings import cards_of

    browser, bought = owner
    shown = browser.post(f"/account/cards/{bought.serial}/lost/")
    assert "Your new PIN" in read_page(shown).text
    [card] = cards_of(browser.customer_id)
    assert card.serial != bought.serial
    assert shown["Account-Go"] == f"/account/cards/{card.serial}/"
    again = browser.get(shown["Account-Go"])
    assert again.status_code == 200
    assert "Show PIN" in read_page(again).text


@pytest.mark.parametrize("path", ["cards/NO-SUCH-CARD/", "cards/NO-SUCH-CARD/lost/", "orders/NOSUCH/"])
def test_what_is_not_in_the_account_is_said_inside_with_a_way_on(buyer, path):
    browser, _bought = buyer
    missing = browser.get(f"/account/{path}")
    assert missing.status_code == 404
    assert missing["Account-Fragment"] == "1"
    assert "This is not in your account" in read_page(missing).text
    assert 'href="/account/"' in missing.content.decode()


def test_the_form_that_leads_to_the_gateway_has_the_orders_address(owner):
    browser, _bought = owner
    page = browser.get("/account/checkout/?credit-10=1").content.decode()
    fields = dict.fromkeys(("cart", "placing_key", "total"))
    for name in fields:
        fields[name] = page.split(f'name="{name}" value="')[1].split('"')[0]
    answer = browser.post("/account/checkout/", fields)
    assert answer["Account-Fragment"] == "1"
    assert answer["Account-Go"].startswith("/account/orders/")
    assert "Pay $10" in read_page(browser.get(answer["Account-Go"])).text


def test_the_list_says_which_order_is_not_paid_and_leads_to_paying_it(unpaid):
    browser, number = unpaid
    page = browser.get("/account/orders/")
    assert "not paid" in read_page(page).text
    assert "Pay it or look at it" in read_page(page).text
    assert f'class="button" href="/account/orders/{number}/"' in page.content.decode()


def test_a_page_that_waits_for_the_payment_looks_by_itself_and_leads_on(unpaid):
    from crystalcall.plumbing import clock
    from crystalcall.shop.orders import actions as orders

    browser, number = unpaid
    waits = browser.get(f"/account/orders/{number}/returned/")
    assert "Waiting for the payment" in read_page(waits).text
    same = browser.get(waits["Account-Soon"])
    assert same.status_code == 204
    assert same["Account-Soon"] != waits["Account-Soon"]
    orders.mark_paid(number, "1", now=clock.now())
    paid = browser.get(same["Account-Soon"])
    assert "Your PIN is being made" in read_page(paid).text
    assert paid["Account-Go"] == f"/account/orders/{number}/returned/"
    orders.fulfill_order(number, now=clock.now())
    there = browser.get(paid["Account-Soon"])
    assert there["Account-Go"] == f"/account/orders/{number}/"
    assert "Account-Fragment" not in there


@pytest.mark.parametrize("looked", ["30-placed", "99-placed"])
def test_it_looks_by_itself_for_two_minutes_only(unpaid, looked):
    browser, number = unpaid
    last = browser.get(f"/account/orders/{number}/returned/?looked={looked}")
    assert last.status_code == 204
    assert "Account-Soon" not in last


@pytest.mark.parametrize("looked", ["x", "-1", "1000-placed", "%C2%B2-placed", ""])
def test_a_count_that_is_none_is_as_if_the_reader_had_come(unpaid, looked):
    browser, number = unpaid
    shown = browser.get(f"/account/orders/{number}/returned/?looked={looked}")
    assert shown.status_code == 200
    assert shown["Account-Soon"].endswith("?looked=1-placed")
