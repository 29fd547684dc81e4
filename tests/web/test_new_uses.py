"""A new use of old data waits for its owner's word, which the order's page asks for and a press gives."""

import shutil

import pytest
from store_scenery import read_page

from crystalcall.plumbing.ids import random_token
from crystalcall.privacy.announcing.actions import announce
from crystalcall.privacy.policy import agreed_versions
from crystalcall.privacy.policy.library import OWN_FOLDER


@pytest.fixture
def placed(second_policy, published, anna, now):
    """Anna's order, given under the first version."""
    from crystalcall.shop.cart import read_cart
    from crystalcall.shop.orders.actions import place_order
    from crystalcall.shop.orders.values import Placed, PlaceOrder

    placed = place_order(
        PlaceOrder(random_token(), read_cart("credit-2=1"), anna.name, anna.email, None, "en"), now=now
    )
    assert isinstance(placed, Placed)
    return placed


@pytest.fixture
def in_force(placed, now, frozen_clock, wait_for_policy):
    """Since then the second version came into force, with a new use."""
    due_at = announce(None, now=now).due_at
    wait_for_policy(now, due_at)
    frozen_clock.moment = due_at
    return due_at


def customer_of(placed):
    from crystalcall.shop.orders.models import Order

    return Order.objects.get(order_number=placed.order_number).customer_id


@pytest.mark.clause("C20")
def test_before_it_is_in_force_nobody_is_asked(visitor, placed, now):
    announce(None, now=now)
    assert "May we use your data" not in read_page(visitor.get(f"/orders/{placed.token}/")).text
    visitor.post(f"/orders/{placed.token}/agree/", {"version": "2"})
    assert agreed_versions(customer_of(placed)) == frozenset()


@pytest.mark.clause("C20")
def test_the_order_page_names_what_is_new_and_a_press_agrees(visitor, placed, in_force):
    page = read_page(visitor.get(f"/orders/{placed.token}/"))
    assert "May we use your data for this too?" in page.text
    assert "to tell you before prices rise, if you asked" in page.text
    response = visitor.post(f"/orders/{placed.token}/agree/", {"version": "2"})
    assert (response.status_code, response.headers["Location"]) == (302, f"/orders/{placed.token}/")
    assert agreed_versions(customer_of(placed)) == {2}
    assert "May we use your data" not in read_page(visitor.get(f"/orders/{placed.token}/")).text


@pytest.fixture
def widened(second_policy):
    """No purpose is new: telephone numbers serve one that addresses always served, and Authorize.Net gets names too."""
    for place in (second_policy.with_name("0001"), second_policy):
        shutil.copytree(OWN_FOLDER / "0001", place, dirs_exist_ok=True)
    file = second_policy / "practices.toml"
    text = file.read_text(encoding="utf-8").replace("number = 1", "number = 2", 1)
    before, kind, after = text.partition('category = "user.contact.phone_number"')
    after = after.replace("purposes = [", 'purposes = ["price_notice", ', 1)
    after = after.replace('fields = ["amount"', 'fields = ["amount", "name"', 1)
    file.write_text(before + kind + after, encoding="utf-8")


@pytest.mark.clause("C20", "C09")
@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "",
            (
                "Telephone number: to tell you before prices rise, if you asked",
                "Authorize.Net gets: name — to take and deliver your order",
            ),
        ),
        ("/ru", ("Номер телефона: чтобы предупреждать о повышении цен", "Authorize.Net получает: имя — чтобы принять")),
    ],
    ids=["en", "ru"],
)
def test_the_order_page_asks_for_each_new_pair_and_a_press_agrees(widened, visitor, in_force, placed, language, said):
    text = read_page(visitor.get(f"{language}/orders/{placed.token}/")).text
    assert all(words in text for words in said)
    visitor.post(f"{language}/orders/{placed.token}/agree/", {"version": "2"})
    text = read_page(visitor.get(f"{language}/orders/{placed.token}/")).text
    assert not any(words in text for words in said)


@pytest.mark.clause("C20")
def test_looking_agrees_to_nothing(visitor, placed, in_force):
    visitor.get(f"/orders/{placed.token}/")
    assert visitor.get(f"/orders/{placed.token}/agree/").status_code == 302
    assert agreed_versions(customer_of(placed)) == frozenset()


@pytest.mark.parametrize("version", ["", "3", "0", "99999", "two", "²"])
def test_nothing_else_can_be_agreed_to(visitor, placed, in_force, version):
    visitor.post(f"/orders/{placed.token}/agree/", {"version": version})
    assert agreed_versions(customer_of(placed)) == frozenset()


def test_a_stranger_agrees_to_nothing(visitor, client, placed, in_force):
    assert visitor.post(f"/orders/{'A' * 22}/agree/", {"version": "2"}).status_code == 404
    foreign = client.post(f"/orders/{placed.token}/agree/", {"version": "2"}, headers={"sec-fetch-site": "cross-site"})
    assert foreign.status_code == 403
    assert agreed_versions(customer_of(placed)) == frozenset()


def test_who_orders_under_the_new_version_is_not_asked(visitor, in_force, anna):
    from crystalcall.shop.cart import read_cart
    from crystalcall.shop.orders.actions import place_order
    from crystalcall.shop.orders.values import PlaceOrder

    wish = PlaceOrder(random_token(), read_cart("credit-5=1"), anna.name, anna.email, None, "en")
    new = place_order(wish, now=in_force)
    assert "May we use your data" not in read_page(visitor.get(f"/orders/{new.token}/")).text
