"""What stands in each kind of mail, and whether it still has anything to tell."""

from datetime import datetime

from crystalcall.customers.queries import contact
from crystalcall.mailings.composing.expiry_letter import draft_expired, draft_expiring
from crystalcall.mailings.composing.order_letter import draft_fulfilled
from crystalcall.mailings.composing.price_letter import draft_prices
from crystalcall.mailings.values import Draft, NobodyToTell, NothingToTell, NoticeKind, NoticeView
from crystalcall.shop.orders.queries import letter


def draft_of(notice: NoticeView, *, now: datetime) -> Draft | NobodyToTell | NothingToTell:
    """The mail of a notice, judged by how things are now: a credit that was used up needs no word of its end."""
    order = letter(notice.order_number)
    person = contact(order.customer_id) if order and order.customer_id else None
    if order is None or person is None:
        return NobodyToTell()
    match notice.kind:
        case NoticeKind.ORDER_FULFILLED:
            return draft_fulfilled(order, person, message_id=notice.message_id, now=now)
        case NoticeKind.CREDIT_EXPIRING:
            return draft_expiring(notice, person, now=now)
        case NoticeKind.CREDIT_EXPIRED:
            return draft_expired(notice, person, now=now)
        case NoticeKind.PRICES_RISE:
            return draft_prices(notice, person, now=now)
