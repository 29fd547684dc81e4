"""What mailings listen to."""

from datetime import date
from uuid import UUID

from crystalcall.mailings import actions
from crystalcall.mailings.values import NoticeKind
from crystalcall.minutes.ledger.events import CreditExpired, CreditExpiring
from crystalcall.minutes.rates.events import RatesRaised
from crystalcall.plumbing import clock
from crystalcall.plumbing.announcements import listen
from crystalcall.shop.orders.events import OrderFulfilled
from crystalcall.shop.orders.queries import order_of_account


def listen_to_all() -> None:
    """Begin to listen; called once at start."""
    listen(OrderFulfilled, "mailings.queue_notice", on_fulfilled)
    listen(CreditExpiring, "mailings.queue_expiring", on_expiring)
    listen(CreditExpired, "mailings.queue_expired", on_expired)
    listen(RatesRaised, "mailings.queue_price_notices", on_rates_raised)


def on_fulfilled(event: OrderFulfilled) -> None:
    """A fulfilled order is told to its buyer."""
    actions.queue_notice(event.order_number, NoticeKind.ORDER_FULFILLED, now=clock.now())


def on_expiring(event: CreditExpiring) -> None:
    """Credit or minutes that will expire are told to whoever bought them."""
    _queue_expiry(NoticeKind.CREDIT_EXPIRING, event.account, event.on)


def on_expired(event: CreditExpired) -> None:
    """Credit or minutes that expired are told to whoever bought them."""
    _queue_expiry(NoticeKind.CREDIT_EXPIRED, event.account, event.on)


def on_rates_raised(event: RatesRaised) -> None:
    """A deck that is dearer for somebody is told to all who asked."""
    actions.queue_price_notices(event.deck_id, now=clock.now())


def _queue_expiry(kind: NoticeKind, account: str, on: str) -> None:
    """Cards that the operator made apart from any order have nobody to write to."""
    order_number = order_of_account(UUID(account))
    if order_number is not None:
        actions.queue_expiry(order_number, kind, date.fromisoformat(on), now=clock.now())
