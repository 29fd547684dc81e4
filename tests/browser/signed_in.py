"""Steps and witnesses of walks through Your Account: customers made on the demo's data, and what must not be seen."""

import subprocess
import sys
from dataclasses import dataclass, field

from demos import Demo, clean_environment
from playwright.sync_api import BrowserContext, Page, Request

PASSWORD = "nine lilac umbrellas at sea"
SIGN_IN_FORM = '#account form[action$="/sign-in/"]'
#: A document.cookie that tells on whoever writes it.
COOKIE_ALARM = """
const own = Object.getOwnPropertyDescriptor(Document.prototype, "cookie");
Object.defineProperty(Document.prototype, "cookie", {
  get() { return own.get.call(this); },
  set(value) { console.error("COOKIE WRITTEN"); },
});
"""
ADD = """
import sys
from crystalcall.config.cli import start_django
start_django()
from crystalcall.customers.actions import record_guest
from crystalcall.customers.signing_in import actions
from crystalcall.customers.signing_in.values import Audience
from crystalcall.plumbing import clock
now, (name, email, password) = clock.now(), sys.argv[1:]
customer = record_guest(name, email, None, "en", now=now)
print(actions.add_credential(Audience.CUSTOMER, customer, email, password, now=now))
"""


def add_customer(demo: Demo, name: str, email: str) -> str:
    """Make somebody who can sign in; gives the address."""
    added = subprocess.run(
        [sys.executable, "-c", ADD, name, email, PASSWORD],
        env=clean_environment(demo.data, demo.base) | {"DJANGO_SETTINGS_MODULE": "crystalcall.config.django_settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "CredentialAdded" in added.stdout, added.stderr
    return email


@dataclass
class Overheard:
    """Every token that was given, every address asked for, and every complaint of the browser."""

    tokens: set[str] = field(default_factory=set)
    addresses: list[str] = field(default_factory=list)
    referrers: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def listen(self, context: BrowserContext) -> None:
        context.add_init_script(COOKIE_ALARM)
        context.on("request", self._asked)
        context.on("console", lambda message: self._complained(message.type, message.text))
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))

    def _asked(self, request: Request) -> None:
        self.addresses.append(request.url)
        self.referrers.append(request.headers.get("referer", ""))
        if authorization := request.headers.get("authorization"):
            self.tokens.add(authorization.removeprefix("DPoP "))

    def _complained(self, kind: str, text: str) -> None:
        # A refusal of ours (401 for a nonce, 403, 422) is noted by the browser as a failed load, and is none.
        if kind in {"error", "warning"} and "Failed to load resource" not in text and "net::ERR" not in text:
            self.complaints.append(text)


def sign_in(page: Page, store: str, email: str, path: str = "account/", password: str = PASSWORD) -> None:
    """Sign in at a page of the account, and wait until it shows."""
    page.goto(f"{store}/{path}")
    fill_in(page, email, password)
    page.wait_for_selector("#account .frame")


def fill_in(page: Page, email: str, password: str = PASSWORD) -> None:
    page.wait_for_selector(SIGN_IN_FORM)
    page.fill(f"{SIGN_IN_FORM} [name=email]", email)
    page.fill(f"{SIGN_IN_FORM} [name=password]", password)
    page.click(f"{SIGN_IN_FORM} button.first")


def open_entry(page: Page, name: str) -> None:
    """Follow an entry of the menu by its address, and wait for its page."""
    page.click(f'.menu a[href$="/{name}/"]')
    page.wait_for_url(f"**/{name}/")
    page.wait_for_selector(f'.menu a[href$="/{name}/"][aria-current=page]')


def sign_out(page: Page) -> None:
    page.click("[data-out] button")
    page.wait_for_selector(SIGN_IN_FORM)


def is_signed_in(page: Page) -> bool:
    """What the page shows once it has settled."""
    page.wait_for_selector(f"#account .frame, {SIGN_IN_FORM}")
    return page.locator("#account .frame").count() == 1


def token_of(page: Page) -> str:
    """The token as a thief with the disk would find it."""
    return page.evaluate("JSON.parse(sessionStorage.getItem('crystalcall.sign-in')).token")


def until(page: Page, condition: str) -> None:
    """Wait for something on the page; asked from outside, since its own policy lets no text be run as a script."""
    for _ in range(300):
        if page.evaluate(condition) is True:
            return
        page.wait_for_timeout(50)
    raise AssertionError(condition)
