"""The cards in a customer's account: added by PIN, replaced when lost, bounded by limits.

A card stands in one account at a time, so that nobody who once saw a PIN can look on. Added by its PIN it joins what it
holds now and the calls made from now on; earlier calls, the order and its buyer stay unknown.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.views.decorators.debug import sensitive_variables

from crystalcall.minutes.cards.actions import change_limits, replace_pin
from crystalcall.minutes.cards.values import CardReplaced
from crystalcall.minutes.limits.values import BadLimits, LimitChanges, OwnLimits
from crystalcall.minutes.pins.actions import Origin, PinRefused, check_pin, reveal_pin
from crystalcall.privacy.policy.queries import current_number
from crystalcall.shop.orders.belongings import card_of
from crystalcall.shop.orders.locks import locked_order
from crystalcall.shop.orders.models import Card, HeldCard, OrderClaim
from crystalcall.shop.orders.stock import order_of_account
from crystalcall.shop.orders.values import (
    CardAdded,
    CardGone,
    CardNotAdded,
    CardNotAddedReason,
    CardStays,
    NotYourCard,
    RevealedCard,
)


@sensitive_variables("typed_pin")
def add_card(customer_id: UUID, typed_pin: str, *, now: datetime) -> CardAdded | CardNotAdded | PinRefused:
    """Take the card with this PIN into the account; wrong ones are counted and slowed as at a telephone."""
    found = check_pin(typed_pin, origin=Origin(customer_id=customer_id), now=now, is_use=False)
    if isinstance(found, PinRefused):
        return found
    with transaction.atomic():
        # Whoever claims the order at this moment waits, or was first.
        number = order_of_account(found.account_id)
        order = locked_order(number) if number else None
        claim = OrderClaim.objects.filter(order=order).first() if order else None
        if claim is not None:
            return CardNotAdded(_whose(claim.customer_id, customer_id))
        held, is_new = HeldCard.objects.get_or_create(
            ledger_account_id=found.account_id,
            defaults={
                "customer_id": customer_id,
                "pin_serial": found.serial,
                "added_at": now,
                "policy_version": current_number(),
            },
        )
    return CardAdded(found.serial) if is_new else CardNotAdded(_whose(held.customer_id, customer_id))


def let_card_go(customer_id: UUID, serial: str) -> CardGone | CardStays | NotYourCard:
    """Take a card that was added by its PIN out of the account; its PIN works on. Bought ones stay with their order."""
    if HeldCard.objects.filter(customer_id=customer_id, pin_serial=serial).delete()[0]:
        return CardGone(serial)
    return NotYourCard(serial) if card_of(customer_id, serial) is None else CardStays(serial)


def replace_lost_card(customer_id: UUID, serial: str, *, now: datetime) -> CardReplaced | CardStays | NotYourCard:
    """Block a card of the account and put all that is on it behind a new PIN, at once and in one transaction."""
    with transaction.atomic():
        mine = card_of(customer_id, serial)
        if mine is None:
            return NotYourCard(serial)
        replaced = replace_pin(serial, now=now)
        if not isinstance(replaced, CardReplaced):
            return CardStays(serial)
        held = HeldCard.objects.filter(customer_id=customer_id, pin_serial=serial)
        if not held.update(pin_serial=replaced.to_serial):
            Card.objects.filter(pin_serial=serial).update(pin_serial=replaced.to_serial)
    return replaced


def bound_card(
    customer_id: UUID, serial: str, changes: LimitChanges, *, now: datetime
) -> OwnLimits | BadLimits | NotYourCard:
    """Set limits of a card of the account; a running call keeps what it was granted."""
    if card_of(customer_id, serial) is None:
        return NotYourCard(serial)
    answer = change_limits(serial, changes, now=now)
    return answer if isinstance(answer, OwnLimits | BadLimits) else NotYourCard(serial)


def reveal_card(customer_id: UUID, serial: str) -> RevealedCard | NotYourCard:
    """The PIN of a card of the account."""
    mine = card_of(customer_id, serial)
    return NotYourCard(serial) if mine is None else RevealedCard(serial, reveal_pin(serial))


def _whose(owner: UUID, asking: UUID) -> CardNotAddedReason:
    return CardNotAddedReason.YOURS_ALREADY if owner == asking else CardNotAddedReason.IN_ANOTHER_ACCOUNT
