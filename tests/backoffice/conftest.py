"""The back office as its own process serves it, and members of staff who sign in there. Rooms load inside."""

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "web" / "account"), str(TESTS / "privacy")]

from buyers import own_ledger, shop  # noqa: E402, F401 - fixtures; the line above finds them


@pytest.fixture(autouse=True)
def other_door(settings) -> None:
    """This process serves the back office, by the settings that its own process has."""
    from crystalcall.config import backoffice_settings

    for name in ("ROOT_URLCONF", "OWN_ADDRESS", "TEMPLATES", "CONTENT_SECURITY_POLICY", "MAY_LEAD_TO"):
        setattr(settings, name, getattr(backoffice_settings, name))


@pytest.fixture(autouse=True)
def no_source_is_remembered() -> Iterator[None]:
    """What one test tried slows no other."""
    from crystalcall.customers.signing_in import sources

    sources.forget_all()
    yield
    sources.forget_all()


@pytest.fixture
def visitor() -> Any:
    """Somebody whom nobody signed in."""
    from django.test import Client

    return Client(headers={"sec-fetch-site": "same-origin"})


@pytest.fixture
def hire(db, frozen_clock) -> Callable[..., tuple[UUID, str, str]]:
    """Adds a member of staff with these roles; gives their id, their address and the path of their set-up page."""
    from urllib.parse import urlsplit

    from crystalcall.customers.staff import actions
    from crystalcall.customers.staff.values import SetUp
    from crystalcall.rules.staffing import Role

    def add(*roles: str, name: str = "Agata Nowak", language: str = "en") -> tuple[UUID, str, str]:
        email = f"staff-{uuid4().hex[:8]}@example.org"
        wanted = frozenset(Role(role) for role in roles)
        given = actions.add_member(email, name, wanted, language, now=frozen_clock.now())
        assert isinstance(given, SetUp), given
        return given.member_id, email, urlsplit(given.address).path

    return add


class Desk:
    """A member's browser, with what tests ask of it."""

    def __init__(self, browser: Any, member_id: UUID, email: str) -> None:
        self.browser, self.member_id, self.email = browser, member_id, email
        self.get, self.post = browser.get, browser.post

    def log(self) -> list[tuple[str, str, str, str]]:
        """What the member did since they were set up: act, outcome, subject, detail; the oldest first."""
        from crystalcall.customers.staff.queries import audit_page

        lines = [each.entry for each in audit_page(member_id=self.member_id, limit=1000)]
        told = [(each.act, each.outcome.value, each.subject.name, each.detail) for each in reversed(lines)]
        return [line for line in told if line[0] != "staff.set_up"]


def hidden(page: Any) -> dict[str, str]:
    """The hidden fields of the first form that has any."""
    from html import unescape

    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.content.decode())
    return {name: unescape(value) for name, value in reversed(found)}


@pytest.fixture
def desk_of(hire, frozen_clock) -> Callable[..., Desk]:
    """Sets a member of these roles up as they do it themselves, and signs them in with their second factor."""
    import pyotp
    from proving import PASSWORD, ProvingBrowser

    def sign_in(*roles: str, **more: str) -> Desk:
        member_id, email, path = hire(*roles, **more)
        browser = ProvingBrowser(frozen_clock.now)
        given = browser.post(path, {"password": PASSWORD})
        assert given.status_code == 200, given.content.decode()
        begun = browser.post("/account/second-factor/", {"act": "app"})
        found = re.search(r'<p class="code-shown">([A-Z2-7 ]+)</p>', begun.content.decode())
        assert found, begun.content.decode()
        totp = pyotp.TOTP(found[1].replace(" ", ""))
        browser.post("/account/second-factor/", {"act": "app-code", "code": totp.at(frozen_clock.now())})
        frozen_clock.advance(seconds=60)
        step = browser.post("/account/again/", {"password": PASSWORD})
        fields = hidden(step)
        token, browser.token = browser.token, ""
        done = browser.post("/account/second-step/", {**fields, "code": totp.at(frozen_clock.now())})
        assert done.headers["Content-Type"] == "application/json", done.content.decode()
        assert browser.token != token
        return Desk(browser, member_id, email)

    return sign_in
