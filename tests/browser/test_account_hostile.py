"""What goes wrong around a sign-in: theft, replay, blocked storage, a wrong clock, a restart, an idle half hour."""

import re
from collections.abc import Iterator

import httpx
import pytest
from demos import Demo, free_base_port, start_demo, stop, wait_until_running, wait_until_silent
from playwright.sync_api import BrowserContext, Page
from signed_in import SIGN_IN_FORM, add_customer, fill_in, is_signed_in, open_entry, sign_in, sign_out, token_of

from conftest import CHROMIUM, SWITCHES, stay_here

pytestmark = pytest.mark.browser

MINUTE = 60_000
#: What Chromium does where "block all site data" is chosen: reading the store throws.
BLOCKED = """
const refuse = () => { throw new DOMException("Access is denied for this document.", "SecurityError"); };
Object.defineProperty(window, "sessionStorage", { get: refuse });
Object.defineProperty(window, "indexedDB", { get: refuse });
"""
#: What some builds of WebKit do: the store is there, and takes no keys.
NO_KEYS = """
IDBObjectStore.prototype.put = () => { throw new DOMException("The object can not be cloned.", "DataCloneError"); };
"""


@pytest.fixture(scope="module")
def anna(demo) -> str:
    return add_customer(demo, "Anna Hale", "anna@hostile.example")


@pytest.fixture
def visit(browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(15_000)
    context.route("**/*", stay_here)
    yield context
    assert context.cookies() == []
    context.close()


@pytest.fixture
def tab(visit) -> Page:
    return visit.new_page()


@pytest.mark.clause("C14")
def test_a_stolen_token_is_worth_nothing_without_its_key(tab, demo, anna):
    sign_in(tab, demo.store, anna)
    stolen = {"Authorization": f"DPoP {token_of(tab)}"}
    with httpx.Client(base_url=demo.store, trust_env=False) as thief:
        assert thief.get("/account/", headers=stolen).status_code == 401
        bearer = {"Authorization": stolen["Authorization"].replace("DPoP", "Bearer")}
        assert thief.get("/account/", headers=bearer).status_code == 401
    # The key itself does not come out of the browser, not even for a script in the page.
    taken = tab.evaluate("""async () => {
      const open = indexedDB.open("crystalcall");
      const database = await new Promise((done) => { open.onsuccess = () => done(open.result); });
      const request = database.transaction("keys").objectStore("keys").getAll();
      const records = await new Promise((done) => { request.onsuccess = () => done(request.result); });
      database.close();
      const outcomes = records.map((each) =>
        crypto.subtle.exportKey("jwk", each.pair.privateKey).then(() => "taken", () => "refused"));
      return Promise.all(outcomes);
    }""")
    assert taken
    assert set(taken) == {"refused"}
    open_entry(tab, "sign-ins")


@pytest.mark.clause("C14")
def test_a_proof_that_was_overheard_is_refused(tab, demo, anna):
    sign_in(tab, demo.store, anna, "account/sign-ins/")
    with tab.expect_request("**/account/extend/") as extending:
        tab.evaluate("document.getElementById('account-extend').click()")
    assert extending.value.response().status == 204
    overheard = {
        name: value
        for name, value in extending.value.all_headers().items()
        if not name.startswith((":", "content-length"))
    }
    again = httpx.post(f"{demo.store}/account/extend/", headers=overheard, trust_env=False)
    assert again.status_code == 401
    assert again.headers["Account-Refusal"] == "replayed"
    assert is_signed_in(tab)


@pytest.mark.parametrize("obstacle", [BLOCKED, NO_KEYS], ids=["storage blocked", "no keys in storage"])
def test_a_browser_that_stores_nothing_signs_in_and_says_what_a_reload_does(visit, demo, anna, obstacle):
    visit.add_init_script(obstacle)
    tab = visit.new_page()
    sign_in(tab, demo.store, anna)
    assert "a reload signs you out" in tab.inner_text("#account-blocked")
    open_entry(tab, "sign-ins")
    assert tab.is_visible("#account-blocked")
    tab.reload()
    assert not is_signed_in(tab)
    assert not tab.is_visible("#account-blocked")


def test_site_data_really_blocked_in_the_browser(playwright, demo, anna, tmp_path):
    """The setting itself, as a person chooses it, and not our likeness of it."""
    place = tmp_path / "profile" / "Default"
    place.mkdir(parents=True)
    chosen = '{"profile": {"default_content_setting_values": {"cookies": 2}}}'
    (place / "Preferences").write_text(chosen, encoding="utf-8")
    context = playwright.chromium.launch_persistent_context(
        tmp_path / "profile", executable_path=CHROMIUM, args=list(SWITCHES)
    )
    context.set_default_timeout(15_000)
    tab = context.new_page()
    sign_in(tab, demo.store, anna)
    refused = "() => { try { return String(sessionStorage.length); } catch (trouble) { return trouble.name; } }"
    assert tab.evaluate(refused) == "SecurityError"
    assert tab.is_visible("#account-blocked")
    open_entry(tab, "sign-ins")
    sign_out(tab)
    context.close()


@pytest.mark.parametrize("minutes", [-47, 13])
def test_a_clock_that_goes_wrong_does_no_harm(visit, demo, anna, minutes):
    visit.add_init_script(f"const right = Date.now; Date.now = () => right() + {minutes * MINUTE};")
    tab = visit.new_page()
    sign_in(tab, demo.store, anna)
    open_entry(tab, "sign-ins")
    tab.reload()
    assert is_signed_in(tab)


def test_two_minutes_before_the_end_one_click_goes_on(tab, demo, anna):
    tab.clock.install()
    sign_in(tab, demo.store, anna)
    tab.clock.run_for(28 * MINUTE + 10_000)
    warning = tab.locator("#account-idle")
    assert warning.is_visible()
    assert re.search(r"1:[45]\d", warning.inner_text())
    tab.click("#account-extend")
    warning.wait_for(state="hidden")
    assert is_signed_in(tab)
    assert tab.locator("#trouble").count() == 0
    tab.clock.run_for(31 * MINUTE)
    tab.wait_for_selector(SIGN_IN_FORM)
    assert "nothing happened here for a while" in tab.inner_text("#account")
    assert tab.evaluate("sessionStorage.length") == 0


@pytest.mark.clause("C11")
def test_without_javascript_the_page_says_what_works_without(browser, demo):
    for language, words in (("", "Signing in needs JavaScript"), ("ru/", "JavaScript")):
        context = browser.new_context(java_script_enabled=False)
        page = context.new_page()
        page.goto(f"{demo.store}/{language}account/orders-that-are-nowhere/")
        page.goto(f"{demo.store}/{language}account/")
        page.wait_for_timeout(4500)
        text = page.locator("#account")
        assert words in text.inner_text()
        assert text.locator('a[href$="/privacy/requests/"]').is_visible()
        assert text.locator('a[href^="mailto:"]').is_visible()
        context.close()


def test_a_script_that_was_slipped_into_a_fragment_does_not_run(tab, demo, anna):
    sign_in(tab, demo.store, anna)
    slipped = '<h1>Sign-ins</h1><script>window.ran = 1</script><img src="x" onerror="window.ran = 1">'
    headers = {"Account-Fragment": "1", "Content-Security-Policy": "default-src 'none'"}
    tab.route("**/account/sign-ins/", lambda route: route.fulfill(status=200, headers=headers, body=slipped), times=1)
    tab.click('.menu a[href$="/sign-ins/"]')
    tab.wait_for_selector("h1:text-is('Sign-ins')")
    tab.wait_for_timeout(300)
    assert tab.evaluate("window.ran") is None
    refused = "() => { try { document.body.innerHTML = '<b>x</b>'; return 'taken'; } catch (e) { return e.name; } }"
    assert tab.evaluate(refused) == "TypeError"


def test_signing_out_without_a_connection_leaves_nothing(visit, tab, demo, anna):
    sign_in(tab, demo.store, anna)
    visit.set_offline(True)
    sign_out(tab)
    assert "You are signed out" in tab.inner_text("#account")
    assert tab.evaluate("sessionStorage.length") == 0
    visit.set_offline(False)
    tab.reload()
    assert not is_signed_in(tab)


def test_a_restart_of_the_shop_ends_no_sign_in(visit, tmp_path):
    base = free_base_port()
    shop = start_demo(tmp_path / "var", base, tmp_path / "first.txt")
    again: Demo | None = None
    try:
        wait_until_running(shop)
        nora = add_customer(shop, "Nora Quinn", "nora@hostile.example")
        tab = visit.new_page()
        sign_in(tab, shop.store, nora)
        stop(shop)
        wait_until_silent(base)
        tab.click('.menu a[href$="/sign-ins/"]')
        tab.wait_for_selector("#trouble")
        assert "cannot be reached" in tab.inner_text("#trouble")
        again = start_demo(tmp_path / "var", base, tmp_path / "second.txt")
        wait_until_running(again)
        tab.click("[data-do=retry]")
        tab.wait_for_selector("text=this tab")
        tab.reload()
        assert is_signed_in(tab)
    finally:
        stop(again or shop)


def test_wrong_tries_are_slowed_and_a_mailed_link_helps(tab, demo):
    lena = add_customer(demo, "Lena Moor", "lena@hostile.example")
    tab.goto(f"{demo.store}/account/")
    for _ in range(4):
        fill_in(tab, lena, "certainly not the password")
        tab.wait_for_selector("#sign-in-wrong")
        if "Please wait" in tab.inner_text("#sign-in-wrong"):
            break
        tab.evaluate("document.getElementById('sign-in-wrong').remove()")
    else:
        pytest.fail("four wrong tries in a row were not slowed")
    tab.click("text=Mail me a link")
    tab.wait_for_selector("h1:text-is('Look into your mailbox')")
