"""The steps that every walk shares, as a visitor takes them."""

import re
import time
from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext, Page, Response

APPROVED_CARD = "4111111111111111"
OTHER_CARD = "5424000000000015"
DECLINED_ZIP = "46282"
CONFIRMATION_SECONDS = 60


@dataclass
class Witness:
    """Notes what no visitor sees: cookies, failures, and requests to other machines."""

    cookies: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)

    def watch(self, context: BrowserContext) -> None:
        context.on("response", self._note)

    def _note(self, response: Response) -> None:
        if "set-cookie" in response.headers:
            self.cookies.append(response.url)
        if response.status >= 500:
            self.failures.append(f"{response.status} {response.url}")
        if not response.url.startswith("http://127.0.0.1:"):
            self.elsewhere.append(response.url)

    def saw_nothing(self) -> bool:
        return not (self.cookies or self.failures or self.elsewhere)


def figure(text: str) -> int:
    """The whole number in a text, however its thousands are set apart."""
    return int(re.sub(r"\D", "", text))


def ask(page: Page, store: str, language: str, typed: str) -> None:
    """Ask on the home page where a call goes."""
    page.goto(f"{store}/{language}")
    page.fill("#to", typed)
    page.click("#ask button")


def quoted_minutes(page: Page, sku: str) -> int:
    """The minutes that the answer quotes for a credit."""
    row = page.locator("tr", has=page.locator(f'a[href*="{sku}="]'))
    return figure(row.locator("td").first.inner_text())


def check_out(page: Page, name: str, email: str) -> str:
    """From the cart to the gateway's form; gives the address of the order's page."""
    page.click("button[formaction]")
    page.fill("[name=name]", name)
    page.fill("[name=email]", email)
    page.click("main form button")
    order = page.get_attribute('main a[href*="/orders/"]', "href")
    assert order
    page.click("#pay button")
    page.wait_for_selector("[name=cardNumber]")
    return order


def fill_card(page: Page, number: str, *, zip_code: str = "10001") -> None:
    """Pay on the gateway's form."""
    page.fill("[name=cardNumber]", number)
    page.fill("[name=expirationDate]", "12/30")
    page.fill("[name=cardCode]", "123")
    page.fill("[name=firstName]", "Anna")
    page.fill("[name=lastName]", "Hale")
    page.fill("[name=zip]", zip_code)
    page.click("button[type=submit]")


def come_back(page: Page, store: str) -> None:
    """Follow the gateway's way back, where it does not lead there by itself."""
    if not page.url.startswith(f"{store}/"):
        page.click('a[href*="/returned/"]')
    page.wait_for_url(f"{store}/**")


def wait_for_minutes(page: Page) -> None:
    """Look at the order's page until the payment's confirmation has arrived and the card is there."""
    deadline = time.monotonic() + CONFIRMATION_SECONDS
    while not page.locator('form[action$="/pin/"]').count():
        assert time.monotonic() < deadline, page.inner_text("main")
        time.sleep(0.5)
        page.goto(page.url.replace("/returned/", "/"))


def show_pin(page: Page) -> str:
    """Press the button and read the PIN."""
    page.click('form[action$="/pin/"] button')
    pin = re.sub(r"\D", "", page.inner_text(".pin"))
    assert re.fullmatch(r"[1-9]\d{11}", pin)
    return pin
