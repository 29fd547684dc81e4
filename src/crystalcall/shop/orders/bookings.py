"""An order in the books: paid first, delivered later, so that the books always say what the store still owes.

Each step has the order's own key and is booked once, however often it is asked for.
"""

from dataclasses import dataclass
from datetime import datetime

from crystalcall.minutes.ledger.actions import system_account, transfer
from crystalcall.minutes.ledger.values import Posting
from crystalcall.rules.ledger import CODE_MARGIN, CODE_OWED_BACK, CODE_PAID, CODE_PAID_TWICE, AccountKind
from crystalcall.shop.orders.models import Order


@dataclass(frozen=True, slots=True)
class Entry:
    """How much is booked, why, and for which fact."""

    amount_micros: int
    code: str
    key: str


def book_payment(order: Order, *, now: datetime) -> None:
    """The gateway owes the store the order's price, and the store owes the delivery."""
    key = f"order:{order.order_number}:paid"
    _book(AccountKind.GATEWAY_CLEARING, AccountKind.SALES, Entry(order.total_micros, CODE_PAID, key), now)


def book_delivery(order: Order, *, delivered_micros: int, now: datetime) -> None:
    """The cards have their credit; what the price was above it is earned."""
    rest = order.total_micros - delivered_micros
    if rest > 0:
        entry = Entry(rest, CODE_MARGIN, f"order:{order.order_number}:margin")
        _book(AccountKind.SALES, AccountKind.CALL_REVENUE, entry, now)


def book_second_payment(order: Order, payment_id: str, *, now: datetime) -> None:
    """The gateway owes the store the price once more, and the store owes it back to the buyer."""
    key = f"order:{order.order_number}:paid:{payment_id}"
    _book(AccountKind.GATEWAY_CLEARING, AccountKind.REFUNDS, Entry(order.total_micros, CODE_PAID_TWICE, key), now)


def book_owed_back(order: Order, *, now: datetime) -> None:
    """What was paid will never be delivered: the store owes the price back to whoever paid it, and no delivery."""
    book_payment(order, now=now)
    entry = Entry(order.total_micros, CODE_OWED_BACK, f"order:{order.order_number}:owed_back")
    _book(AccountKind.SALES, AccountKind.REFUNDS, entry, now)


def _book(debit: AccountKind, credit: AccountKind, entry: Entry, now: datetime) -> None:
    accounts = system_account(debit, now=now), system_account(credit, now=now)
    transfer(Posting(*accounts, entry.amount_micros, entry.code, entry.key), now=now)
