import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[2] / "privacy"))

from buyers import own_ledger, shop

__all__ = ["own_ledger", "shop"]


@pytest.fixture
def browser(frozen_clock) -> Any:
    """A browser that nobody is signed in with."""
    from proving import ProvingBrowser

    return ProvingBrowser(frozen_clock.now)


@pytest.fixture
def customer_of(db, frozen_clock) -> Callable[[Any], Any]:
    """Makes a customer with a password of one of the cast; gives the customer's id."""
    from proving import PASSWORD

    from crystalcall.customers.actions import record_guest
    from crystalcall.customers.signing_in import actions
    from crystalcall.customers.signing_in.values import Audience, CredentialAdded

    def make(person: Any) -> Any:
        now = frozen_clock.now()
        customer = record_guest(person.name, person.email, person.telephone, person.language, now=now)
        added = actions.add_credential(Audience.CUSTOMER, customer, person.email, PASSWORD, now=now)
        assert isinstance(added, CredentialAdded)
        return customer

    return make


@pytest.fixture
def browser_of(customer_of, frozen_clock) -> Callable[[Any], Any]:
    """Signs somebody of the cast in; gives the browser, with `customer_id` on it."""
    from proving import PASSWORD, ProvingBrowser

    def sign_in(person: Any) -> Any:
        browser = ProvingBrowser(frozen_clock.now)
        browser.customer_id = customer_of(person)
        response = browser.post("/account/sign-in/", {"email": person.email, "password": PASSWORD})
        assert response.status_code == 200, response.content.decode()
        assert browser.token.startswith("ccs_")
        return browser

    return sign_in


@pytest.fixture(autouse=True)
def no_source_is_remembered() -> Iterator[None]:
    """What one test tried slows no other."""
    from crystalcall.customers.signing_in import sources

    sources.forget_all()
    yield
    sources.forget_all()


@pytest.fixture
def mailed(db) -> Callable[[], list[str]]:
    """Does what the worker does; gives the paths of the links in the mails that went out."""
    from crystalcall.mailings import actions, carrier, queries
    from crystalcall.mailings.values import Accepted
    from crystalcall.plumbing import announcements, clock

    def send() -> list[str]:
        out: list[Any] = []
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(carrier, "hand_over", lambda _permit, mail: out.append(mail) or Accepted())
            for delivery in announcements.overdue(now=clock.now(), older_than_seconds=-(10**8)):
                announcements.deliver(delivery)
            for notice in queries.due_notices(now=clock.now()):
                actions.send_notice(notice, now=clock.now())
        lines = [line for mail in out for line in mail.text.splitlines()]
        return [urlsplit(line.strip()).path for line in lines if "/account/" in line]

    return send


@pytest.fixture
def buyer(shop, browser_of, anna) -> Any:
    """Anna signed in, and what she bought before as a guest."""
    bought = shop.sells(anna)
    browser = browser_of(anna)
    return browser, bought


@pytest.fixture
def owner(buyer) -> Any:
    """Anna signed in, with her guest's order in the account."""
    browser, bought = buyer
    joined = browser.post("/account/orders/", {"act": "join"})
    assert joined["Account-Go"] == "/account/orders/?done=joined"
    return browser, bought
