"""Inside the account: overview, details, orders, cards, calls, checkout, privacy, and its end."""

import csv
import io
import re

import pytest
from django.urls import reverse
from store_scenery import read_page

PAGES = (
    *("account", "account-details", "account-orders", "account-cards", "account-calls", "account-privacy"),
    "account-delete",
)


def words(response):
    return read_page(response).text


@pytest.mark.clause("C14")
@pytest.mark.parametrize("name", [*PAGES, "account-checkout", "account-calls-file"])
def test_every_page_is_an_empty_shell_without_a_token(name, db, visitor, anna):
    page = visitor.get(reverse(name))
    assert page.status_code == 200
    assert "Account-Fragment" not in page
    assert page["Cache-Control"] == "no-store"


@pytest.mark.clause("C14")
def test_what_belongs_to_one_customer_is_not_there_for_another(owner, browser_of, boris):
    _browser, bought = owner
    stranger = browser_of(boris)
    for path in (
        f"/account/orders/{bought.order_number}/",
        f"/account/cards/{bought.serial}/",
        f"/account/cards/{bought.serial}/lost/",
        f"/account/cards/{bought.serial}/limits/",
    ):
        assert stranger.get(path).status_code == 404
        assert stranger.post(path, {"act": "pin"}).status_code == 404
    assert bought.serial not in stranger.get("/account/cards/").content.decode()


@pytest.mark.clause("C11")
@pytest.mark.parametrize("start", ["/", "/rates/", "/privacy/", "/ru/minutes/"])
def test_edit_account_information_is_two_clicks_from_any_page(start, shop, visitor, browser_of, anna):
    account = "/ru/account/" if start.startswith("/ru/") else "/account/"
    assert account in read_page(visitor.get(start)).links
    browser = browser_of(anna)
    assert f"{account}details/" in read_page(browser.get(account)).links
    page = browser.get("/account/details/")
    assert "Edit Account Information" in words(page)
    assert "Update" in words(page)


@pytest.mark.clause("C11")
def test_name_telephone_and_language_are_changed_at_once(browser_of, anna):
    from crystalcall.customers.queries import contact
    from crystalcall.privacy.purposes import Purpose

    browser = browser_of(anna)
    page = read_page(browser.get("/account/details/"))
    assert page.fields["name"]["value"] == anna.name
    assert page.fields["telephone"]["value"] == anna.telephone
    typed = {"name": "Anna Orlova", "telephone": "", "language": "ru"}
    assert browser.post("/account/details/", typed)["Account-Go"] == "/account/details/?done=updated"
    known = contact(browser.customer_id, purpose=Purpose.CUSTOMER_SERVICE)
    assert (known.name, known.telephone, known.language, known.email) == ("Anna Orlova", None, "ru", anna.email)
    assert browser.post("/account/details/", typed)["Account-Go"] == "/account/details/?done=same"


def test_details_that_make_no_sense_change_nothing(browser_of, anna):
    from crystalcall.customers.queries import contact
    from crystalcall.privacy.purposes import Purpose

    browser = browser_of(anna)
    wrong = browser.post("/account/details/", {"name": "4111 1111 1111 1111", "telephone": "12", "language": "xx"})
    assert wrong.status_code == 422
    page = read_page(wrong)
    assert {"name-wrong", "telephone-wrong", "language-wrong"} <= set(page.ids)
    assert contact(browser.customer_id, purpose=Purpose.CUSTOMER_SERVICE).name == anna.name


@pytest.mark.clause("C14")
def test_what_is_sensitive_asks_for_the_password_again(owner, frozen_clock):
    browser, bought = owner
    frozen_clock.advance(minutes=6)
    for path, typed in (
        ("/account/details/", {"name": "Mallory", "telephone": "", "language": "en"}),
        ("/account/privacy/", {"act": "download"}),
        ("/account/delete/", {"sure": "1", "balance": "new_pins"}),
        (f"/account/cards/{bought.serial}/lost/", {}),
        (f"/account/cards/{bought.serial}/limits/", {"day_cap": "1"}),
    ):
        asked = browser.post(path, typed)
        assert asked.status_code == 403
        assert asked["Account-Again"] == "asked"
    assert browser.get("/account/delete/").status_code == 403


def test_an_empty_account_says_what_to_do_next(shop, browser_of, boris):
    page = browser_of(boris).get("/account/")
    assert "Begin here" in words(page)


def test_a_guests_earlier_order_is_offered_and_brought_in(buyer):
    browser, bought = buyer
    assert "One order of yours is not here yet" in words(browser.get("/account/"))
    assert bought.order_number in words(browser.get("/account/orders/"))
    assert browser.get(f"/account/orders/{bought.order_number}/").status_code == 404
    browser.post("/account/orders/", {"act": "join"})
    order = browser.get(f"/account/orders/{bought.order_number}/")
    assert "Receipt" in words(order)
    assert bought.pin not in words(order).replace(" ", "")
    shown = browser.post(f"/account/orders/{bought.order_number}/", {"act": "pin"})
    assert bought.pin in words(shown).replace(" ", "")


@pytest.mark.clause("C14")
def test_the_public_page_of_an_order_in_an_account_shows_neither_pin_nor_calls(owner, shop, visitor):
    _browser, bought = owner
    shop.calls(bought)
    page = visitor.get(f"/orders/{bought.token}/")
    assert "This order is in an account" in words(page)
    assert "Show PIN" not in words(page)
    assert "Calls of card" not in words(page)
    pressed = visitor.post(f"/orders/{bought.token}/pin/")
    assert bought.pin not in words(pressed).replace(" ", "")


def test_an_order_is_added_by_its_address_with_a_word_where_it_is_none(shop, browser_of, anna, boris):
    bought = shop.sells(anna)
    browser = browser_of(boris)
    wrong = browser.post("/account/orders/", {"act": "claim", "address": "https://example.com/"})
    assert wrong.status_code == 422
    assert "No order has this address" in words(wrong)
    typed = {"act": "claim", "address": f"https://example.com/orders/{bought.token}/"}
    assert browser.post("/account/orders/", typed)["Account-Go"] == "/account/orders/?done=claimed"
    page = browser.get(f"/account/orders/{bought.order_number}/")
    assert anna.name not in page.content.decode()
    assert anna.email not in page.content.decode()


def test_a_card_is_added_by_its_pin_and_guessing_is_slowed(shop, browser_of, anna, boris):
    bought = shop.sells(anna)
    browser = browser_of(boris)
    for number in range(5):
        assert browser.post("/account/cards/", {"pin": f"10000000000{number}"}).status_code == 422
    slowed = browser.post("/account/cards/", {"pin": bought.pin})
    assert (slowed.status_code, slowed["Retry-After"]) == (429, "30")
    assert bought.pin not in slowed.content.decode()
    shop.later(seconds=31)
    added = browser.post("/account/cards/", {"pin": " ".join((bought.pin[:4], bought.pin[4:8], bought.pin[8:]))})
    assert added["Account-Go"] == "/account/cards/?done=added"
    assert "$10.00" in words(browser.get("/account/cards/"))
    gone = browser.post(f"/account/cards/{bought.serial}/", {"act": "let-go"})
    assert gone["Account-Go"] == "/account/cards/?done=gone"


def test_a_lost_card_gets_a_new_pin_at_once(owner):
    browser, bought = owner
    shown = browser.post(f"/account/cards/{bought.serial}/lost/")
    assert "Your new PIN" in words(shown)
    assert bought.pin not in words(shown).replace(" ", "")
    assert browser.get(f"/account/cards/{bought.serial}/").status_code == 404
    assert "$10.00" in words(browser.get("/account/cards/"))


def test_limits_are_read_as_people_write_them(owner):
    browser, bought = owner
    path = f"/account/cards/{bought.serial}/limits/"
    typed = {"day_cap": "$2,50", "call_cap": "1", "call_minutes": "30", "countries": "Россия, Ukraine; kz"}
    assert browser.post(path, typed)["Account-Go"] == f"{path}?done=set"
    page = read_page(browser.get(path))
    assert page.fields["day_cap"]["value"] == "2.50"
    assert page.fields["call_minutes"]["value"] == "30"
    assert page.fields["countries"]["value"] == "Kazakhstan, Russia, Ukraine"
    assert "checked" not in page.fields["premium"]
    wrong = browser.post(path, {"day_cap": "much", "call_cap": "0", "call_minutes": "x", "countries": "Atlantis"})
    assert wrong.status_code == 422
    assert {f"{name}-wrong" for name in ("day_cap", "call_cap", "call_minutes", "countries")} <= set(
        read_page(wrong).ids
    )
    assert read_page(browser.get(path)).fields["day_cap"]["value"] == "2.50"


def test_calls_are_listed_with_their_proof_and_given_as_a_file(owner, shop):
    browser, bought = owner
    assert "No calls yet" in words(browser.get("/account/calls/"))
    shop.calls(bought)
    page = browser.get("/account/calls/")
    assert "How this charge was made" in words(page)
    month = f"{shop.now:%Y-%m}"
    file = browser.get(f"/account/calls/file/?card={bought.serial}&month={month}")
    assert file["Content-Disposition"] == f'attachment; filename="crystal-call-calls-{month}-{bought.serial}.csv"'
    heading, line = csv.reader(io.StringIO(file.content.decode("utf-8-sig")))
    assert heading[1] == "Card"
    assert line[1] == bought.serial
    assert "•" in line[3]
    assert not line[3].startswith(("+", "=", "-", "@"))
    assert float(line[7]) > 0
    assert "1 call" in words(browser.get("/account/calls/?month=2001-01&card=nothing"))


def test_the_overview_counts_minutes_for_the_places_called(owner, shop):
    browser, bought = owner
    shop.calls(bought)
    page = words(browser.get("/account/"))
    assert "Minutes to where you call" in page
    assert "Balance of your card" in page


def test_checkout_inside_the_account_is_prefilled_and_the_order_stands_there(owner, gateway_form):
    browser, _bought = owner
    page = browser.get("/account/checkout/?credit-10=1")
    assert "Anna Hale" in words(page)
    fields = read_page(page).fields
    typed = {name: fields[name]["value"] for name in ("placing_key", "total", "cart")}
    handed = browser.post("/account/checkout/", typed)
    assert handed.status_code == 200
    assert read_page(handed).forms[-1]["action"] == "https://gateway.example/pay"
    [asked] = gateway_form
    assert asked.return_path == f"/account/orders/{asked.order_number}/returned/"
    assert asked.email == "anna@example.org"
    assert "token" not in asked.return_path
    waiting = browser.get(asked.return_path)
    assert "Waiting for the payment" in words(waiting)
    again = browser.post("/account/checkout/", typed)
    assert again.status_code == 200
    assert gateway_form[-1].order_number == asked.order_number


def test_a_cart_that_makes_no_sense_leads_back_to_the_cart(owner):
    browser, _bought = owner
    assert browser.get("/account/checkout/?nothing=1")["Account-Go"] == "/cart/"


@pytest.mark.clause("C11")
def test_the_account_shows_and_exports_what_is_held(owner, anna):
    browser, bought = owner
    read = browser.post("/account/privacy/", {"act": "read"})
    assert anna.email in words(read)
    assert bought.order_number in words(read)
    file = browser.post("/account/privacy/", {"act": "download"})
    assert file["Content-Type"] == "application/zip"
    assert file.content.startswith(b"PK")


@pytest.fixture
def gateway_form(monkeypatch):
    """A gateway that gives a form for everything; what it was asked."""
    from crystalcall.payments.actions import HandOff
    from crystalcall.plumbing import clock
    from crystalcall.shop.orders.actions import paying

    asked = []

    def start(_leave, reference, **_also):
        asked.append(reference)
        return HandOff(url="https://gateway.example/pay", token="form-token", expires_at=clock.now())

    monkeypatch.setattr(paying, "start_attempt", start)
    return asked


@pytest.mark.clause("C20")
def test_a_new_use_of_old_data_waits_for_a_word_in_the_account(
    second_policy, browser_of, anna, frozen_clock, wait_for_policy
):
    from proving import PASSWORD

    from crystalcall.privacy.announcing.actions import announce
    from crystalcall.privacy.policy import agreed_versions

    browser, now = browser_of(anna), frozen_clock.now()
    assert "May we use your data" not in words(browser.get("/account/privacy/"))
    due_at = announce(None, now=now).due_at
    wait_for_policy(now, due_at)
    frozen_clock.moment = due_at
    browser.token = ""
    browser.post("/account/sign-in/", {"email": anna.email, "password": PASSWORD})
    for path in ("/account/", "/account/privacy/"):
        assert "to tell you before prices rise, if you asked" in words(browser.get(path))
    assert agreed_versions(browser.customer_id) == frozenset()
    browser.get("/account/privacy/agree/")
    browser.post("/account/privacy/agree/", {"version": "9"})
    assert agreed_versions(browser.customer_id) == frozenset()
    agreed = browser.post("/account/privacy/agree/", {"version": "2"})
    assert agreed["Account-Go"] == "/account/privacy/?done=agreed"
    assert agreed_versions(browser.customer_id) == {2}
    assert "May we use your data" not in words(browser.get("/account/"))


@pytest.mark.clause("C14")
def test_a_guest_sees_that_somebody_added_the_card_by_its_pin(shop, browser_of, visitor, anna, boris):
    bought = shop.sells(anna)
    page = f"/orders/{bought.token}/"
    assert "somebody who typed its PIN" not in words(visitor.get(page))
    browser_of(boris).post("/account/cards/", {"pin": bought.pin})
    assert "somebody who typed its PIN" in words(visitor.get(page))


def test_a_long_month_of_calls_is_shown_in_pages_and_counted_whole(owner, shop):
    browser, bought = owner
    for number in range(27):
        shop.calls(bought, call_id=f"call-{number}")
    first = browser.get("/account/calls/")
    assert first.content.decode().count('<article class="call">') == 10
    assert "27 calls" in words(first)
    [further] = [link for link in read_page(first).links if "from=10" in link]
    second = browser.get(further)
    assert second.content.decode().count('<article class="call">') == 10
    assert "27 calls" in words(second)
    for absurd in ("99999999999", "-1", "x", "900"):
        page = browser.get(f"/account/calls/?from={absurd}")
        assert page.content.decode().count('<article class="call">') == 10
    file = browser.get(f"/account/calls/file/?month={shop.now:%Y-%m}")
    assert len(file.content.decode().splitlines()) == 28


def test_a_card_says_what_it_buys_to_the_places_its_owner_calls(owner, shop):
    browser, bought = owner
    assert "Moscow" not in read_page(browser.get("/account/cards/")).text
    shop.calls(bought)
    for path in ("cards/", f"cards/{bought.serial}/", f"orders/{bought.order_number}/"):
        page = read_page(browser.get(f"/account/{path}")).text
        assert "Moscow" in page, path


def test_an_empty_card_says_nothing_of_minutes(owner):
    from crystalcall.minutes.cards.actions import refund_credit
    from crystalcall.plumbing import clock

    browser, bought = owner
    refund_credit(bought.serial, amount_micros=None, key="all", now=clock.now())
    page = read_page(browser.get("/account/cards/")).text
    assert "0 min" not in page
    assert "India" not in page


def test_a_call_in_progress_is_charged_when_it_ends_and_a_row_says_how_long_a_call_was(owner, shop):
    browser, bought = owner
    shop.calls(bought, call_id="over", seconds=95)
    shop.later(minutes=3)
    shop.calls(bought, call_id="now", seconds=None)
    page = read_page(browser.get("/account/calls/")).text
    assert "charged when it ends" in page
    assert re.search(r"ended · 1\smin 35\ss", page)


def test_only_a_version_in_force_is_agreed_to(buyer):
    browser, _bought = buyer
    assert browser.post("/account/privacy/agree/", {"version": "1"})["Account-Go"].endswith("?done=agreed")
    for version in ("9999", "x", ""):
        answer = browser.post("/account/privacy/agree/", {"version": version})
        assert answer["Account-Go"].endswith("?done=unknown")
    assert "Nothing was agreed to" in read_page(browser.get(answer["Account-Go"])).text


def test_the_account_speaks_of_no_pin_and_no_next_page_where_nothing_is_bought(buyer):
    browser, _bought = buyer
    wrong = {"name": "4111 1111 1111 1111", "telephone": "", "language": "en"}
    page = read_page(browser.post("/account/details/", wrong)).text
    assert "we take no card number anywhere" in page
    assert "next page" not in page


def test_two_limits_that_cannot_be_read_are_told_apart(owner):
    browser, bought = owner
    page = read_page(
        browser.post(f"/account/cards/{bought.serial}/limits/", {"day_cap": "many", "call_cap": "more"})
    ).text
    assert "Most for a day: please" in page
    assert "Most for a call: please" in page


def test_an_orders_page_shows_the_latest_calls_of_a_card_and_leads_to_all_of_them(owner, shop):
    browser, bought = owner
    page = f"/account/orders/{bought.order_number}/"
    shop.calls(bought, call_id="first")
    assert "All calls of this card" not in words(browser.get(page))
    for number in range(4):
        shop.later(minutes=5)
        shop.calls(bought, call_id=f"call-{number}")
    shown = browser.get(page)
    assert shown.content.decode().count('<article class="call">') == 3
    [further] = [link for link in read_page(shown).links if link.startswith("/account/calls/?card=")]
    assert "5 calls" in words(browser.get(further))
