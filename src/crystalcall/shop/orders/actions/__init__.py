"""What happens to orders; each verb is one transaction and may be repeated without harm."""

from crystalcall.shop.orders.actions.fulfilling import fulfill_order, reveal_pins
from crystalcall.shop.orders.actions.notices import stop_notices
from crystalcall.shop.orders.actions.paying import (
    begin_payment,
    cancel_order,
    expire_orders,
    mark_declined,
    mark_held,
    mark_paid,
)
from crystalcall.shop.orders.actions.placing import place_order

__all__ = [
    "begin_payment",
    "cancel_order",
    "expire_orders",
    "fulfill_order",
    "mark_declined",
    "mark_held",
    "mark_paid",
    "place_order",
    "reveal_pins",
    "stop_notices",
]
