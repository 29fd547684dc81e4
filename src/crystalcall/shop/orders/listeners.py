"""What orders listen to. Each handler runs in the delivery's transaction, so each fact counts once."""

from crystalcall.payments.events import PaymentCaptured, PaymentDeclined, PaymentHeld
from crystalcall.plumbing import clock
from crystalcall.plumbing.announcements import listen
from crystalcall.shop.orders import actions
from crystalcall.shop.orders.events import OrderPaid


def listen_to_all() -> None:
    """Begin to listen; called once at start."""
    listen(PaymentCaptured, "orders.mark_paid", on_captured)
    listen(PaymentHeld, "orders.mark_held", on_held)
    listen(PaymentDeclined, "orders.mark_declined", on_declined)
    listen(OrderPaid, "orders.fulfill_order", on_paid)


def on_captured(event: PaymentCaptured) -> None:
    """The money is there."""
    actions.mark_paid(event.order_number, str(event.payment_id), now=clock.now())


def on_held(event: PaymentHeld) -> None:
    """The gateway reviews the payment."""
    actions.mark_held(event.order_number, str(event.payment_id), now=clock.now())


def on_declined(event: PaymentDeclined) -> None:
    """The gateway declined the payment."""
    actions.mark_declined(event.order_number, str(event.payment_id), now=clock.now())


def on_paid(event: OrderPaid) -> None:
    """What is paid is fulfilled."""
    actions.fulfill_order(event.order_number, now=clock.now())
