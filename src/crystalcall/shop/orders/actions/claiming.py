"""An order comes into a customer's account: what exactly joins what.

By its secret address: the order, its cards, their PINs and calls, which that address shows anyway. Nothing of whoever
bought it is joined or shown: an address that somebody typed proves nothing, and joins nobody's past. Bought as a guest
with the very address that the customer confirmed by its mailbox: the same person, so the guest's record is theirs.
"""

import re
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from crystalcall.customers.actions import join_guest
from crystalcall.customers.queries import sharing_mailbox
from crystalcall.customers.signing_in.queries import has_credential
from crystalcall.customers.signing_in.values import Audience
from crystalcall.minutes.pins.queries import pins_of_account
from crystalcall.privacy.holds.locks import lock_people
from crystalcall.privacy.policy.queries import current_number
from crystalcall.shop.orders.locks import locked_order
from crystalcall.shop.orders.models import Card, HeldCard, Order, OrderClaim
from crystalcall.shop.orders.tokens import find_order
from crystalcall.shop.orders.values import Claimed, ClaimRefusal, ClaimRefused, ClaimWay

TOKEN_IN_ADDRESS: Final = re.compile(r"(?:^|/orders/)([A-Za-z0-9_-]{22})(?:/|\?|#|$)")
TYPED_AT_MOST: Final = 400


def claim_by_address(customer_id: UUID, typed: str, *, now: datetime) -> Claimed | ClaimRefused:
    """Take the order with this secret address (or the last part of it) into the account of a registered customer."""
    found = TOKEN_IN_ADDRESS.search(typed.strip()[:TYPED_AT_MOST])
    order = find_order(found[1]) if found else None
    if order is None or not has_credential(Audience.CUSTOMER, customer_id):
        return ClaimRefused(ClaimRefusal.UNKNOWN)
    is_same_person = order.customer_id is not None and order.customer_id in _guests_of(customer_id)
    way = ClaimWay.MAILBOX if is_same_person else ClaimWay.ADDRESS
    return _claim(order.order_number, customer_id, way, now=now)


def claim_by_mailbox(customer_id: UUID, *, now: datetime) -> tuple[Claimed, ...]:
    """Take every order that was bought as a guest with the customer's confirmed address into their account."""
    if not has_credential(Audience.CUSTOMER, customer_id):
        return ()
    numbers = claimable(customer_id)
    answers = [_claim(number, customer_id, ClaimWay.MAILBOX, now=now) for number in numbers]
    return tuple(answer for answer in answers if isinstance(answer, Claimed))


def claimable(customer_id: UUID) -> tuple[str, ...]:
    """Orders bought as a guest with the customer's confirmed address that are not in the account yet, oldest first."""
    rows = Order.objects.filter(customer_id__in=_guests_of(customer_id)).exclude(claim__customer_id=customer_id)
    return tuple(rows.order_by("placed_at", "pk").values_list("order_number", flat=True))


def note(order: Order, customer_id: UUID, way: ClaimWay, *, now: datetime) -> None:
    """Write down in whose account an order stands, in the transaction that brings it there."""
    OrderClaim.objects.update_or_create(
        order=order,
        defaults={
            "customer_id": customer_id,
            "way": way.value,
            "claimed_at": now,
            "policy_version": current_number(),
        },
    )


def _guests_of(customer_id: UUID) -> frozenset[UUID]:
    """The guests with the customer's mailbox: nobody else can sign in with it."""
    sharing = frozenset(sharing_mailbox(customer_id)) - {customer_id}
    return frozenset(each for each in sharing if not has_credential(Audience.CUSTOMER, each))


def _claim(order_number: str, customer_id: UUID, way: ClaimWay, *, now: datetime) -> Claimed | ClaimRefused:
    with transaction.atomic():
        # Before any row of theirs, as an erasure and a legal hold do.
        buyers = Order.objects.filter(order_number=order_number).values_list("customer_id", flat=True)
        lock_people([customer_id, *(each for each in buyers if each is not None)])
        order = locked_order(order_number)
        if order is None:
            return ClaimRefused(ClaimRefusal.UNKNOWN)
        standing = OrderClaim.objects.filter(order=order).first()
        if standing is not None and standing.customer_id == customer_id and way is ClaimWay.ADDRESS:
            return ClaimRefused(ClaimRefusal.YOURS_ALREADY)
        if standing is not None and not _yields(standing, customer_id, way):
            return ClaimRefused(ClaimRefusal.IN_ANOTHER_ACCOUNT)
        note(order, customer_id, way, now=now)
        _take_cards(order)
        if way is ClaimWay.MAILBOX:
            _become_one(order, customer_id, now=now)
    return Claimed(order_number, way)


def _yields(standing: OrderClaim, customer_id: UUID, way: ClaimWay) -> bool:
    """Whoever only had the address makes room for the buyer, whose mailbox proves it."""
    is_buyer = way is ClaimWay.MAILBOX and standing.way == ClaimWay.ADDRESS.value
    return standing.customer_id == customer_id or is_buyer


def _take_cards(order: Order) -> None:
    """The order's cards are this account's alone, each with the PIN that it has now."""
    cards = list(Card.objects.filter(line__order=order).order_by("pk"))
    HeldCard.objects.filter(ledger_account_id__in=[card.ledger_account_id for card in cards]).delete()
    for card in cards:
        newest = pins_of_account(card.ledger_account_id)[-1].serial
        if newest != card.pin_serial:
            card.pin_serial = newest
            card.save(update_fields=["pin_serial"])


def _become_one(order: Order, customer_id: UUID, *, now: datetime) -> None:
    """The buyer is the customer: the guest's record of the same mailbox is joined with theirs."""
    guest_id = order.customer_id
    if guest_id is None or guest_id == customer_id or not join_guest(guest_id, customer_id, now=now):
        return
    Order.objects.filter(customer_id=guest_id).update(customer_id=customer_id)
