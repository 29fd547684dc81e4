"""The door: without a token the same empty shell for everybody; with token and proof a fragment; else nothing."""

import re

import pytest
from django.urls import reverse
from proving import PASSWORD, ProvingBrowser

PAGES = ("account", "account-email", "account-password", "account-second-factor", "account-sign-ins")


def signed_in(browser) -> bool:
    return browser.get("/account/sign-ins/").status_code == 200


@pytest.mark.clause("C14")
@pytest.mark.parametrize("name", PAGES)
def test_without_a_token_everybody_gets_the_same_empty_shell(name, browser_of, visitor, anna):
    anna_browser = browser_of(anna)
    stranger, owner = visitor.get(reverse(name)), anna_browser.client.get(reverse(name))
    assert stranger.content == owner.content
    assert stranger["Cache-Control"] == "no-store"
    assert "Authorization" in stranger["Vary"]
    assert "Account-Fragment" not in stranger
    assert anna.email not in stranger.content.decode()


@pytest.mark.clause("C14")
@pytest.mark.parametrize("name", PAGES)
def test_with_token_and_proof_the_page_itself(name, browser_of, anna):
    page = browser_of(anna).get(reverse(name))
    assert page.status_code == 200
    assert page["Account-Fragment"] == "1"
    assert page["Cache-Control"] == "no-store"
    assert page["DPoP-Nonce"]
    assert re.fullmatch(r"idle=1800, ends=43200", page["Account-State"])
    text = page.content.decode()
    assert text.count("<h1") == 1
    assert "<script" not in text
    assert "<html" not in text


@pytest.mark.clause("C14")
def test_a_stolen_token_opens_nothing_without_its_key(browser_of, anna, frozen_clock):
    owner = browser_of(anna)
    thief = ProvingBrowser(frozen_clock.now)
    thief.token = owner.token
    refused = thief.get("/account/sign-ins/")
    assert refused.status_code == 401
    assert 'error="invalid_dpop_proof"' in refused["WWW-Authenticate"]
    assert refused.content == b""
    bare = owner.client.get("/account/sign-ins/", headers={"authorization": f"DPoP {owner.token}"})
    assert (bare.status_code, bare.content) == (401, b"")
    bearer = owner.client.get("/account/sign-ins/", headers={"authorization": f"Bearer {owner.token}"})
    assert (bearer.status_code, bearer.content) == (401, b"")
    assert signed_in(owner)


def test_an_act_is_not_repeated_by_whoever_saw_it(browser_of, anna):
    browser = browser_of(anna)
    browser.get("/account/")
    headers = browser.headers("POST", "/account/extend/")
    assert browser.sent("POST", "/account/extend/", "", headers).status_code == 204
    assert browser.sent("POST", "/account/extend/", "", headers).status_code == 401
    assert signed_in(browser)


def test_a_proof_is_for_one_page_one_query_and_one_body(browser_of, anna):
    browser = browser_of(anna)
    browser.get("/account/")
    elsewhere = browser.headers("GET", "/account/password/")
    assert browser.sent("GET", "/account/sign-ins/", "", elsewhere).status_code == 401
    assert browser.sent("GET", "/account/password/?done=changed", "", elsewhere).status_code == 401
    act = browser.headers("POST", "/account/sign-ins/", "others=1")
    assert browser.sent("POST", "/account/sign-ins/", "others=", act).status_code == 401


def test_an_address_that_is_wrong_and_one_that_is_unknown_are_told_the_same(customer_of, browser, anna, mallory):
    customer_of(anna)
    answers = [
        browser.post("/account/sign-in/", {"email": email, "password": "some other words entirely"})
        for email in (anna.email, mallory.email)
    ]
    assert [answer.status_code for answer in answers] == [422, 422]
    said = [answer.content.decode().replace(anna.email, "").replace(mallory.email, "") for answer in answers]
    assert said[0] == said[1]
    assert "some other words" not in said[0]
    assert not browser.token


def test_a_token_is_in_a_body_and_in_no_header(browser_of, anna, monkeypatch):
    browser = ProvingBrowser(browser_of(anna)._now)
    response = browser.post("/account/sign-in/", {"email": anna.email, "password": PASSWORD})
    assert response.json()["token"] == browser.token
    assert browser.token not in str(response.headers)
    assert response["Cache-Control"] == "no-store"


def test_signing_out_ends_it_here_and_on_the_server(browser_of, anna):
    browser = browser_of(anna)
    left = browser.post("/account/sign-out/")
    assert left["Account-Out"] == "1"
    assert left["Clear-Site-Data"] == '"storage"'
    assert left.content == b""
    assert browser.get("/account/").status_code == 401


def test_signing_out_leaves_the_storage_where_the_browser_has_another_sign_in(browser_of, anna):
    browser = browser_of(anna)
    left = browser.post("/account/sign-out/", {"others": "1"})
    assert left["Account-Out"] == "1"
    assert "Clear-Site-Data" not in left
    assert browser.get("/account/").status_code == 401


def test_half_an_hour_without_use_ends_it(browser_of, anna, frozen_clock):
    browser = browser_of(anna)
    frozen_clock.advance(minutes=31)
    ended = browser.get("/account/")
    assert ended.status_code == 401
    assert ended["Account-Refusal"] == "idle"


def test_one_click_goes_on_for_another_half_hour(browser_of, anna, frozen_clock):
    browser = browser_of(anna)
    frozen_clock.advance(minutes=29)
    extended = browser.post("/account/extend/")
    assert extended["Account-State"].startswith("idle=1800,")
    frozen_clock.advance(minutes=29)
    assert signed_in(browser)


def test_twelve_hours_end_it_whatever_is_clicked(browser_of, anna, frozen_clock):
    browser = browser_of(anna)
    for _ in range(26):
        frozen_clock.advance(minutes=28)
        ended = browser.post("/account/extend/")
    assert ended.status_code == 401


def test_what_is_for_its_owner_alone_wants_the_password_again(browser_of, anna, frozen_clock):
    browser = browser_of(anna)
    frozen_clock.advance(minutes=6)
    asked = browser.post("/account/sign-ins/", {"others": "1"})
    assert asked.status_code == 403
    assert asked["Account-Again"] == "asked"
    assert 'action="/account/again/"' in asked.content.decode()
    wrong = browser.post("/account/again/", {"password": "not the password at all"})
    assert wrong.status_code == 422
    assert wrong["Account-Again"] == "step"
    before = browser.token
    assert browser.post("/account/again/", {"password": PASSWORD}).status_code == 200
    assert browser.token != before
    done = browser.post("/account/sign-ins/", {"others": "1"})
    assert done["Account-Go"] == "/account/sign-ins/?done=others"


def test_every_other_sign_in_ends_with_the_password(browser_of, customer_of, anna, frozen_clock):
    first = browser_of(anna)
    second = ProvingBrowser(frozen_clock.now)
    second.post("/account/sign-in/", {"email": anna.email, "password": PASSWORD})
    fields = {"present": PASSWORD, "password": "seven quiet rivers below the moon"}
    changed = second.post("/account/password/", fields)
    assert changed.json()["go"] == "/account/password/?done=changed"
    assert signed_in(second)
    assert not signed_in(first)


def test_a_sign_in_is_ended_from_another(browser_of, anna, frozen_clock):
    first = browser_of(anna)
    second = ProvingBrowser(frozen_clock.now)
    second.post("/account/sign-in/", {"email": anna.email, "password": PASSWORD})
    page = second.get("/account/sign-ins/").content.decode()
    (other,) = re.findall(r'name="id" value="([^"]+)"', page)
    second.post("/account/sign-ins/", {"id": other})
    assert not signed_in(first)
    assert signed_in(second)


def test_a_redirect_becomes_what_the_script_can_follow(browser_of, anna):
    browser = browser_of(anna)
    assert browser.get("/account/sign-out/")["Account-Go"] == "/account/"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_nothing_behind_the_door_answers_in_a_visitors_name(method, visitor, db):
    for name in PAGES:
        response = visitor.get(reverse(name)) if method == "GET" else visitor.post(reverse(name), {"others": "1"})
        assert response.status_code == (200 if method == "GET" else 401)
        assert "Account-Fragment" not in response


@pytest.mark.parametrize("name", PAGES)
def test_every_page_has_its_way_out(name, browser_of, anna):
    page = browser_of(anna).get(reverse(name)).content.decode()
    assert re.search(r'<form method="post" action="/account/sign-out/" data-out>\s*<button', page)


@pytest.mark.parametrize("name", ["account-sign-in", "account-second-step", "account-send-try"])
def test_whoever_types_the_address_of_a_step_gets_to_the_first_page(name, visitor, db):
    response = visitor.get(reverse(name))
    assert (response.status_code, response["Location"]) == (302, "/account/")
