"""The back office as staff use it: from a set-up address to an act in the log; two of them where it takes two."""

import re
import subprocess
import sys
import time

import pyotp
import pytest
from demos import Demo, clean_environment
from playwright.sync_api import BrowserContext, Page
from signed_in import Overheard

from conftest import stay_here

pytestmark = pytest.mark.browser

PASSWORD = "eleven quiet herons on the quay"
NAME, EMAIL, TELEPHONE = "Canaria Quill", "canaria.quill@desk.example", "+12125550199"
WHY = "asked by telephone about a lost card"
SET_UP = re.compile(r"http://127\.0\.0\.1:\d+(?:/ru)?/account/set-up/[A-Za-z0-9_-]{43}/")
#: A customer with a paid order, as the walk of the first sale makes one with the gateway; here without.
SELL = """
import sys
from crystalcall.config.cli import start_django
start_django()
from crystalcall.plumbing import clock
from crystalcall.plumbing.ids import random_token
from crystalcall.shop.cart import read_cart
from crystalcall.shop.orders import actions
from crystalcall.shop.orders.values import PlaceOrder
now, (name, email, telephone) = clock.now(), sys.argv[1:]
wish = PlaceOrder(random_token(), read_cart("credit-10=1"), name, email, telephone, "en")
placed = actions.place_order(wish, now=now)
actions.mark_paid(placed.order_number, "1", now=now)
actions.fulfill_order(placed.order_number, now=now)
print(placed.order_number, actions.reveal_pins(placed.token, now=now)[0].serial)
"""


class Member:
    """Somebody of the staff at a browser of their own."""

    def __init__(self, page: Page, desk: str) -> None:
        self.page, self.desk, self.totp = page, desk, ""
        self._last = ""

    def code(self) -> str:
        """The next code of their app; none is used twice."""
        while (code := pyotp.TOTP(self.totp).now()) == self._last:
            time.sleep(0.5)
        self._last = code
        return code

    def set_up(self, address: str) -> None:
        """From the one-time address to the desk."""
        page = self.page
        page.goto(address)
        page.fill("#password", PASSWORD)
        page.click('form[action*="/set-up/"] button.first')
        page.wait_for_selector('button[value="app"]')
        page.click('button[value="app"]')
        page.click("details.fold summary")
        self.totp = page.inner_text("details.fold .code-shown").replace(" ", "")
        page.fill("#code", self.code())
        page.click("form:has(#code) button")
        page.wait_for_selector("ol.codes")
        page.click("#account a.button.first")
        page.wait_for_selector("#account .menu li", state="attached")

    def open(self, path: str) -> None:
        self.page.goto(f"{self.desk}{path}")
        self.page.wait_for_selector("#account .frame h1")

    def press(self, act: str, reason: str = WHY) -> None:
        """Do one of the acts on this page, with a reason."""
        form = f'form:has(input[name=act][value="{act}"])'
        if reason:
            self.page.fill(f"{form} [name=reason]", reason)
        self.page.click(f"{form} button")


@pytest.fixture(scope="module")
def sold(demo: Demo) -> tuple[str, str]:
    done = subprocess.run(
        [sys.executable, "-c", SELL, NAME, EMAIL, TELEPHONE],
        env=clean_environment(demo.data, demo.base) | {"DJANGO_SETTINGS_MODULE": "crystalcall.config.django_settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    number, serial = done.stdout.split()
    return number, serial


@pytest.fixture(scope="module")
def overheard() -> Overheard:
    return Overheard()


@pytest.fixture
def contexts(browser, demo, overheard):
    made: list[BrowserContext] = []

    def new(**more) -> BrowserContext:
        context = browser.new_context(viewport={"width": 1280, "height": 900}, **more)
        context.set_default_timeout(15_000)
        context.route("**/*", stay_here)
        overheard.listen(context)
        made.append(context)
        return context

    yield new
    for context in made:
        assert context.cookies() == []
        context.close()
    assert overheard.complaints == []


def address_of(demo: Demo, email: str, *roles: str, language: str = "en") -> str:
    """Add a member on the command line; gives the address it prints."""
    words = [word for role in roles for word in ("--role", role)]
    said = demo.command("staff", "add", email, "--name", f"Member {email}", *words, "--language", language)
    assert said.returncode == 0, said.stderr
    return SET_UP.search(said.stdout.replace("\n", ""))[0]


@pytest.mark.clause("C14", "C17")
def test_from_the_set_up_address_to_an_act_in_the_log(contexts, demo, sold, overheard):
    number, serial = sold
    page = contexts().new_page()
    member = Member(page, demo.backoffice)
    member.set_up(address_of(demo, "first@desk.example", "service", "administrator"))
    page.click('.menu a[href="/"]')
    page.wait_for_selector("h1:text-is('What waits')")
    page.fill("#wanted", EMAIL)
    page.keyboard.press("Enter")
    page.wait_for_url("**/customers/*/")
    page.wait_for_selector("text=c•••@desk.example")
    assert NAME not in page.content()
    assert EMAIL not in page.content()
    member.press("reveal")
    page.wait_for_selector(f"text={NAME}")
    assert EMAIL in page.inner_text(".facts")
    page.click(f'a[href="/orders/{number}/"]')
    page.wait_for_selector(f"h1:text-is('Order {number}')")
    assert EMAIL not in page.content()
    page.click(f'a[href="/cards/{serial}/"]')
    page.wait_for_selector(f"h1:text-is('Card {serial}')")
    member.press("block")
    page.wait_for_selector("text=The PIN opens nothing from now on.")
    page.click('.menu a[href="/log/"]')
    page.wait_for_selector("table.log")
    log = page.inner_text("table.log")
    assert "blocked a PIN" in log
    assert "had masked data shown" in log
    assert WHY in log
    page.go_back()
    page.wait_for_selector(f"h1:text-is('Card {serial}')")
    page.click("[data-out] button")
    page.wait_for_selector('form[action="/account/sign-in/"]')
    page.go_back()
    page.wait_for_selector('form[action="/account/sign-in/"]')
    assert serial not in page.inner_text("main")
    assert page.evaluate("document.cookie") == ""
    assert not [each for each in overheard.addresses for token in overheard.tokens if token in each]
    assert not [each for each in overheard.addresses if EMAIL in each]


def test_signing_in_again_takes_password_and_second_factor(contexts, demo):
    page = contexts().new_page()
    member = Member(page, demo.backoffice)
    member.set_up(address_of(demo, "again@desk.example", "service"))
    page.click("[data-out] button")
    page.wait_for_selector('form[action="/account/sign-in/"]')
    page.fill("#email", "again@desk.example")
    page.fill("#password", PASSWORD)
    page.click("button.wide")
    page.wait_for_selector("#code")
    page.fill("#code", member.code())
    page.click("form:has(#code) button")
    page.wait_for_selector("h1:text-is('What waits')")


def test_what_takes_two_takes_two(contexts, demo, sold):
    _number, serial = sold
    one, other = (Member(contexts().new_page(), demo.backoffice) for _ in range(2))
    one.set_up(address_of(demo, "one@desk.example", "service"))
    other.set_up(address_of(demo, "other@desk.example", "accounts", language="ru"))
    one.open(f"/cards/{serial}/")
    if one.page.locator("button:text-is('Unblock the PIN')").count():
        one.press("unblock")
        one.page.wait_for_selector("text=The PIN opens its card again.")
    one.page.fill("#amount", "7.50")
    one.press("credit")
    one.page.wait_for_selector("text=Proposed.")
    other.open("/ru/proposals/")
    other.page.click(f"a:has-text('{serial}')")
    other.page.wait_for_selector("button:text-is('Одобрить и выполнить')")
    other.page.click("button:text-is('Одобрить и выполнить')")
    other.page.wait_for_selector("text=Одобрено и выполнено.")
    one.open(f"/cards/{serial}/")
    assert "$17.50" in one.page.inner_text(".facts")


def test_a_phone_shows_the_desk_without_a_sideways_scroll(contexts, demo, sold):
    _number, serial = sold
    page = contexts(color_scheme="dark").new_page()
    page.set_viewport_size({"width": 360, "height": 780})
    member = Member(page, demo.backoffice)
    member.set_up(address_of(demo, "phone@desk.example", "service", "accounts", "administrator", "privacy_officer"))
    for path in ("/", "/look-up/", f"/cards/{serial}/", "/proposals/", "/log/", "/staff/", "/account/sign-ins/"):
        member.open(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
