"""Orders and cards as staff find them: by their public numbers, without a PIN, a link or a call."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from crystalcall.rules.ordering import OrderState
from crystalcall.shop.orders.belongings import is_claimed
from crystalcall.shop.orders.models import Card, Order
from crystalcall.shop.orders.queries import OrderView, order_view
from crystalcall.shop.orders.stock import stock_of
from crystalcall.shop.orders.values import OrderStock

MOST_ORDERS = 200


@dataclass(frozen=True, slots=True)
class FoundOrder:
    """An order with whoever bought it; None where they were forgotten."""

    view: OrderView
    customer_id: UUID | None
    stock: OrderStock | None = field(repr=False)
    """What is left on its cards; None while it is not fulfilled."""


@dataclass(frozen=True, slots=True)
class BuyersOrder:
    """An order in the list of whoever bought it, or has it in their account."""

    order_number: str
    state: OrderState
    placed_at: datetime
    total_micros: int


def find_order_by_number(order_number: str, *, now: datetime) -> FoundOrder | None:
    """The order of this number, or None."""
    order = Order.objects.filter(order_number=order_number).first()
    if order is None:
        return None
    view = order_view(order, in_account=is_claimed(order))
    stock = stock_of(order, now=now) if view.state is OrderState.FULFILLED else None
    return FoundOrder(view, order.customer_id, stock)


def orders_around(customer_id: UUID) -> tuple[BuyersOrder, ...]:
    """The orders that somebody placed or has in their account, the latest first, at most 200."""
    mine = Order.objects.filter(Q(customer_id=customer_id) | Q(claim__customer_id=customer_id)).distinct()
    return tuple(
        BuyersOrder(order.order_number, OrderState(order.state), order.placed_at, order.total_micros)
        for order in mine.order_by("-placed_at", "-pk")[:MOST_ORDERS]
    )


def order_of_card(serial: str) -> str | None:
    """The number of the order that a card was sold with, or None."""
    cards = Card.objects.filter(pin_serial=serial)
    return cards.values_list("line__order__order_number", flat=True).first()


def has_order(order_number: str) -> bool:
    """Whether an order has this number."""
    return Order.objects.filter(order_number=order_number).exists()
