"""Password, address and second factors by the pages of the account, and the links that mails bring."""

import html
import json
import re

import pyotp
import pytest
from proving import PASSWORD, ProvingBrowser

FACTORS = "/account/second-factor/"
NEW = "seven quiet rivers below the moon"


def add_app(browser) -> tuple[str, list[str]]:
    """Add an authenticator; gives its secret and the recovery codes."""
    begun = browser.post(FACTORS, {"act": "app"}).content.decode()
    secret = re.search(r'code-shown">([A-Z2-7 ]+)<', begun)[1].replace(" ", "")
    assert "<svg" in begun
    code = pyotp.TOTP(secret).at(browser._now())
    added = browser.post(FACTORS, {"act": "app-code", "code": code})
    codes = re.findall(r'<li class="code-shown">([^<]+)<', added.content.decode())
    assert len(codes) == 10
    return secret, codes


def second_form(page) -> dict[str, str]:
    fields = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.content.decode())
    return {name: html.unescape(value) for name, value in fields if name != "answer"}


def shown_secret(page) -> str:
    """What the app is to type where it cannot read the picture."""
    (secret,) = re.findall(r'class="code-shown">([^<]+)<', page.content.decode())
    return str(secret).replace(" ", "")


def sign_in(browser, person) -> object:
    return browser.post("/account/sign-in/", {"email": person.email, "password": PASSWORD})


@pytest.mark.clause("C14")
def test_with_an_app_the_password_alone_opens_nothing(browser_of, anna, frozen_clock):
    owner = browser_of(anna)
    secret, codes = add_app(owner)
    frozen_clock.advance(minutes=2)
    browser = ProvingBrowser(frozen_clock.now)
    asked = sign_in(browser, anna)
    assert asked.status_code == 200
    assert not browser.token
    fields = second_form(asked)
    wrong = browser.post("/account/second-step/", {**fields, "code": "000000"})
    assert wrong.status_code == 422
    assert second_form(wrong) == fields
    browser.post("/account/second-step/", {**fields, "code": pyotp.TOTP(secret).at(frozen_clock.now())})
    assert browser.get("/account/sign-ins/").status_code == 200
    by_code = ProvingBrowser(frozen_clock.now)
    fields = second_form(sign_in(by_code, anna))
    by_code.post("/account/second-step/", {**fields, "recovery": codes[3]})
    assert by_code.get("/account/").status_code == 200
    again = ProvingBrowser(frozen_clock.now)
    fields = second_form(sign_in(again, anna))
    assert again.post("/account/second-step/", {**fields, "recovery": codes[3]}).status_code == 422


def test_the_password_asked_again_wants_the_second_factor_too(browser_of, anna, frozen_clock):
    browser = browser_of(anna)
    secret, _codes = add_app(browser)
    frozen_clock.advance(minutes=6)
    asked = browser.post(FACTORS, {"act": "app-remove"})
    assert asked["Account-Again"] == "asked"
    step = browser.post("/account/again/", {"password": PASSWORD})
    assert step["Account-Again"] == "step"
    fields = second_form(step)
    assert fields["again"] == "1"
    before = browser.token
    code = pyotp.TOTP(secret).at(frozen_clock.now())
    given = browser.post("/account/second-step/", {**fields, "code": code}, token="")
    assert given.json()["token"] != before
    removed = browser.post(FACTORS, {"act": "app-remove"})
    assert removed["Account-Go"] == f"{FACTORS}?done=removed"
    assert "Add an app" in browser.get(FACTORS).content.decode()


def test_a_code_that_does_not_fit_adds_no_app(browser_of, anna):
    browser = browser_of(anna)
    browser.post(FACTORS, {"act": "app"})
    wrong = browser.post(FACTORS, {"act": "app-code", "code": "000000"})
    assert wrong.status_code == 422
    assert "does not fit" in wrong.content.decode()
    assert "Add an app" in browser.get(FACTORS).content.decode()


def test_a_slip_of_the_finger_does_not_ask_to_scan_anew_and_a_new_beginning_has_a_new_secret(
    browser_of, anna, frozen_clock
):
    browser = browser_of(anna)
    scanned = shown_secret(browser.post(FACTORS, {"act": "app"}))
    wrong = browser.post(FACTORS, {"act": "app-code", "code": "000000"})
    assert shown_secret(wrong) == scanned
    other = shown_secret(browser.post(FACTORS, {"act": "app"}))
    assert other != scanned
    old = browser.post(FACTORS, {"act": "app-code", "code": pyotp.TOTP(scanned).at(frozen_clock.now())})
    assert old.status_code == 422
    right = browser.post(FACTORS, {"act": "app-code", "code": pyotp.TOTP(other).at(frozen_clock.now())})
    assert right.status_code == 200
    assert "Codes from before" not in right.content.decode()


def test_a_passkey_is_offered_with_what_the_browser_needs(browser_of, anna):
    page = browser_of(anna).post(FACTORS, {"act": "passkey"})
    (options,) = re.findall(r'data-options="([^"]+)"', page.content.decode())
    said = json.loads(html.unescape(options))
    assert said["rp"]["id"] in {"localhost", "testserver"}
    assert len(said["challenge"]) >= 22
    assert 'data-passkey="create"' in page.content.decode()


def test_a_made_up_passkey_is_refused(browser_of, anna):
    browser = browser_of(anna)
    refused = browser.post(FACTORS, {"act": "passkey-add", "ceremony": "made up", "answer": "{}", "label": "key"})
    assert refused.status_code == 422
    assert browser.post(FACTORS, {"act": "passkey-remove", "id": "not an id"})["Account-Go"] == FACTORS
    assert browser.post(FACTORS, {"act": "anything"})["Account-Go"] == FACTORS


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"present": "not the password at all", "password": NEW}, "present"),
        ({"present": PASSWORD, "password": "short"}, "password"),
        ({"present": PASSWORD, "password": "anna@example.org"}, "password"),
    ],
)
def test_a_password_that_is_not_taken_says_why_at_its_field(browser_of, anna, fields, field):
    page = browser_of(anna).post("/account/password/", fields)
    text = page.content.decode()
    assert page.status_code == 422
    assert f'id="{field}-wrong"' in text
    assert NEW not in text


@pytest.mark.clause("C11")
def test_a_new_address_counts_once_both_mailboxes_agreed(browser_of, anna, visitor, mailed, frozen_clock):
    browser = browser_of(anna)
    mailed()
    asked = browser.post("/account/email/", {"email": "anna.new@example.org"})
    assert asked["Account-Go"] == "/account/email/?done=sent"
    links = mailed()
    assert len(links) == 2
    assert "waits for both mailboxes" in browser.get("/account/email/").content.decode()
    for link in links:
        assert visitor.get(link).status_code == 200
    assert "One half is done" in visitor.post(links[0]).content.decode()
    assert "The new address counts" in visitor.post(links[1]).content.decode()
    other = ProvingBrowser(frozen_clock.now)
    other.post("/account/sign-in/", {"email": "anna.new@example.org", "password": PASSWORD})
    assert other.get("/account/").status_code == 200


def test_an_address_that_is_none_is_said_at_its_field(browser_of, anna):
    page = browser_of(anna).post("/account/email/", {"email": "no address"})
    assert page.status_code == 422
    assert 'id="email-wrong"' in page.content.decode()


def test_a_forgotten_password_is_set_by_a_link_that_works_once(browser_of, anna, visitor, mailed, frozen_clock):
    owner = browser_of(anna)
    mailed()
    known = visitor.post("/account/reset/", {"email": anna.email})
    unknown = visitor.post("/account/reset/", {"email": "nobody.here@example.org"})
    assert known.content == unknown.content
    (link,) = mailed()
    assert visitor.get(link).status_code == 200
    assert visitor.post(link, {"password": "short"}).status_code == 422
    assert "The new password counts" in visitor.post(link, {"password": NEW}).content.decode()
    assert visitor.post(link, {"password": NEW + " again"}).status_code == 404
    assert owner.get("/account/").status_code == 401
    again = ProvingBrowser(frozen_clock.now)
    again.post("/account/sign-in/", {"email": anna.email, "password": NEW})
    assert again.token


def test_after_too_many_wrong_tries_a_link_lets_this_browser_try(customer_of, anna, visitor, mailed, frozen_clock):
    customer_of(anna)
    browser = ProvingBrowser(frozen_clock.now)
    fields = {"email": anna.email, "password": "some other words entirely"}
    for _ in range(40):
        refused = browser.post("/account/sign-in/", fields)
        if "Look into your mailbox" in refused.content.decode():
            break
        if refused.status_code == 429:
            assert int(refused["Retry-After"]) > 0
            assert "Mail me a link" in refused.content.decode()
        frozen_clock.advance(minutes=20)
    else:
        pytest.fail("nobody was sent to the mailbox")
    (link,) = [path for path in mailed() if "/try/" in path]
    assert 'data-begin="account-begin"' in visitor.get(link).content.decode()
    granted = browser.post(link)
    assert "You can try again now" in granted.content.decode()
    browser.post("/account/sign-in/", {"email": anna.email, "password": PASSWORD})
    assert browser.token


def test_the_well_known_address_leads_to_the_password(visitor, db):
    assert visitor.get("/.well-known/change-password")["Location"] == "/account/password/"
