"""Where the account leaves its reader, as only a browser shows: going back, waiting, reloading, a short code."""

import re

import pytest
import walking
from demos import Demo
from playwright.sync_api import Page, expect
from signed_in import Overheard, add_customer, fill_in

from conftest import stay_here

pytestmark = pytest.mark.browser


@pytest.fixture
def tab(browser, demo):
    overheard = Overheard()
    context = browser.new_context(viewport={"width": 360, "height": 780})
    context.set_default_timeout(15_000)
    context.route("**/*", stay_here)
    overheard.listen(context)
    yield context.new_page()
    context.close()
    assert overheard.complaints == []


def order_inside(tab: Page, demo: Demo, email: str) -> None:
    """From the cart through sign-in to the page that leads to the gateway."""
    tab.goto(f"{demo.store}/cart/?credit-10=1")
    tab.click("button[formaction$='/account/checkout/']")
    fill_in(tab, email)
    tab.click("text=Continue to payment")
    tab.wait_for_selector("form[action*='/payment/payment']")


def test_back_finds_the_order_waiting_shows_the_pin_and_a_reload_the_new_card(tab, demo):
    order_inside(tab, demo, add_customer(demo, "Gero Stein", "gero@account.example"))
    order = tab.url
    assert re.search(r"/account/orders/\w+/$", order)
    tab.click("form[action*='/payment/payment'] button")
    tab.wait_for_selector("[name=cardNumber]")

    # Back from the gateway stands the order, ready to be paid, and no checkout that would order it twice.
    tab.go_back()
    expect(tab.locator("#account h1")).to_contain_text("Order")
    assert tab.url == order
    expect(tab.locator("[name=placing_key]")).to_have_count(0)
    tab.click("button[value=pay]")
    tab.click("form[action*='/payment/payment'] button")
    tab.wait_for_selector("[name=cardNumber]")
    walking.fill_card(tab, "4111111111111111")
    walking.come_back(tab, demo.store)

    # Nothing is pressed: the page looks by itself.
    tab.wait_for_selector("button[value=pin]", timeout=walking.CONFIRMATION_SECONDS * 1000)
    assert tab.url == order
    tab.click("button[value=pin]")
    expect(tab.locator(".pin").first).to_have_text(re.compile("[0-9]"))

    tab.goto(f"{demo.store}/account/cards/")
    tab.click("#account .entry a")
    tab.click('#account a[href$="/lost/"]')
    tab.wait_for_url("**/lost/")
    old = tab.url.split("/")[-3]
    tab.click("text=Block it and show me a new PIN")
    tab.wait_for_selector("h1:has-text('Your new PIN')")
    pin = re.sub(r"\D", "", tab.inner_text(".pin"))
    assert old not in tab.url
    tab.reload()
    expect(tab.locator("#account h1")).to_contain_text("Card")
    tab.click("button[value=pin]")
    expect(tab.locator(".pin").first).to_have_text(re.compile("[0-9]"))
    assert re.sub(r"\D", "", tab.inner_text(".pin >> nth=0")) == pin

    dial_by_short_code(tab, demo, pin)
    tab.goto(f"{demo.store}/account/orders/NOSUCH/")
    expect(tab.locator("#account h1")).to_have_text("This is not in your account")
    tab.click("#account .page .button.first")
    expect(tab.locator("#account h1")).to_have_text("Your Account")


def dial_by_short_code(tab: Page, demo: Demo, pin: str) -> None:
    tab.goto(f"{demo.store}/account/speed-dial/")
    tab.wait_for_selector("#account [name=number]")
    tab.fill("#code", "7")
    tab.fill("#account [name=number]", "+7 495 123-45-67")
    tab.fill("#account [name=label]", "Mama")
    tab.click("#account button[value=set]")
    expect(tab.locator("#account .entry")).to_contain_text("*7 · Mama")
    with demo.switch() as switch:
        asked = {"call_id": "short-code", "access": {"pin": pin}, "called_number": "*7"}
        answer = switch.post("/v1/calls", json=asked).json()
        assert answer["decision"] == "granted", answer
        assert "74951234567" in str(answer["routes"])
        switch.post("/v1/calls/short-code/end", json={"used_seconds": 0, "release_cause": "canceled"})
