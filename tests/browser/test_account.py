"""Your Account as people use it: reload, back, forward, tabs, the payment's trip; no cookie, nothing left behind."""

import pytest
import walking
from demos import Demo
from playwright.sync_api import Browser, expect
from signed_in import (
    SIGN_IN_FORM,
    Overheard,
    add_customer,
    fill_in,
    is_signed_in,
    open_entry,
    sign_in,
    sign_out,
    token_of,
    until,
)

from conftest import CHROMIUM, SWITCHES, stay_here

pytestmark = pytest.mark.browser
ASKED_AGAIN = """<h1>Your password, please</h1>
<form method="post" action="/account/again/"><input id="again" name="password"><button>Go on</button></form>"""


@pytest.fixture(scope="module")
def remembering(playwright) -> Browser:
    """A browser with its back/forward cache, which playwright takes away from the others."""
    browser = playwright.chromium.launch(
        executable_path=CHROMIUM, args=list(SWITCHES), ignore_default_args=["--disable-back-forward-cache"]
    )
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def anna(demo) -> str:
    return add_customer(demo, "Anna Hale", "anna@account.example")


@pytest.fixture(scope="module")
def boris(demo) -> str:
    return add_customer(demo, "Boris Orlov", "boris@account.example")


@pytest.fixture(scope="module")
def overheard() -> Overheard:
    return Overheard()


@pytest.fixture
def visit(remembering, demo, overheard):
    context = remembering.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(15_000)
    context.route("**/*", stay_here)
    overheard.listen(context)
    yield context
    for page in context.pages:
        if page.url.startswith(demo.store):
            assert page.evaluate("document.cookie") == ""
    assert context.cookies() == []
    context.close()
    assert overheard.complaints == []


@pytest.fixture
def tab(visit):
    return visit.new_page()


@pytest.mark.clause("C14", "C17")
def test_reload_back_and_forward_keep_the_sign_in(tab, demo, anna):
    sign_in(tab, demo.store, anna)
    open_entry(tab, "sign-ins")
    tab.reload()
    tab.wait_for_selector("text=this tab")
    open_entry(tab, "password")
    assert tab.get_attribute("a.tongue", "href") == "/ru/account/password/"
    tab.go_back()
    tab.wait_for_selector("h1:text-is('Sign-ins')")
    assert tab.url == f"{demo.store}/account/sign-ins/"
    tab.go_forward()
    tab.wait_for_selector("h1:text-is('Password')")
    assert tab.title() == "Password · Crystal Call"


@pytest.mark.clause("C14")
def test_back_after_sign_out_shows_nothing(tab, demo, anna):
    sign_in(tab, demo.store, anna, "account/sign-ins/")
    tab.wait_for_selector("text=this tab")
    tab.goto(f"{demo.store}/minutes/")
    tab.evaluate("history.back()")
    tab.wait_for_selector("text=this tab")
    open_entry(tab, "password")
    sign_out(tab)
    assert "You are signed out" in tab.inner_text("#account")
    assert tab.evaluate("sessionStorage.length") == 0
    assert tab.evaluate("indexedDB.databases().then((all) => all.length)") in {0, 1}
    tab.goto(f"{demo.store}/minutes/")
    for place in ("/account/", "/account/sign-ins/"):
        tab.evaluate("void setTimeout(() => history.back())")
        expect(tab).to_have_url(f"{demo.store.rstrip('/')}{place}")
        tab.wait_for_selector(SIGN_IN_FORM)
        assert "this tab" not in tab.inner_text("body")
    assert tab.title() == "Sign in · Crystal Call"


def test_a_page_kept_by_the_back_forward_cache_is_wiped_and_looked_at_again(tab, demo, anna):
    tab.goto(f"{demo.store}/account/")
    tab.wait_for_selector(SIGN_IN_FORM)
    tab.fill(f"{SIGN_IN_FORM} [name=password]", "typed and left")
    tab.evaluate("window.isKept = true")
    tab.goto(f"{demo.store}/minutes/")
    tab.evaluate("history.back()")
    tab.wait_for_selector(SIGN_IN_FORM)
    assert tab.evaluate("window.isKept") is True, "the browser did not keep the page: the test shows nothing"
    assert tab.input_value(f"{SIGN_IN_FORM} [name=password]") == ""


def test_a_new_tab_asks_for_sign_in_and_one_that_we_open_does_not(visit, tab, demo, anna):
    sign_in(tab, demo.store, anna)
    typed = visit.new_page()
    typed.goto(f"{demo.store}/account/")
    assert not is_signed_in(typed)
    with visit.expect_page() as opened:
        tab.click('.menu a[href$="/sign-ins/"]', modifiers=["Control"])
    assert is_signed_in(opened.value)
    assert opened.value.url.endswith("/account/sign-ins/")
    assert is_signed_in(tab)


def test_signing_out_in_one_tab_ends_it_in_its_duplicate(visit, tab, demo, anna):
    sign_in(tab, demo.store, anna)
    with visit.expect_page() as opened:
        tab.evaluate("void window.open(location.href)")
    duplicate = opened.value
    assert is_signed_in(duplicate)
    sign_out(tab)
    duplicate.wait_for_selector(SIGN_IN_FORM)
    assert "You are signed out" in duplicate.inner_text("#account")
    duplicate.reload()
    assert not is_signed_in(duplicate)


def test_two_customers_in_two_tabs_do_not_disturb_each_other(visit, tab, demo, anna, boris):
    sign_in(tab, demo.store, anna)
    other = visit.new_page()
    sign_in(other, demo.store, boris)
    assert token_of(tab) != token_of(other)
    sign_out(other)
    assert is_signed_in(tab)
    # What the sign-out cleared for the whole site is written again by the tab that is still signed in.
    expect(tab.locator("#account .frame")).to_be_visible()
    until(tab, "sessionStorage.length === 1")
    tab.reload()
    assert is_signed_in(tab)


def test_signing_out_beside_a_public_page_leaves_the_other_customer_signed_in(visit, tab, demo, anna, boris):
    sign_in(tab, demo.store, anna)
    other = visit.new_page()
    sign_in(other, demo.store, boris)
    other.goto(f"{demo.store}/rates/")
    sign_out(tab)
    assert tab.evaluate("sessionStorage.length") == 0
    other.click('.top a[href="/account/"]')
    assert is_signed_in(other)
    tab.reload()
    assert not is_signed_in(tab)


def test_the_password_given_again_in_one_tab_keeps_its_duplicate_on_a_public_page_signed_in(visit, tab, demo, anna):
    sign_in(tab, demo.store, anna)
    with visit.expect_page() as opened:
        tab.evaluate("void window.open(location.href)")
    duplicate = opened.value
    assert is_signed_in(duplicate)
    duplicate.goto(f"{demo.store}/rates/")
    before = token_of(tab)
    asks = {"status": 403, "headers": {"Account-Fragment": "1", "Account-Again": "asked"}, "body": ASKED_AGAIN}
    tab.route("**/account/orders/", lambda route: route.fulfill(**asks), times=1)
    tab.click('.menu a[href$="/orders/"]')
    tab.fill("#again", "nine lilac umbrellas at sea")
    tab.keyboard.press("Enter")
    tab.wait_for_selector("#account .frame")
    assert token_of(tab) != before
    duplicate.click('.top a[href="/account/"]')
    assert is_signed_in(duplicate)
    assert token_of(duplicate) == token_of(tab)
    tab.reload()
    assert is_signed_in(tab)


def test_a_tab_whose_sign_in_ended_does_not_end_another_that_shares_the_key(visit, tab, demo, anna):
    sign_in(tab, demo.store, anna)
    with visit.expect_page() as opened:
        tab.evaluate("void window.open(location.href)")
    duplicate = opened.value
    assert is_signed_in(duplicate)
    refused = {"status": 401, "headers": {"Account-Refusal": "ended"}, "body": ""}
    duplicate.route("**/account/orders/", lambda route: route.fulfill(**refused))
    duplicate.click('.menu a[href$="/orders/"]')
    duplicate.wait_for_selector(SIGN_IN_FORM)
    tab.reload()
    assert is_signed_in(tab)


def test_the_trip_to_the_payment_page_and_back_keeps_the_sign_in(tab, demo, anna):
    sign_in(tab, demo.store, anna)
    tab.goto(f"{demo.store}/checkout/?credit-5=1")
    tab.click("main form button")
    tab.fill("[name=name]", "Anna Hale")
    tab.fill("[name=email]", anna)
    tab.click("main form button")
    tab.wait_for_url(f"{demo.gateway}/**")
    walking.fill_card(tab, walking.APPROVED_CARD)
    walking.come_back(tab, demo.store)
    assert token_of(tab) not in tab.url
    tab.click('.top a[href="/account/"]')
    assert is_signed_in(tab)


def test_a_password_changed_elsewhere_ends_the_sign_in(remembering, tab, demo):
    vera = add_customer(demo, "Vera Lind", "vera@account.example")
    sign_in(tab, demo.store, vera)
    context = remembering.new_context()
    context.set_default_timeout(15_000)
    elsewhere = context.new_page()
    sign_in(elsewhere, demo.store, vera, "account/password/")
    elsewhere.fill("[name=present]", "nine lilac umbrellas at sea")
    elsewhere.fill("[name=password]", "seven quiet rivers below the moon")
    assert "Strong" in elsewhere.inner_text(".strength:visible")
    elsewhere.click("#account .card button.first")
    elsewhere.wait_for_selector("text=Your password was changed")
    tab.click('.menu a[href$="/sign-ins/"]')
    tab.wait_for_selector(SIGN_IN_FORM)
    assert "Your sign-in has ended" in tab.inner_text("#account")
    open_entry(elsewhere, "sign-ins")
    context.close()


def test_the_password_asked_again_and_then_what_was_wanted(remembering, tab, demo, anna):
    context = remembering.new_context()
    elsewhere = context.new_page()
    sign_in(elsewhere, demo.store, anna)
    sign_in(tab, demo.store, anna, "account/sign-ins/")
    before = token_of(tab)
    # As the server answers when the password was given more than five minutes ago.
    asks = {"status": 403, "headers": {"Account-Fragment": "1", "Account-Again": "asked"}, "body": ASKED_AGAIN}
    tab.route("**/account/sign-ins/", lambda route: route.fulfill(**asks), times=1)
    tab.click("text=End all others")
    tab.fill("#again", "nine lilac umbrellas at sea")
    tab.keyboard.press("Enter")
    tab.wait_for_selector("text=Every other sign-in has ended")
    assert token_of(tab) != before
    elsewhere.click('.menu a[href$="/password/"]')
    elsewhere.wait_for_selector(SIGN_IN_FORM)
    context.close()


def test_readers_of_screens_and_users_of_keyboards(tab, demo, anna):
    tab.goto(f"{demo.store}/account/")
    tab.wait_for_selector(SIGN_IN_FORM)
    fill_in(tab, anna, "not the password at all")
    tab.wait_for_selector("#sign-in-wrong")
    assert tab.evaluate("document.activeElement.id") == "sign-in-wrong"
    tab.focus(f"{SIGN_IN_FORM} [name=password]")
    tab.keyboard.type("nine lilac umbrellas at sea")
    tab.keyboard.press("Enter")
    tab.wait_for_selector("#account .frame")
    open_entry(tab, "password")
    assert tab.evaluate("document.activeElement.tagName") == "H1"
    assert tab.title().startswith("Password")
    assert tab.get_attribute("#account", "aria-busy") == "false"


def test_shown_passwords_are_hidden_again_before_they_are_sent(tab, demo):
    tab.goto(f"{demo.store}/account/")
    tab.wait_for_selector(SIGN_IN_FORM)
    tab.fill(f"{SIGN_IN_FORM} [name=password]", "seen on purpose")
    tab.click("[data-reveals]")
    assert tab.get_attribute(f"{SIGN_IN_FORM} [name=password]", "type") == "text"
    tab.click("[data-reveals]")
    assert tab.get_attribute(f"{SIGN_IN_FORM} [name=password]", "type") == "password"


@pytest.mark.clause("C17")
def test_no_token_is_in_an_address_a_referrer_or_a_log(tab, demo: Demo, anna, overheard):
    """Last on purpose: by now every walk above has left its traces."""
    sign_in(tab, demo.store, anna)
    overheard.tokens.add(token_of(tab))
    sign_out(tab)
    canaries = {*overheard.tokens, "nine lilac umbrellas", "seven quiet rivers", "anna@account.example"}
    assert len(canaries) > 5
    said = "\n".join([*overheard.addresses, *overheard.referrers, demo.said()])
    logs = [
        path.read_text(encoding="utf-8", errors="replace") for path in (demo.data / "log").rglob("*") if path.is_file()
    ]
    assert logs
    for canary in canaries:
        assert canary not in said
        assert not any(canary in log for log in logs)
