"""An order in the books: what is paid is owed until it is delivered, and what is paid twice is owed back."""

import pytest

from crystalcall.minutes.ledger.actions import system_account
from crystalcall.minutes.ledger.queries import audit, balance
from crystalcall.rules.ledger import AccountKind
from crystalcall.rules.ordering import OrderState
from crystalcall.shop.catalogue.models import Product
from crystalcall.shop.orders import actions
from crystalcall.shop.orders.models import Card, Order

pytestmark = pytest.mark.django_db

DOLLAR = 1_000_000


@pytest.fixture
def books(now):
    """What stands on the store's own accounts; those with nothing are left out."""

    def posted() -> dict[str, int]:
        assert audit() == []
        kinds = ("gateway_clearing", "sales", "refunds", "call_revenue")
        found = {kind: balance(system_account(AccountKind(kind), now=now)).posted_micros for kind in kinds}
        return {kind: micros for kind, micros in found.items() if micros}

    return posted


def on_cards() -> int:
    return sum(balance(card.ledger_account_id).posted_micros for card in Card.objects.all())


def test_a_paid_order_is_owed_until_it_is_delivered(place, now, books):
    number = place("credit-10=2&credit-2=1").order_number
    assert books() == {}
    actions.mark_paid(number, "1", now=now)
    assert books() == {"gateway_clearing": 22 * DOLLAR, "sales": 22 * DOLLAR}
    actions.fulfill_order(number, now=now)
    assert books() == {"gateway_clearing": 22 * DOLLAR}
    assert on_cards() == 22 * DOLLAR


def test_an_order_is_booked_once_however_often_it_is_told(place, now, books):
    number = place("credit-2=1").order_number
    for _ in range(3):
        actions.mark_paid(number, "1", now=now)
        actions.fulfill_order(number, now=now)
    assert books() == {"gateway_clearing": 2 * DOLLAR}
    assert on_cards() == 2 * DOLLAR


def test_an_order_paid_by_an_earlier_version_is_booked_when_it_is_delivered(place, now, books):
    number = place("credit-2=1").order_number
    Order.objects.filter(order_number=number).update(state=OrderState.PAID.value, paid_at=now)
    assert books() == {}
    actions.fulfill_order(number, now=now)
    assert books() == {"gateway_clearing": 2 * DOLLAR}
    assert on_cards() == 2 * DOLLAR


def test_what_is_paid_twice_is_owed_back_once_for_each_payment(place, now, books):
    number = place("credit-2=1").order_number
    for payment in ("1", "2", "2", "1", "3"):
        actions.mark_paid(number, payment, now=now)
    actions.fulfill_order(number, now=now)
    assert books() == {"gateway_clearing": 6 * DOLLAR, "refunds": 4 * DOLLAR}
    assert on_cards() == 2 * DOLLAR


def test_a_price_above_the_credit_is_earned_at_the_delivery(place, now, books):
    Product.objects.filter(sku="credit-10").update(credit_micros=9_000_000)
    number = place("credit-10=2").order_number
    actions.mark_paid(number, "1", now=now)
    assert books() == {"gateway_clearing": 20 * DOLLAR, "sales": 20 * DOLLAR}
    actions.fulfill_order(number, now=now)
    assert books() == {"gateway_clearing": 20 * DOLLAR, "call_revenue": 2 * DOLLAR}
    assert on_cards() == 18 * DOLLAR


def test_nothing_is_booked_for_an_order_that_nobody_paid(place, now, books):
    number = place("credit-2=1").order_number
    actions.mark_held(number, "1", now=now)
    actions.mark_declined(number, "1", now=now)
    actions.fulfill_order(number, now=now)
    assert books() == {}
    assert not Card.objects.exists()
