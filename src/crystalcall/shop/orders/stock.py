"""What is left on the cards of an order, and what of it ends when: for its page and for the mails about it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from uuid import UUID

from crystalcall.minutes.ledger.queries import allowances_of, balances, expiries, lapses
from crystalcall.rules.ordering import OrderState
from crystalcall.shop.orders.models import Card, Order
from crystalcall.shop.orders.tokens import token_of
from crystalcall.shop.orders.values import CardStock, Ending, OrderStock


def stock(order_number: str, *, now: datetime) -> OrderStock | None:
    """What is left of a fulfilled order; None where there is no such order or it is not fulfilled."""
    order = Order.objects.filter(order_number=order_number, state=OrderState.FULFILLED.value).first()
    return None if order is None else stock_of(order, now=now)


def stock_of(order: Order, *, now: datetime) -> OrderStock:
    """The same for an order in hand."""
    rows = Card.objects.filter(line__order=order).order_by("line__position", "index")
    found = list(rows.values_list("pin_serial", "ledger_account_id", "guaranteed_until"))
    accounts = [account_id for _serial, account_id, _until in found]
    money, ends, minutes = balances(accounts), expiries(accounts, now=now), allowances_of(accounts, now=now)
    return OrderStock(
        order_number=order.order_number,
        token=token_of(order),
        language=order.language,
        customer_id=order.customer_id,
        fulfilled_at=order.fulfilled_at or order.placed_at,
        cards=tuple(
            CardStock(
                serial=serial,
                ledger_account_id=account_id,
                guaranteed_until=until,
                balance=money[account_id],
                expiry=ends.get(account_id),
                minutes=minutes.get(account_id, ()),
            )
            for serial, account_id, until in found
        ),
    )


def ending_on(order_number: str, day: date, *, now: datetime) -> tuple[Ending, ...]:
    """What is left of an order and ends on that day (UTC), card by card; empty where nothing is left or ends then."""
    order = stock(order_number, now=now)
    if order is None:
        return ()
    return tuple(
        ending
        for card in order.cards
        for ending in _endings(card)
        if ending.amount and ending.ends_at > now and ending.ends_at.astimezone(UTC).date() == day
    )


def ended_on(order_number: str, day: date) -> tuple[Ending, ...]:
    """What of an order expired unused on that day (UTC), card by card."""
    cards = Card.objects.filter(line__order__order_number=order_number).order_by("line__position", "index")
    serials = dict(cards.values_list("ledger_account_id", "pin_serial"))
    return tuple(
        Ending(serials[one.holder_id], one.coverage, one.amount, one.at, one.by_dormancy)
        for one in lapses(list(serials), day)
    )


def _endings(card: CardStock) -> Iterator[Ending]:
    """Everything of a card that ends some day."""
    if card.expiry is not None:
        yield Ending(card.serial, "", card.balance.available_micros, card.expiry.due_at, card.expiry.by_dormancy)
    for one in card.minutes:
        if one.expires_at is not None:
            yield Ending(card.serial, one.coverage, one.available_seconds, one.expires_at, by_dormancy=False)


def order_of_account(account_id: UUID) -> str | None:
    """The number of the order whose card has this ledger account, or None."""
    numbers = Card.objects.filter(ledger_account_id=account_id).values_list("line__order__order_number", flat=True)
    return numbers.first()
