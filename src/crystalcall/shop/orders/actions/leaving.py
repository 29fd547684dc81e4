"""Somebody deletes their account: what is left on their cards is put right first, then they are forgotten, at once."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from crystalcall.minutes.cards.actions import refund_credit
from crystalcall.minutes.cards.values import CardReplaced, CreditRefunded
from crystalcall.privacy.erasures.actions import ask_for_refunds, erase_person
from crystalcall.privacy.erasures.values import Erased, ErasureWaits, NobodyToErase
from crystalcall.privacy.keepers import NameKind, Person, Way
from crystalcall.rules.ordering import OrderState
from crystalcall.shop.orders.actions.holding import replace_lost_card, reveal_card
from crystalcall.shop.orders.belongings import CardHoldings, cards_of, holdings_of
from crystalcall.shop.orders.models import Order
from crystalcall.shop.orders.values import BalanceWay, Left, LeftCard, RevealedCard


def leave(
    customer_id: UUID, person: Person, way: BalanceWay, *, nothing_sealed: bool = False, now: datetime
) -> Left | ErasureWaits | NobodyToErase:
    """Put right what is left, forget the person in every room, and tell what they need: told once, kept nowhere.

    Cards of orders get a new PIN, so that no mail and no page opens them any more, or their credit is owed to whoever
    paid it; minutes of a bundle cannot be paid back, and keep a PIN. What a running call holds cannot be paid back
    either, since nobody knows yet how much of it is left: it keeps a new PIN too, to which the rest comes back. Cards
    that were added by their PIN keep it. With `nothing_sealed` the archive keeps nothing of what is deleted. Under
    a legal hold, or whatever else makes an erasure wait, nothing is done but that the wish is noted (`ErasureWaits`).
    While something that is paid is not delivered, not even that (`ErasureWaits.for_money`): minutes later its cards are
    here, to be put right too.
    """
    if Order.objects.filter(order_number__in=person.of(NameKind.ORDER), state=OrderState.PAID.value).exists():
        return ErasureWaits(for_money=True)
    with transaction.atomic():
        owed_micros, cards = _settle(customer_id, way, now=now)
        erased = erase_person(person, Way.DELETION, nothing_sealed=nothing_sealed, now=now)
        left = Left(erased, cards, owed_micros) if isinstance(erased, Erased) else erased
        if not isinstance(left, Left):
            transaction.set_rollback(True)
    if isinstance(left, Left):
        return left
    # Once more by itself: the wish is noted, and nothing is done to the cards.
    waits = erase_person(person, Way.DELETION, nothing_sealed=nothing_sealed, now=now)
    return Left(waits, (), 0) if isinstance(waits, Erased) else waits


def _settle(customer_id: UUID, way: BalanceWay, *, now: datetime) -> tuple[int, tuple[LeftCard, ...]]:
    """What is owed back from now on, and the cards that the person takes along."""
    mine = [each for each in holdings_of(cards_of(customer_id), now=now) if each.card.order_number]
    owed_micros = _owe(customer_id, mine, now=now) if way is BalanceWay.REFUND else 0
    return owed_micros, _new_pins(customer_id, now=now)


def _owe(customer_id: UUID, mine: list[CardHoldings], *, now: datetime) -> int:
    """Take the credit of what this customer bought off the cards; from now on the shop owes it."""
    numbers = {each.card.order_number for each in mine}
    bought = set(
        Order.objects.filter(order_number__in=numbers, customer_id=customer_id).values_list("order_number", flat=True)
    )
    owed: dict[str, int] = {}
    for each in mine:
        if each.card.order_number not in bought:
            continue
        done = refund_credit(each.card.serial, amount_micros=None, key=f"leaving:{each.card.serial}", now=now)
        if isinstance(done, CreditRefunded):
            owed[each.card.order_number] = owed.get(each.card.order_number, 0) + done.amount_micros
    ask_for_refunds(owed, now=now)
    return sum(owed.values())


def _new_pins(customer_id: UUID, *, now: datetime) -> tuple[LeftCard, ...]:
    """A new PIN for each card of an order on which something is, also where a running call holds all of it."""
    told = []
    for each in holdings_of(cards_of(customer_id), now=now):
        if not each.card.order_number or each.is_empty:
            continue
        replaced = replace_lost_card(customer_id, each.card.serial, now=now)
        if not isinstance(replaced, CardReplaced):
            continue
        revealed = reveal_card(customer_id, replaced.to_serial)
        if isinstance(revealed, RevealedCard):
            told.append(_left(each, revealed))
    return tuple(told)


def _left(held: CardHoldings, revealed: RevealedCard) -> LeftCard:
    return LeftCard(
        serial=revealed.serial,
        pin=revealed.pin,
        balance_micros=held.balance.available_micros,
        minutes_seconds=sum(one.available_seconds for one in held.minutes),
        held_micros=held.balance.held_micros,
        held_seconds=sum(one.held_seconds for one in held.minutes),
    )
