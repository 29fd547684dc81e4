"""Looking up: by one exact name, masked until revealed for a reason; each search one line, so many an hour."""

import re
from uuid import uuid4

import msgspec
import pytest

WHY = "called and asked about the order"
#: Everything of Anna that no page may hold before somebody said why.
SECRETS = ("anna@example.org", "Anna Hale", "2125550142", "212-555-0142", "+12125550142")


def search(desk, wanted: str):
    return desk.post("/look-up/", {"wanted": wanted})


@pytest.fixture
def bought(shop, anna):
    return shop.sells(anna)


@pytest.mark.clause("C14")
def test_nothing_of_a_customer_is_on_any_page_before_it_is_revealed(desk_of, bought):
    desk = desk_of("service", "accounts", "privacy_officer", "administrator")
    found = search(desk, "ANNA@example.org")
    assert found["Account-Go"] == f"/customers/{bought.customer_id}/"
    pages = (
        *(found["Account-Go"], f"/orders/{bought.order_number}/", f"/cards/{bought.serial}/"),
        *("/", "/look-up/", "/log/", "/staff/", "/proposals/"),
    )
    for path in pages:
        text = desk.get(path).content.decode()
        assert [secret for secret in SECRETS if secret in text] == [], path
        assert bought.pin not in re.sub(r"\D", "", text), path
    assert "a•••@example.org" in desk.get(found["Account-Go"]).content.decode()


@pytest.mark.clause("C14")
def test_revealed_for_a_reason_it_stands_in_that_answer_alone(desk_of, bought):
    from crystalcall.privacy.register.models import RegisterEntry

    desk = desk_of("service")
    path = f"/customers/{bought.customer_id}/"
    lines = RegisterEntry.objects.filter(kind="revealed").count()
    shown = desk.post(path, {"act": "reveal", "reason": WHY})
    text = shown.content.decode()
    assert shown.status_code == 200
    assert shown["Cache-Control"] == "no-store"
    assert all(secret in text for secret in ("anna@example.org", "Anna Hale", "212-555-0142"))
    assert RegisterEntry.objects.filter(kind="revealed").count() == lines + 1
    assert desk.log()[-1] == ("backoffice.revealed", "done", str(bought.customer_id), "customers.contact")
    again = desk.get(path).content.decode()
    assert not any(secret in again for secret in SECRETS)


@pytest.mark.parametrize("reason", ["", "   ", "why"])
def test_without_a_reason_nothing_is_revealed_and_nothing_written(desk_of, bought, reason):
    desk = desk_of("service")
    before = desk.log()
    shown = desk.post(f"/customers/{bought.customer_id}/", {"act": "reveal", "reason": reason})
    assert shown.status_code == 422
    assert not any(secret in shown.content.decode() for secret in SECRETS)
    assert desk.log() == before


@pytest.mark.clause("C14")
def test_to_reveal_takes_a_password_of_five_minutes(desk_of, bought, frozen_clock):
    desk = desk_of("service")
    path = f"/customers/{bought.customer_id}/"
    frozen_clock.advance(minutes=6)
    before = desk.log()
    for fields in ({"act": "reveal", "reason": WHY}, {"act": "end-sign-ins", "reason": WHY}):
        asked = desk.post(path, fields)
        assert (asked.status_code, asked["Account-Again"]) == (403, "asked")
        assert not any(secret in asked.content.decode() for secret in SECRETS)
    money = desk.post(f"/cards/{bought.serial}/", {"act": "credit", "reason": WHY, "amount": "5"})
    assert money["Account-Again"] == "asked"
    assert desk.log() == before
    assert desk.post(f"/cards/{bought.serial}/", {"act": "block", "reason": WHY})["Account-Go"].endswith("done=blocked")


def test_an_order_and_a_card_are_found_by_their_numbers(desk_of, bought):
    desk = desk_of("service")
    assert search(desk, f" {bought.order_number.lower()} ")["Account-Go"] == f"/orders/{bought.order_number}/"
    assert search(desk, bought.serial)["Account-Go"] == f"/cards/{bought.serial}/"
    assert [line[0] for line in desk.log()] == ["backoffice.looked_up"] * 2
    # What the search led to is the same act.
    desk.get(f"/orders/{bought.order_number}/")
    desk.get(f"/cards/{bought.serial}/")
    assert len(desk.log()) == 2


def test_two_purchases_with_one_address_are_two_customers(desk_of, shop, bought, anna):
    other = shop.sells(anna)
    desk = desk_of("service")
    page = search(desk, anna.email).content.decode()
    assert f"/customers/{bought.customer_id}/" in page
    assert f"/customers/{other.customer_id}/" in page
    assert anna.email not in page
    assert desk.log() == [("backoffice.looked_up", "done", "email", "several")]


@pytest.mark.parametrize("wanted", ["nobody@example.org", "anna@example", "QQQQQQQQQQ", "anna", "@", "%", "2125550142"])
def test_what_is_not_there_is_said_and_the_search_written_down(desk_of, bought, wanted):
    desk = desk_of("service")
    page = search(desk, wanted)
    assert page.status_code == 404
    assert wanted not in page.content.decode() or wanted in {"anna", "@", "%"}
    [(act, outcome, subject, detail)] = desk.log()
    assert (act, outcome, detail) == ("backoffice.looked_up", "done", "none")
    assert subject in {"email", "number"}


def test_an_empty_search_is_no_act(desk_of):
    desk = desk_of("service")
    assert search(desk, "   ").status_code == 422
    assert desk.log() == []


def test_numbers_cannot_be_gone_through_by_their_addresses(desk_of, bought, settings):
    settings.CRYSTALCALL = msgspec.structs.replace(settings.CRYSTALCALL, desk_lookups_per_hour=5)
    desk = desk_of("service")
    for _guess in range(5):
        assert desk.get(f"/customers/{uuid4()}/").status_code == 404
    assert desk.get(f"/customers/{bought.customer_id}/").status_code == 429
    assert desk.get(f"/orders/{bought.order_number}/").status_code == 429
    assert search(desk, bought.serial).status_code == 429
    outcomes = [outcome for _, outcome, *_ in desk.log()]
    assert outcomes == ["done"] * 5 + ["refused"] * 3


def test_no_more_people_are_shown_in_an_hour_than_may_be_looked_up(desk_of, bought, settings):
    settings.CRYSTALCALL = msgspec.structs.replace(settings.CRYSTALCALL, desk_lookups_per_hour=2)
    desk = desk_of("service")
    path, why = f"/customers/{bought.customer_id}/", {"act": "reveal", "reason": WHY}
    assert [desk.post(path, why).status_code for _time in range(3)] == [200, 200, 429]
    stopped = desk.post(path, why).content.decode()
    assert not any(secret in stopped for secret in SECRETS)
    assert desk.log()[2:] == [("backoffice.revealed", "refused", str(bought.customer_id), "too_often")] * 2


def test_the_limit_is_a_members_own_and_over_in_an_hour(desk_of, bought, settings, frozen_clock):
    settings.CRYSTALCALL = msgspec.structs.replace(settings.CRYSTALCALL, desk_lookups_per_hour=1)
    desk = desk_of("service")
    assert search(desk, bought.serial).status_code == 200
    stopped = search(desk, bought.order_number)
    assert stopped.status_code == 429
    assert stopped["Retry-After"]
    assert search(desk_of("service"), bought.serial).status_code == 200
    for _part in range(7):
        frozen_clock.advance(minutes=10)
        desk.get("/")
    assert search(desk, bought.order_number).status_code == 200


@pytest.mark.clause("C11")
def test_a_forgotten_customer_is_nobody(desk_of, bought, shop):
    from crystalcall.privacy import keepers
    from crystalcall.privacy.erasures.actions import erase_person
    from crystalcall.privacy.erasures.values import Erased
    from crystalcall.privacy.keepers import Way

    desk = desk_of("service")
    shop.sends()
    person = keepers.find(order_number=bought.order_number)
    assert isinstance(erase_person(person, Way.DELETION, now=shop.now), Erased)
    assert desk.get(f"/customers/{bought.customer_id}/").status_code == 404
    assert search(desk, "anna@example.org").status_code == 404
