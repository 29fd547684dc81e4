"""What payments and time do to an order. Each fact may come any number of times, in any order, and counts once."""

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext as _

from crystalcall.customers.queries import contact
from crystalcall.payments.actions import HandOff, OrderReference, PaymentUnavailable, start_attempt
from crystalcall.payments.queries import payment_of
from crystalcall.payments.states import PaymentState
from crystalcall.plumbing.announcements import announce
from crystalcall.plumbing.settings import current
from crystalcall.privacy.gate import Refusal, permit
from crystalcall.privacy.policy import agreed_versions
from crystalcall.privacy.purposes import Purpose
from crystalcall.rules.ordering import (
    CLOSED,
    Moved,
    OrderFact,
    OrderState,
    Unchanged,
    UnchangedReason,
    decide,
)
from crystalcall.shop.orders import history
from crystalcall.shop.orders.belongings import own_order
from crystalcall.shop.orders.bookings import book_payment, book_second_payment
from crystalcall.shop.orders.events import OrderPaid
from crystalcall.shop.orders.locks import locked_order
from crystalcall.shop.orders.models import Order, OrderClaim
from crystalcall.shop.orders.tokens import find_order, token_of
from crystalcall.shop.orders.values import AlreadyPaid, NotPayable

logger = logging.getLogger(__name__)

EXPIRE_AT_ONCE = 200
"""How many orders one pass of the clock expires: it must not hold the clock."""


def begin_payment(token: str, *, now: datetime) -> HandOff | AlreadyPaid | NotPayable | PaymentUnavailable:
    """Open the gateway's form for an order that waits for its money; asking again opens another form.

    The gateway is asked outside any transaction, so that no lock waits for the network.
    """
    order = find_order(token)
    return NotPayable(None) if order is None else _begin(order, token, now=now)


def begin_own_payment(
    customer_id: UUID, order_number: str, *, now: datetime
) -> HandOff | AlreadyPaid | NotPayable | PaymentUnavailable:
    """The same for an order in the account of a customer who is signed in."""
    order = own_order(customer_id, order_number)
    return NotPayable(None) if order is None else _begin(order, token_of(order), now=now)


def _begin(order: Order, token: str, *, now: datetime) -> HandOff | AlreadyPaid | NotPayable | PaymentUnavailable:
    state = OrderState(order.state)
    if state in CLOSED:
        return NotPayable(state)
    if state is not OrderState.PLACED:
        return AlreadyPaid(order.order_number, state)
    person = contact(order.customer_id, purpose=Purpose.ORDER_FULFILLMENT) if order.customer_id else None
    if person is None:
        return NotPayable(state)
    with transaction.atomic():
        leave = permit(
            "authorize-net",
            Purpose.ORDER_FULFILLMENT,
            ("email", "amount", "order_number", "page_address"),
            order.order_number,
            collected_under=order.policy_version,
            agreed=agreed_versions(order.customer_id) if order.customer_id else (),
        )
    if isinstance(leave, Refusal):
        logger.error("the gate refuses to hand over order %s: %s", order.order_number, leave.reason)
        return PaymentUnavailable(leave.reason)
    return start_attempt(leave, _reference(order, token, person.email), now=now)


def _reference(order: Order, token: str, email: str) -> OrderReference:
    prefix = "/ru" if order.language == "ru" else ""
    # Whoever bought in their account comes back to it; the gateway then learns no secret address.
    is_own = OrderClaim.objects.filter(order=order, customer_id=F("order__customer_id")).exists()
    page = f"{prefix}/account/orders/{order.order_number}/" if is_own else f"{prefix}/orders/{token}/"
    with translation.override(order.language):
        description = _("Crystal Call order %(number)s") % {"number": order.order_number}
    return OrderReference(
        order_number=order.order_number,
        amount_micros=order.total_micros,
        email=email,
        language=order.language,
        return_path=f"{page}returned/",
        description=description,
        cancel_path=page,
    )


def mark_paid(order_number: str, payment_id: str, *, now: datetime) -> Moved | Unchanged:
    """The gateway has the money. A second payment of the same order is written into its history and logged."""
    with transaction.atomic():
        order = locked_order(order_number)
        if order is None:
            # Payments begin with an order; this is a damaged database, and silence would hide it.
            logger.error("payment %s names order %s, which does not exist", payment_id, order_number)
            return Unchanged(None, UnchangedReason.UNKNOWN_ORDER)
        decision = decide(OrderState(order.state), OrderFact.CAPTURED)
        if isinstance(decision, Moved):
            history.move(order, decision, reference=payment_id, now=now)
            book_payment(order, now=now)
            announce(OrderPaid(order_number))
        elif history.note_second_payment(order, payment_id, now=now):
            book_second_payment(order, payment_id, now=now)
            logger.error("order %s was paid a second time, by payment %s", order_number, payment_id)
    return decision


def mark_held(order_number: str, payment_id: str, *, now: datetime) -> Moved | Unchanged:
    """The gateway reviews a payment of this order: the buyer waits, and pays no second time.

    Facts may be told in any order: where the review has ended in a decline meanwhile, the decline counts.
    """
    payment = payment_of(order_number)
    if payment is not None and payment.state is PaymentState.DECLINED:
        return _apply(order_number, OrderFact.DECLINED, reference=payment_id, now=now)
    return _apply(order_number, OrderFact.HELD, reference=payment_id, now=now)


def mark_declined(order_number: str, payment_id: str, *, now: datetime) -> Moved | Unchanged:
    """A payment was declined: an order under review is cancelled, any other waits for another card.

    The decline of an earlier card may be told after the review of a later one began; then the review goes on.
    """
    payment = payment_of(order_number)
    if payment is not None and payment.state is PaymentState.HELD:
        return Unchanged(OrderState.HELD, UnchangedReason.UNDER_REVIEW)
    return _apply(order_number, OrderFact.DECLINED, reference=payment_id, now=now)


def cancel_order(order_number: str, *, now: datetime) -> Moved | Unchanged:
    """Withdraw an order that nobody paid; money that comes all the same still buys."""
    return _apply(order_number, OrderFact.WITHDRAWN, now=now)


def expire_orders(*, now: datetime) -> int:
    """Expire the orders that waited too long for their money; gives how many, at most 200 a call."""
    limit = now - timedelta(hours=current().order_expires_hours)
    waiting = Order.objects.filter(state=OrderState.PLACED.value, placed_at__lte=limit).order_by("placed_at")
    numbers = list(waiting.values_list("order_number", flat=True)[:EXPIRE_AT_ONCE])
    moves = [_apply(number, OrderFact.LAPSED, now=now) for number in numbers]
    return sum(isinstance(move, Moved) for move in moves)


def _apply(order_number: str, fact: OrderFact, *, reference: str = "", now: datetime) -> Moved | Unchanged:
    with transaction.atomic():
        order = locked_order(order_number)
        if order is None:
            return Unchanged(None, UnchangedReason.UNKNOWN_ORDER)
        decision = decide(OrderState(order.state), fact)
        if isinstance(decision, Moved):
            history.move(order, decision, reference=reference, now=now)
    return decision
