"""Into the account by its pages: registered by a mailed link, in both languages; an app and a passkey besides."""

import re
import time

import pyotp
import pytest
from demos import Demo
from playwright.sync_api import BrowserContext, Page
from signed_in import (
    PASSWORD,
    SIGN_IN_FORM,
    Overheard,
    add_customer,
    fill_in,
    is_signed_in,
    open_entry,
    sign_in,
    sign_out,
)

from conftest import stay_here

pytestmark = pytest.mark.browser


@pytest.fixture
def overheard() -> Overheard:
    return Overheard()


@pytest.fixture
def visit(browser, overheard) -> BrowserContext:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(15_000)
    context.route("**/*", stay_here)
    overheard.listen(context)
    yield context
    assert context.cookies() == []
    context.close()
    assert overheard.complaints == []


@pytest.fixture
def tab(visit) -> Page:
    return visit.new_page()


def link_mailed(demo: Demo, email: str, word: str) -> str:
    """The address of the newest link of this kind to somebody."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        for mail in demo.mails_to(email):
            if found := re.search(rf"{re.escape(demo.store)}/(?:ru/)?account/{word}/[\w-]+/", mail["text"]):
                return found[0]
        time.sleep(0.5)
    raise AssertionError(f"no mail to {email} with a link to {word}")


@pytest.mark.clause("C11", "C17", "C19")
@pytest.mark.parametrize(("language", "title"), [("", "Your Account"), ("ru/", "Ваш кабинет")])
def test_from_the_first_question_to_the_open_account(tab, demo, language, title):
    email = f"new-{language.strip('/') or 'en'}@joining.example"
    tab.goto(f"{demo.store}/{language}account/")
    tab.click('#account a[href$="/account/register/"]')
    tab.select_option("[name=month]", "4")
    tab.fill("[name=year]", "1984")
    tab.click("main form button")
    tab.fill("[name=name]", "Anna Hale")
    tab.fill("[name=email]", email)
    tab.fill("[name=password]", PASSWORD)
    assert tab.locator(".strength").is_visible()
    tab.click("main form .first")
    tab.wait_for_selector("h1")
    tab.goto(link_mailed(demo, email, "confirm"))
    tab.fill("#account [name=password]", PASSWORD)
    tab.click("#account .first")
    tab.wait_for_selector("#account .frame")
    assert tab.url == f"{demo.store}/{language}account/"
    tab.reload()
    assert is_signed_in(tab)
    sign_out(tab)
    fill_in(tab, email)
    tab.wait_for_selector("#account .frame")


@pytest.mark.clause("C19")
def test_a_child_does_not_get_further_by_going_back(tab, demo):
    tab.goto(f"{demo.store}/account/register/")
    tab.select_option("[name=month]", "6")
    tab.fill("[name=year]", str(time.localtime().tm_year - 9))
    tab.click("main form button")
    assert "Thank you for asking" in tab.inner_text("main")
    assert tab.evaluate("[document.cookie, localStorage.length, sessionStorage.length].join()") == ",0,0"


def test_an_app_as_second_factor_and_a_recovery_code(tab, demo):
    otto = add_customer(demo, "Otto Berg", "otto@joining.example")
    sign_in(tab, demo.store, otto, "account/second-factor/")
    tab.click("text=Add an app")
    tab.click("text=The app cannot read it")
    secret = tab.inner_text("#account .code-shown").replace(" ", "")
    assert tab.locator("svg.qr").bounding_box()["width"] > 150
    tab.fill("[name=code]", pyotp.TOTP(secret).now())
    tab.click("#account .first")
    tab.wait_for_selector("#account .codes")
    codes = tab.locator("#account .codes li").all_inner_texts()
    tab.click("text=I have kept them")
    tab.wait_for_selector("text=10 codes are left")
    sign_out(tab)
    fill_in(tab, otto)
    tab.wait_for_selector("h1:text-is('Second step')")
    tab.click("text=Use a recovery code")
    tab.fill("[name=recovery]", codes[0])
    tab.keyboard.press("Enter")
    open_entry(tab, "second-factor")
    tab.wait_for_selector("text=9 codes are left")


def test_a_passkey_as_second_factor(visit, tab, demo):
    """Browsers make passkeys for names alone, so the demo is walked as localhost here."""
    iris = add_customer(demo, "Iris Stone", "iris@joining.example")
    store = demo.store.replace("127.0.0.1", "localhost")
    devices = visit.new_cdp_session(tab)
    devices.send("WebAuthn.enable")
    device = {"protocol": "ctap2", "transport": "internal", "hasUserVerification": True, "isUserVerified": True}
    added = devices.send(
        "WebAuthn.addVirtualAuthenticator", {"options": device | {"automaticPresenceSimulation": True}}
    )
    sign_in(tab, store, iris, "account/second-factor/")
    tab.click("text=Add a passkey")
    tab.fill("[name=label]", "blue key")
    tab.click("text=Make the passkey")
    tab.wait_for_selector("#account .codes")
    tab.click("text=I have kept them")
    tab.wait_for_selector("text=blue key")
    sign_out(tab)
    fill_in(tab, iris)
    tab.click("text=Use the passkey")
    open_entry(tab, "second-factor")
    tab.wait_for_selector("text=blue key")
    sign_out(tab)
    devices.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": added["authenticatorId"]})
    device["isUserVerified"] = False
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": device | {"automaticPresenceSimulation": True}})
    fill_in(tab, iris)
    tab.click("text=Use the passkey")
    tab.wait_for_selector("text=this device does not have the passkey")
    assert tab.locator(SIGN_IN_FORM).count() == 0


def test_a_forgotten_password(tab, demo):
    jana = add_customer(demo, "Jana Frost", "jana@joining.example")
    tab.goto(f"{demo.store}/account/")
    tab.click("text=Forgot the password?")
    tab.fill("[name=email]", jana)
    tab.click("main form .first")
    tab.goto(link_mailed(demo, jana, "reset"))
    tab.fill("[name=password]", "seven quiet rivers below the moon")
    tab.click("main form .first")
    tab.click("main a.first")
    fill_in(tab, jana, "seven quiet rivers below the moon")
    tab.wait_for_selector("#account .frame")
