"""Getting in: by a set-up address and with a second factor, and to nothing before; the door is not the store's."""

import re
from urllib.parse import urlsplit

import pyotp
import pytest
from django.test import override_settings
from django.urls import get_resolver, reverse
from proving import PASSWORD, ProvingBrowser

PAGES = ("/", "/look-up/", "/proposals/", "/log/", "/staff/", "/account/password/", "/account/sign-ins/")
IN_EVERY_ROLE = ("service", "accounts", "privacy_officer", "administrator")


@pytest.mark.clause("C14")
@pytest.mark.parametrize("path", [*PAGES, "/account/second-factor/", "/orders/ABCDEFGHJK/", "/cards/ABCDEFGHJK/"])
def test_without_a_token_everybody_gets_the_same_empty_shell(db, path, visitor):
    page = visitor.get(path)
    assert page.status_code == 200
    assert page["Cache-Control"] == "no-store"
    assert "noindex" in page["X-Robots-Tag"]
    assert "Account-Fragment" not in page
    assert 'data-root="/"' in page.content.decode()


@pytest.mark.parametrize("path", PAGES)
def test_the_russian_desk_is_russian(db, path, visitor):
    page = visitor.get(f"/ru{path}").content.decode()
    assert '<html lang="ru">' in page
    assert 'data-root="/ru/"' in page


def test_a_set_up_address_shows_a_form_and_changes_nothing_until_it_is_sent(hire, visitor):
    *_, path = hire("service")
    for _time in range(2):
        page = visitor.get(path)
        assert page.status_code == 200
        assert 'data-begin="account-begin"' in page.content.decode()
    assert visitor.get("/account/set-up/" + "A" * 43 + "/").status_code == 404


@pytest.mark.clause("C14")
def test_whoever_set_their_password_reaches_nothing_but_the_second_factor(hire, frozen_clock):
    *_, path = hire(*IN_EVERY_ROLE)
    browser = ProvingBrowser(frozen_clock.now)
    given = browser.post(path, {"password": PASSWORD})
    assert given.json()["go"] == "/account/second-factor/"
    for page in PAGES:
        assert browser.get(page)["Account-Go"] == "/account/second-factor/"
    assert browser.post("/look-up/", {"wanted": "anna@example.org"})["Account-Go"] == "/account/second-factor/"
    page = browser.get("/account/second-factor/").content.decode()
    assert "Add an app" in page
    assert "/look-up/" not in page, "the menu leads nowhere yet"


def test_a_set_up_address_works_once(hire, frozen_clock):
    *_, path = hire("service")
    assert ProvingBrowser(frozen_clock.now).post(path, {"password": PASSWORD}).status_code == 200
    assert ProvingBrowser(frozen_clock.now).post(path, {"password": PASSWORD}).status_code == 404


def test_a_common_password_does_not_do_and_the_address_stays_open(hire, frozen_clock):
    *_, path = hire("service")
    browser = ProvingBrowser(frozen_clock.now)
    assert browser.post(path, {"password": "password123"}).status_code == 422
    assert browser.post(path, {"password": PASSWORD}).status_code == 200


def test_with_the_second_factor_the_desk_opens_at_once(hire, frozen_clock):
    *_, path = hire("service")
    browser = ProvingBrowser(frozen_clock.now)
    browser.post(path, {"password": PASSWORD})
    begun = browser.post("/account/second-factor/", {"act": "app"}).content.decode()
    secret = re.search(r'<p class="code-shown">([A-Z2-7 ]+)</p>', begun)[1].replace(" ", "")
    assert browser.get("/")["Account-Go"] == "/account/second-factor/"
    browser.post("/account/second-factor/", {"act": "app-code", "code": pyotp.TOTP(secret).at(frozen_clock.now())})
    page = browser.get("/")
    assert page.status_code == 200
    assert "What waits" in page.content.decode()


def test_the_last_second_factor_cannot_be_taken_away_here(desk_of):
    desk = desk_of("service")
    refused = desk.post("/account/second-factor/", {"act": "app-remove"})
    assert refused.status_code == 422
    assert desk.get("/").status_code == 200


def test_an_hour_without_a_second_factor_ends_the_set_up(hire, frozen_clock):
    *_, path = hire("service")
    browser = ProvingBrowser(frozen_clock.now)
    browser.post(path, {"password": PASSWORD})
    for _time in range(7):
        frozen_clock.advance(minutes=10)
        page = browser.get("/account/second-factor/")
    assert page.status_code == 403
    assert "the time to set one up is over" in page.content.decode()
    assert browser.post("/account/sign-out/")["Account-Out"] == "1"


@pytest.mark.clause("C14")
def test_a_sign_in_of_staff_ends_after_fifteen_idle_minutes(desk_of, frozen_clock):
    desk = desk_of("service")
    assert desk.get("/")["Account-State"] == "idle=900, ends=28800"
    frozen_clock.advance(minutes=14)
    assert desk.get("/").status_code == 200
    frozen_clock.advance(minutes=15)
    assert desk.get("/")["Account-Refusal"] == "idle"


def test_a_sign_in_of_staff_ends_after_eight_hours_however_busy(desk_of, frozen_clock):
    desk = desk_of("service")
    for _tenth in range(47):
        frozen_clock.advance(minutes=10)
        assert desk.get("/account/sign-ins/").status_code == 200
    frozen_clock.advance(minutes=10)
    assert desk.get("/")["Account-Refusal"] == "expired"


def test_the_page_of_sign_ins_says_how_long_they_last_here(desk_of):
    page = desk_of("service").get("/account/sign-ins/").content.decode()
    assert "15 minutes without use" in page
    assert "8 hours" in page


@pytest.mark.clause("C14")
def test_a_customers_token_opens_nothing_here(hire, frozen_clock, anna):
    from crystalcall.customers.actions import record_guest
    from crystalcall.customers.signing_in import actions
    from crystalcall.customers.signing_in.values import Audience

    now = frozen_clock.now()
    customer = record_guest(anna.name, anna.email, anna.telephone, anna.language, now=now)
    actions.add_credential(Audience.CUSTOMER, customer, anna.email, PASSWORD, now=now)
    browser = ProvingBrowser(frozen_clock.now)
    refused = browser.post("/account/sign-in/", {"email": anna.email, "password": PASSWORD})
    assert refused.status_code == 422
    assert not browser.token


def test_whoever_is_disabled_is_out_with_the_next_press(desk_of, frozen_clock):
    from crystalcall.customers.staff import actions

    desk_of("administrator")
    desk = desk_of("service")
    assert desk.get("/").status_code == 200
    actions.disable(desk.member_id, reason="left the house", now=frozen_clock.now())
    assert desk.get("/").status_code == 401


def test_whoever_loses_a_role_loses_its_pages_with_the_next_press(desk_of, frozen_clock):
    from crystalcall.customers.staff import actions
    from crystalcall.rules.staffing import Role

    desk = desk_of("service", "accounts")
    assert desk.get("/look-up/").status_code == 200
    actions.set_roles(desk.member_id, frozenset({Role.ADMINISTRATOR}), now=frozen_clock.now())
    assert desk.get("/look-up/").status_code in {401, 403}


def test_nothing_of_the_store_is_served_here_and_nothing_of_the_desk_there(settings):
    from crystalcall.config import backoffice_urls, urls

    def names(module):
        resolver = get_resolver(module.__name__)
        return {name for name in resolver.reverse_dict if isinstance(name, str)}

    desk, store = names(backoffice_urls), names(urls)
    shared = desk & store
    assert {name for name in shared if not name.startswith("account")} <= {"healthz", "readyz", "robots"}
    assert {name for name in desk - store if name.startswith("desk-")} >= {"desk-log", "desk-customer"}
    assert not {name for name in store if name.startswith("desk-")}
    assert "account-register" not in desk
    settings.ROOT_URLCONF = "crystalcall.config.urls"
    assert urlsplit(reverse("account")).path == "/account/"


def test_pages_of_the_store_are_not_here(db, visitor):
    for path in ("/rates/", "/minutes/", "/cart/", "/checkout/", "/account/orders/", "/account/register/", "/privacy/"):
        assert visitor.get(path).status_code == 404
    assert visitor.get("/robots.txt").content == b"User-agent: *\nDisallow: /\n"
    assert visitor.get("/healthz").status_code == 200
    assert visitor.get("/readyz").status_code == 200


def test_an_act_from_the_store_is_an_act_from_elsewhere(db, visitor, settings):
    store = settings.CRYSTALCALL.store_base_url
    refused = visitor.post("/look-up/", {"wanted": "x"}, headers={"sec-fetch-site": "same-site", "origin": store})
    assert refused.status_code == 403
    own = visitor.post("/account/reset/", {"email": "x"}, headers={"sec-fetch-site": "", "origin": store})
    assert own.status_code == 403


@pytest.mark.clause("C14")
def test_a_forgotten_password_is_set_anew_by_mail_and_the_second_factor_stays(desk_of, shop, visitor, settings):
    from crystalcall.config import django_settings

    desk = desk_of("service")
    shop.sends()
    shop.later(minutes=1)
    assert visitor.post("/account/reset/", {"email": desk.email}).status_code == 200
    bodies = "\n".join(letter.body for letter in shop.sends())
    [address] = re.findall(r"http\S+/account/reset/[\w-]{43}/", bodies)
    assert address.startswith(settings.CRYSTALCALL.backoffice_base_url)
    path = urlsplit(address).path
    assert "Set the password" in visitor.get(path).content.decode()
    with override_settings(ROOT_URLCONF=django_settings.ROOT_URLCONF, TEMPLATES=django_settings.TEMPLATES):
        assert visitor.get(path).status_code == 404
        assert visitor.post(path, {"password": "a wholly other sentence"}).status_code == 404
    assert visitor.post(path, {"password": "a wholly other sentence"}).status_code == 200
    assert desk.get("/").status_code == 401
    fresh = ProvingBrowser(desk.browser._now)
    step = fresh.post("/account/sign-in/", {"email": desk.email, "password": "a wholly other sentence"})
    assert "Second step" in step.content.decode()
    assert not fresh.token


def test_for_an_address_that_nobody_here_has_the_answer_is_the_same(desk_of, shop, visitor):
    desk = desk_of("service")
    known = visitor.post("/account/reset/", {"email": desk.email})
    unknown = visitor.post("/account/reset/", {"email": "nobody@example.org"})
    assert (known.status_code, known.content) == (unknown.status_code, unknown.content)
