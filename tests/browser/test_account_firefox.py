"""Your Account in Firefox ESR, where browsers differ: private windows, blocked storage, what Back brings."""

import pytest
from bidi import FIREFOX, Firefox
from demos import free_base_port
from signed_in import PASSWORD, add_customer

pytestmark = [
    pytest.mark.browser,
    pytest.mark.long,
    pytest.mark.skipif(not FIREFOX.exists(), reason="firefox-esr is not installed"),
]

FORM = "document.querySelector('#account form[action$=\"/sign-in/\"]')"
FRAME = "document.querySelector('#account .frame')"
WAYS = {
    "an ordinary window": {},
    "a private window": {"browser__privatebrowsing__autostart": True},
    "site data blocked": {"network__cookie__cookieBehavior": 2},
}


@pytest.fixture(scope="module")
def anna(demo) -> str:
    return add_customer(demo, "Anna Hale", "anna@firefox.example")


@pytest.fixture
def firefox_with(tmp_path):
    started = []

    def start(preferences):
        started.append(Firefox(tmp_path / "profile", free_base_port() + 6, **preferences))
        return started[-1]

    yield start
    for each in started:
        each.stop()


def sign_in(firefox: Firefox, store: str, email: str, path: str) -> None:
    firefox.go(f"{store}{path}")
    firefox.wait(FORM)
    firefox.run(
        f"const form = {FORM}; form.email.value = '{email}'; form.password.value = '{PASSWORD}';"
        "form.requestSubmit(form.querySelector('button.first'));"
    )
    firefox.wait(FRAME)


@pytest.mark.parametrize("way", ["an ordinary window", "a private window"])
def test_reload_back_and_sign_out(way, firefox_with, demo, anna):
    firefox = firefox_with(WAYS[way])
    sign_in(firefox, demo.store, anna, "/account/sign-ins/")
    firefox.reload()
    firefox.wait(FRAME)
    assert firefox.run("return document.getElementById('account-blocked').hidden;")
    firefox.go(f"{demo.store}/minutes/")
    firefox.back()
    firefox.wait(FRAME)
    firefox.run("document.querySelector('[data-out] button').click();")
    firefox.wait(FORM)
    assert firefox.run("return [document.cookie, sessionStorage.length, localStorage.length];") == ["", 0, 0]
    firefox.go(f"{demo.store}/minutes/")
    firefox.back()
    firefox.wait(FORM)
    assert "this tab" not in firefox.run("return document.body.innerText;")


def test_the_key_does_not_come_out(firefox_with, demo, anna):
    firefox = firefox_with(WAYS["an ordinary window"])
    sign_in(firefox, demo.store, anna, "/account/")
    taken = firefox.run("""
      const open = indexedDB.open("crystalcall");
      const database = await new Promise((done) => { open.onsuccess = () => done(open.result); });
      const asked = database.transaction("keys").objectStore("keys").getAll();
      const records = await new Promise((done) => { asked.onsuccess = () => done(asked.result); });
      database.close();
      return Promise.all(records.map((each) =>
        crypto.subtle.exportKey("jwk", each.pair.privateKey).then(() => "taken", () => "refused")));
    """)
    assert taken == ["refused"]


def test_with_site_data_blocked_it_works_until_a_reload_and_says_so(firefox_with, demo, anna):
    firefox = firefox_with(WAYS["site data blocked"])
    sign_in(firefox, demo.store, anna, "/account/")
    refused = "try { return String(sessionStorage.length); } catch (trouble) { return trouble.name; }"
    assert firefox.run(refused) == "SecurityError"
    assert not firefox.run("return document.getElementById('account-blocked').hidden;")
    firefox.run("document.querySelector('.menu a[href$=\"/sign-ins/\"]').click();")
    firefox.wait("document.querySelector('.menu a[href$=\"/sign-ins/\"][aria-current]')")
    firefox.reload()
    firefox.wait(FORM)
