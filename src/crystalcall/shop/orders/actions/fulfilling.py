"""Fulfilling an order: each card gets its account, its credit, its PIN and its guarantee, all in one transaction.

A process killed anywhere inside leaves nothing behind; whoever comes next (the announcement delivered again, or
the sweep) does all of it. Each step carries the card's own key, so that nothing can happen twice even so.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from crystalcall.customers.actions import link_account
from crystalcall.minutes.calls.actions import guarantee_quote
from crystalcall.minutes.ledger.actions import open_account, top_up
from crystalcall.minutes.pins.actions import issue_pin, reveal_pin
from crystalcall.plumbing.announcements import announce
from crystalcall.plumbing.settings import current
from crystalcall.rules.ledger import AccountKind
from crystalcall.rules.ordering import OrderFact, OrderState, Unchanged, UnchangedReason, decide
from crystalcall.shop.orders import history
from crystalcall.shop.orders.belongings import is_claimed, own_order
from crystalcall.shop.orders.bookings import book_delivery, book_payment
from crystalcall.shop.orders.events import OrderFulfilled
from crystalcall.shop.orders.locks import locked_order
from crystalcall.shop.orders.models import Card, Order, OrderLine
from crystalcall.shop.orders.tokens import find_order
from crystalcall.shop.orders.values import Fulfilled, RevealedCard


def fulfill_order(order_number: str, *, now: datetime) -> Fulfilled | Unchanged:
    """Fulfill a paid order, once; an order that is not paid, or is fulfilled already, stays as it is.

    So does one whose buyer was forgotten: nobody could get its cards, and its price is owed back.
    """
    with transaction.atomic():
        order = locked_order(order_number)
        if order is None:
            return Unchanged(None, UnchangedReason.UNKNOWN_ORDER)
        decision = decide(OrderState(order.state), OrderFact.DELIVERED)
        if isinstance(decision, Unchanged):
            return decision
        if order.customer_id is None:
            return Unchanged(OrderState(order.state), UnchangedReason.CLOSED)
        # An order that was paid before payments were booked apart is booked now; for any other this changes nothing.
        book_payment(order, now=now)
        cards = [
            _make_card(order, line, index, now=now)
            for line in order.lines.order_by("position")
            for index in range(1, line.quantity + 1)
        ]
        book_delivery(order, delivered_micros=sum(card.line.unit_credit_micros for card in cards), now=now)
        history.move(order, decision, now=now)
        announce(OrderFulfilled(order.order_number))
    return Fulfilled(order.order_number, len(cards))


def _make_card(order: Order, line: OrderLine, index: int, *, now: datetime) -> Card:
    key = f"order:{order.order_number}:{line.position}:{index}"
    until = now + timedelta(days=current().guarantee_days)
    account_id = open_account(AccountKind.CUSTOMER_CREDIT, key=key, now=now)
    top_up(account_id, line.unit_credit_micros, key=key, now=now)
    issued = issue_pin(account_id, key=key, now=now)
    guarantee_quote(account_id, line.deck_id, until=until, now=now)
    if order.customer_id is not None:
        link_account(order.customer_id, account_id, now=now)
    return Card.objects.create(
        line=line,
        index=index,
        pin_serial=issued.serial,
        ledger_account_id=account_id,
        guaranteed_until=until,
        issued_at=now,
    )


def reveal_pins(token: str, *, now: datetime) -> tuple[RevealedCard, ...]:
    """The PINs of the order with this link, in the order of its cards; empty where there are none (yet).

    Empty too once the order stands in an account: then its PINs are shown to whoever signs in there.
    """
    del now  # nothing is recorded of a look: whoever holds the link may look as often as they like
    order = find_order(token)
    return () if order is None or is_claimed(order) else _pins_of(order)


def reveal_own_pins(customer_id: UUID, order_number: str) -> tuple[RevealedCard, ...]:
    """The PINs of an order in a customer's account; empty where it is not there, or has none yet."""
    order = own_order(customer_id, order_number)
    return () if order is None else _pins_of(order)


def pins_to_mail(order_number: str) -> tuple[RevealedCard, ...]:
    """The PINs for the one mail that brings them to the buyer's own address; empty where there are none (yet)."""
    order = Order.objects.filter(order_number=order_number).first()
    return () if order is None else _pins_of(order)


def _pins_of(order: Order) -> tuple[RevealedCard, ...]:
    cards = Card.objects.filter(line__order=order).order_by("line__position", "index")
    return tuple(RevealedCard(card.pin_serial, reveal_pin(card.pin_serial)) for card in cards)
