import dataclasses

import pytest
from django.db import IntegrityError, transaction

from crystalcall.customers.models import Customer
from crystalcall.plumbing.ids import random_token
from crystalcall.rules.ordering import OrderState
from crystalcall.shop.cart import read_cart
from crystalcall.shop.catalogue.actions import offer_product, withdraw_product
from crystalcall.shop.catalogue.models import Product
from crystalcall.shop.orders import actions, queries
from crystalcall.shop.orders.actions import placing
from crystalcall.shop.orders.models import NoticeWish, Order
from crystalcall.shop.orders.values import CannotPlace, NoticeLink, NoticeTopic, Placed, PlacingProblemReason
from crystalcall.shop.orders.wording import problem_text

pytestmark = pytest.mark.django_db


def reasons(outcome: Placed | CannotPlace) -> list[tuple[str, str]]:
    assert isinstance(outcome, CannotPlace)
    assert all(problem_text(problem) for problem in outcome.problems)
    return [(problem.field, problem.reason.value) for problem in outcome.problems]


def test_an_order_stands_as_the_cart_was_shown(place, deck, now):
    placed = place("credit-10=2&credit-2=1")
    order = queries.order_by_token(placed.token)
    assert order is not None
    assert (order.order_number, order.state, order.total_micros) == (placed.order_number, "placed", 22_000_000)
    assert [(line.sku, line.quantity, line.deck_version) for line in order.lines] == [
        ("credit-2", 1, deck.version),
        ("credit-10", 2, deck.version),
    ]
    assert (order.masked_email, order.cards, order.payment, order.placed_at) == ("a•••@example.org", (), None, now)


def test_the_same_form_sent_twice_is_one_order(wish, now):
    form = wish()
    assert actions.place_order(form, now=now) == actions.place_order(form, now=now)
    assert (Order.objects.count(), Customer.objects.count()) == (1, 1)


def test_a_form_mended_and_sent_again_is_another_order(wish, now):
    form = wish()
    first = actions.place_order(form, now=now)
    mended = actions.place_order(dataclasses.replace(form, email="anna.hale@example.org"), now=now)
    assert isinstance(first, Placed)
    assert isinstance(mended, Placed)
    assert first.token != mended.token


def test_two_copies_of_a_form_at_the_same_moment_are_one_order(wish, now, monkeypatch):
    form = wish()
    first = actions.place_order(form, now=now)
    answers = iter([None, first])  # the second copy looks before the first is committed, and again after
    monkeypatch.setattr(placing, "_known", lambda _index: next(answers))
    assert actions.place_order(form, now=now) == first
    assert Order.objects.count() == 1


def test_everything_that_is_wrong_is_said_at_once_and_nothing_is_kept(wish, now):
    outcome = actions.place_order(wish("", name="", email="x", telephone="1", placing_key="short"), now=now)
    assert reasons(outcome) == [
        ("form", "form_broken"),
        ("cart", "cart_empty"),
        ("name", "missing"),
        ("email", "not_an_email"),
        ("telephone", "not_a_telephone"),
    ]
    assert (Order.objects.count(), Customer.objects.count()) == (0, 0)


def test_a_cart_with_something_left_out_is_shown_again_before_it_is_ordered(wish, now):
    assert reasons(actions.place_order(wish("credit-10=1&credit-99=1"), now=now)) == [("cart", "cart_changed")]


def test_a_product_withdrawn_after_it_was_shown_is_not_sold(wish, now):
    form = wish("credit-10=1")
    withdraw_product("credit-10")
    assert reasons(actions.place_order(form, now=now)) == [("cart", "cart_changed")]
    offer_product("credit-10")
    assert isinstance(actions.place_order(form, now=now), Placed)


def test_a_price_changed_after_it_was_shown_is_shown_again(wish, now):
    form = wish("credit-10=1")
    Product.objects.filter(sku="credit-10").update(price_micros=11_000_000)
    assert reasons(actions.place_order(form, now=now)) == [("cart", "cart_changed")]


def test_without_published_rates_nothing_is_sold(wish, now, monkeypatch):
    monkeypatch.setattr(placing, "current_deck", lambda _now: None)
    assert reasons(actions.place_order(wish(), now=now)) == [("cart", PlacingProblemReason.NO_RATES.value)]


@pytest.mark.clause("C22")
def test_a_card_number_in_the_name_field_is_kept_nowhere(wish, now):
    outcome = actions.place_order(wish(name="4111 1111 1111 1111"), now=now)
    assert reasons(outcome) == [("name", "card_number")]
    assert Customer.objects.count() == 0


@pytest.mark.clause("C21")
def test_nothing_personal_lies_in_clear_in_the_database(place):
    placed = place(telephone="+1 212 736 5000")
    order = Order.objects.get()
    person = Customer.objects.get()
    kept = b"".join(
        bytes(blob) for blob in (order.sealed_token, order.token_index, person.sealed_name, person.sealed_email)
    )
    for secret in (placed.token, "Anna", "anna@example.org", "+12127365000"):
        assert secret.encode() not in kept


@pytest.mark.parametrize("token", ["", "x", "a" * 22, "../../etc/passwd", "a" * 5000, "ä" * 22, "%s"])
def test_a_link_nobody_was_given_opens_nothing(place, token):
    place()
    assert queries.order_by_token(token) is None


def test_order_numbers_and_tokens_cannot_be_guessed(place):
    orders = [place() for _ in range(20)]
    assert len({placed.order_number for placed in orders}) == len({placed.token for placed in orders}) == 20
    assert all(len(placed.token) == 22 and len(placed.order_number) == 10 for placed in orders)


def test_the_five_credits_are_on_sale_from_the_first_day(db):
    cart = read_cart("credit-2=1&credit-5=1&credit-10=1&credit-20=1&credit-50=1")
    assert cart.orderable
    assert cart.total_micros == 87_000_000


@pytest.mark.parametrize(
    "damage",
    [
        {"state": "lost"},
        {"state": OrderState.PAID.value},
        {"state": OrderState.FULFILLED.value},
        {"language": "de"},
        {"total_micros": 0},
        {"total_micros": 500_000_001},
    ],
)
def test_the_database_itself_refuses_an_order_that_cannot_be(place, damage):
    place()
    with pytest.raises(IntegrityError), transaction.atomic():
        Order.objects.update(**damage)


@pytest.mark.parametrize("damage", [{"price_micros": 0}, {"price_micros": 2_005_000}, {"credit_micros": 600_000_000}])
def test_the_database_itself_refuses_a_product_that_cannot_be(db, damage):
    with pytest.raises(IntegrityError), transaction.atomic():
        Product.objects.filter(sku="credit-2").update(**damage)


def test_placing_keys_differ_and_are_long_enough():
    assert queries.new_placing_key() != random_token()
    assert len(queries.new_placing_key()) == 22


@pytest.mark.clause("C07")
def test_nobody_is_told_of_prices_who_did_not_ask(place):
    placed = place()
    assert queries.stop_token(placed.order_number) is None
    assert NoticeWish.objects.count() == 0


def test_a_wish_for_price_notices_is_kept_with_the_order_and_its_key_is_sealed(place, now):
    placed = place(price_notices=True)
    token = queries.stop_token(placed.order_number)
    wish = NoticeWish.objects.get()
    assert token is not None
    assert (wish.order.order_number, wish.asked_at, wish.stopped_at) == (placed.order_number, now, None)
    assert token.encode() not in bytes(wish.sealed_token) + bytes(wish.token_index)
    assert queries.notice_link(token) == NoticeLink(
        topic=NoticeTopic.PRICES, stopped=False, masked_email="a•••@example.org"
    )
    assert queries.order_by_token(token) is None


def test_a_box_ticked_after_all_makes_the_form_another_form(wish, now):
    form = wish()
    first = actions.place_order(form, now=now)
    ticked = dataclasses.replace(form, price_notices=True)
    second = actions.place_order(ticked, now=now)
    assert first != second == actions.place_order(ticked, now=now)
