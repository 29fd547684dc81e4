"""A whole life of an account: bought inside, paid, shown, replaced, taken as a file, and deleted with a last mail."""

import re
import time

import pytest
import walking
from demos import Demo
from playwright.sync_api import Page, expect
from signed_in import SIGN_IN_FORM, Overheard, add_customer, fill_in

from conftest import stay_here

pytestmark = pytest.mark.browser


@pytest.fixture
def tab(browser, demo):
    overheard = Overheard()
    context = browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    context.set_default_timeout(15_000)
    context.route("**/*", stay_here)
    overheard.listen(context)
    yield context.new_page()
    assert context.cookies() == []
    context.close()
    assert overheard.complaints == []
    secrets = {token for token in overheard.tokens if token}
    assert secrets
    assert not [address for address in overheard.addresses for token in secrets if token in address]
    # The gateway learns no secret address of an order that was bought inside.
    assert not [address for address in overheard.addresses if re.search(r"/orders/[\w-]{22}/", address)]


def wait_for_pin(tab: Page, demo: Demo) -> str:
    """Ask again until the confirmation came; gives the PIN."""
    deadline = time.monotonic() + walking.CONFIRMATION_SECONDS
    while not tab.locator("button[value=pin]").count():
        assert time.monotonic() < deadline, tab.inner_text("#account")
        time.sleep(0.5)
        tab.goto(re.sub(r"returned/.*", "", tab.url))
        tab.wait_for_selector("#account .frame h1")
    tab.click("button[value=pin]")
    expect(tab.locator(".pin")).to_have_text(re.compile("[0-9]"))
    return re.sub(r"\D", "", tab.inner_text(".pin"))


@pytest.mark.clause("C11", "C14", "C17")
def test_bought_inside_replaced_taken_along_and_deleted(tab, demo):
    email = add_customer(demo, "Clara Weiss", "clara@account.example")
    tab.goto(f"{demo.store}/cart/?credit-10=1")
    tab.click("button[formaction$='/account/checkout/']")
    fill_in(tab, email)
    tab.wait_for_selector("input[name=placing_key]", state="attached")
    expect(tab.locator("#account h1")).to_have_text("Checkout")
    expect(tab.locator("#account")).to_contain_text("Clara Weiss")
    tab.click("text=Continue to payment")
    tab.wait_for_selector("form[action*='/payment/payment']")
    tab.click("form[action*='/payment/payment'] button")
    tab.wait_for_selector("[name=cardNumber]")
    walking.fill_card(tab, "4111111111111111")
    if not tab.url.startswith(demo.store):
        tab.click('a[href*="/returned/"]')
    tab.wait_for_selector("#account .frame h1")
    assert "/account/orders/" in tab.url
    pin = wait_for_pin(tab, demo)
    assert re.fullmatch(r"[1-9]\d{11}", pin)

    tab.click('.menu a[href$="/cards/"]')
    tab.wait_for_selector('.menu a[href$="/cards/"][aria-current=page]')
    tab.click("#account .entry a")
    tab.click('#account a[href$="/lost/"]')
    tab.click("text=Block it and show me a new PIN")
    tab.wait_for_selector("h1:has-text('Your new PIN')")
    fresh = re.sub(r"\D", "", tab.inner_text(".pin"))
    assert re.fullmatch(r"[1-9]\d{11}", fresh)
    assert fresh != pin

    tab.click('.menu a[href$="/privacy/"]')
    tab.wait_for_selector("button[value=download]")
    with tab.expect_download() as taken:
        tab.click("button[value=download]")
    assert taken.value.suggested_filename == "crystal-call-data.zip"

    tab.click('#account a[href$="/delete/"]')
    tab.wait_for_selector("#sure")
    tab.check("#balance-new_pins")
    tab.check("#sure")
    tab.click("#account form.card button.first")
    tab.wait_for_selector("h1:has-text('Your account is deleted')")
    last = re.sub(r"\D", "", tab.inner_text(".pin"))
    assert last not in {pin, fresh}
    assert tab.evaluate("sessionStorage.length") == 0
    tab.reload()
    tab.wait_for_selector(SIGN_IN_FORM)
    assert last not in tab.content()
    tab.goto(demo.mailbox)
    expect(tab.locator("body")).to_contain_text("Your account is deleted")
