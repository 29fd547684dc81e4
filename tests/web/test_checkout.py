from datetime import timedelta
from typing import Any

import pytest
from store_scenery import NOW, read_page

ADDRESS = "/checkout/?credit-10=2"


@pytest.fixture
def gateway(monkeypatch) -> dict[str, Any]:
    """What the shop answers when the gateway's form is asked for; a test may change the answer."""
    from crystalcall.payments.actions import HandOff
    from crystalcall.web.shop import views_orders

    says: dict[str, Any] = {
        "answer": HandOff("http://127.0.0.1:8003/payment/payment", "T" * 40, NOW + timedelta(minutes=15)),
        "asked": [],
    }

    def begin(token: str, *, now) -> Any:
        says["asked"].append(token)
        return says["answer"]

    monkeypatch.setattr(views_orders, "begin_payment", begin)
    return says


@pytest.fixture
def form(visitor, published, anna) -> dict[str, str]:
    """Anna's form, filled in on the page that was sent to her."""
    page = read_page(visitor.get(ADDRESS))
    hidden = {name: page.fields[name]["value"] for name in ("placing_key", "total")}
    return {**hidden, "name": anna.name, "email": anna.email, "telephone": ""}


@pytest.mark.clause("C04")
def test_the_form_asks_for_three_things_and_two_wishes_in_ways_a_browser_can_fill(visitor, published):
    page = read_page(visitor.get(ADDRESS))
    assert page.fields["name"]["autocomplete"] == "name"
    assert page.fields["email"]["autocomplete"] == "email"
    assert page.fields["email"]["inputmode"] == "email"
    assert page.fields["telephone"]["autocomplete"] == "tel"
    assert page.fields["telephone"]["inputmode"] == "tel"
    assert set(page.fields) == {"placing_key", "total", "name", "email", "telephone", "price_notices", "policy_notices"}
    assert "$20.00" in page.text
    assert visitor.get(ADDRESS).headers["Cache-Control"] == "no-store"


@pytest.mark.clause("C22")
def test_a_filled_form_places_the_order_and_hands_over_by_post(visitor, form, gateway):
    response = visitor.post(ADDRESS, form)
    page = read_page(response)
    assert response.status_code == 200
    handed = next(form for form in page.forms if form.get("id") == "pay")
    assert (handed["method"], handed["action"]) == ("post", "http://127.0.0.1:8003/payment/payment")
    assert page.fields["token"]["value"] == "T" * 40
    assert f"/orders/{gateway['asked'][0]}/" in page.links
    assert "no-store" in response.headers["Cache-Control"]
    assert [script["src"] for script in page.scripts] == ["/static/web/pay.js"]


def test_the_same_form_sent_twice_is_one_order(visitor, form, gateway):
    visitor.post(ADDRESS, form)
    visitor.post(ADDRESS, form)
    first, second = gateway["asked"]
    assert first == second


@pytest.mark.parametrize("language", ["", "/ru"])
def test_errors_stand_beside_their_fields_and_what_was_typed_stays(visitor, form, gateway, language):
    wrong = {"name": "4111 1111 1111 1111", "email": "anna@", "telephone": "12"}
    response = visitor.post(language + ADDRESS, form | wrong)
    page = read_page(response)
    assert response.status_code == 422
    assert not gateway["asked"]
    for name, typed in wrong.items():
        assert page.fields[name]["value"] == typed
        assert page.fields[name]["aria-invalid"] == "true"
        assert page.ids[f"{name}-wrong"] == 1
        assert f"#{name}" in page.links
    assert page.fields["placing_key"]["value"] == form["placing_key"]


@pytest.mark.parametrize("absurd", ["<script>alert(1)</script>", "\x00", "a" * 5000, "ﷺ" * 300, ""])
def test_absurd_text_is_given_back_as_text_and_breaks_nothing(visitor, form, gateway, absurd):
    response = visitor.post(ADDRESS, form | dict.fromkeys(("name", "email", "telephone"), absurd))
    assert response.status_code == 422
    assert "<script>alert" not in response.content.decode()


def test_a_total_that_changed_since_it_was_seen_is_shown_before_anything_is_placed(visitor, form, gateway):
    response = visitor.post("/checkout/?credit-10=3", form)
    page = read_page(response)
    assert response.status_code == 422
    assert "changed since you saw it" in page.text
    assert page.fields["total"]["value"] == "30000000"
    assert page.fields["name"]["value"] == form["name"]
    assert not gateway["asked"]


def test_a_form_without_its_key_gets_a_new_one_and_keeps_the_rest(visitor, form, gateway):
    page = read_page(visitor.post(ADDRESS, form | {"placing_key": "", "total": "many"}))
    assert len(page.fields["placing_key"]["value"]) == 22
    assert page.fields["email"]["value"] == form["email"]


def test_a_gateway_that_is_away_keeps_the_order_and_says_so(visitor, form, gateway):
    from crystalcall.payments.actions import PaymentUnavailable, UnavailableReason

    gateway["answer"] = PaymentUnavailable(UnavailableReason.GATEWAY_UNREACHABLE)
    response = visitor.post(ADDRESS, form)
    page = read_page(response)
    assert response.status_code == 503
    assert "Nothing was charged, and your order is kept" in page.text
    assert any(form["action"].endswith("/pay/") for form in page.forms)


@pytest.mark.parametrize("reason", ["already_paid", "in_review"])
def test_an_order_that_needs_no_payment_leads_to_its_page(visitor, form, gateway, reason):
    from crystalcall.payments.actions import PaymentUnavailable, UnavailableReason

    gateway["answer"] = PaymentUnavailable(UnavailableReason(reason))
    assert visitor.post(ADDRESS, form).headers["Location"] == f"/orders/{gateway['asked'][0]}/"


@pytest.mark.clause("C22")
def test_the_token_of_the_form_and_the_key_are_in_no_address(visitor, form, gateway):
    page = read_page(visitor.post(ADDRESS, form))
    assert not [link for link in page.links if "T" * 40 in link or form["placing_key"] in link]


def test_nobody_places_an_order_from_elsewhere(visitor, form, gateway):
    response = visitor.post(ADDRESS, form, headers={"sec-fetch-site": "cross-site"})
    assert response.status_code == 403
    assert not gateway["asked"]


@pytest.mark.clause("C04", "C07")
def test_the_box_for_price_notices_is_off_until_it_is_ticked(visitor, form, gateway):
    from crystalcall.shop.orders.queries import order_by_token

    box = read_page(visitor.get(ADDRESS)).fields["price_notices"]
    assert (box["type"], box["value"]) == ("checkbox", "1")
    assert "checked" not in box
    visitor.post(ADDRESS, form)
    assert order_by_token(gateway["asked"][0]).stop_token is None


def test_a_ticked_box_is_kept_with_the_order(visitor, form, gateway):
    from crystalcall.shop.orders.queries import order_by_token

    visitor.post(ADDRESS, form | {"price_notices": "1"})
    assert order_by_token(gateway["asked"][0]).stop_token is not None


def test_a_ticked_box_stays_ticked_when_the_form_comes_back(visitor, form, gateway):
    page = read_page(visitor.post(ADDRESS, form | {"price_notices": "1", "email": "anna@"}))
    assert "checked" in page.fields["price_notices"]
    page = read_page(visitor.post(ADDRESS, form | {"price_notices": "1", "placing_key": ""}))
    assert "checked" in page.fields["price_notices"]
