"""What mailings listen to."""

from crystalcall.mailings import actions
from crystalcall.mailings.values import NoticeKind
from crystalcall.plumbing import clock
from crystalcall.plumbing.announcements import listen
from crystalcall.shop.orders.events import OrderFulfilled


def listen_to_all() -> None:
    """Begin to listen; called once at start."""
    listen(OrderFulfilled, "mailings.queue_notice", on_fulfilled)


def on_fulfilled(event: OrderFulfilled) -> None:
    """A fulfilled order is told to its buyer."""
    actions.queue_notice(event.order_number, NoticeKind.ORDER_FULFILLED, now=clock.now())
