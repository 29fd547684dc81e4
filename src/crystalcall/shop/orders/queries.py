"""What can be known of orders, as frozen values."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from crystalcall.customers.queries import masked_email
from crystalcall.minutes.calls.queries import CallProof, MadeCall, made_calls, proofs_of
from crystalcall.minutes.ledger.queries import balances
from crystalcall.minutes.ledger.values import Balance
from crystalcall.payments.queries import PaymentView, payment_of
from crystalcall.plumbing.ids import random_token
from crystalcall.plumbing.rowsets import Rowset
from crystalcall.privacy.purposes import Purpose
from crystalcall.rules.ordering import CLOSED, OrderState
from crystalcall.shop.orders.belongings import added_since, is_claimed, own_order
from crystalcall.shop.orders.models import Card, Order, OrderEvent, OrderLine
from crystalcall.shop.orders.notice_wishes import (
    notice_link,
    notice_orders,
    price_notice_stock,
    stop_token,
    stop_tokens,
)
from crystalcall.shop.orders.stock import ended_on, ending_on, order_of_account, stock
from crystalcall.shop.orders.tokens import find_order, token_of
from crystalcall.shop.orders.values import LineView, NoticeTopic, OrderLetter

__all__ = [
    "CardView",
    "OrderView",
    "StepView",
    "accounts_of_order",
    "ended_on",
    "ending_on",
    "fulfilled_since",
    "history",
    "letter",
    "new_placing_key",
    "notice_link",
    "notice_orders",
    "order_by_token",
    "order_in_account",
    "order_of_account",
    "order_view",
    "paid_unfulfilled",
    "price_notice_stock",
    "stock",
    "stop_token",
    "unpaid_since",
]

CALLS_SHOWN = 3
"""How many calls of each card stand on an order's page in the account; all of them stand on the page of calls."""
_line_rows: Final = Rowset(OrderLine)
_LINE: Final = (
    *("position", "sku", "quantity", "unit_price_micros", "unit_credit_micros"),
    *("deck_id", "deck_version"),
)
AT_MOST = 500
"""How many orders a sweep takes at once."""


@dataclass(frozen=True, slots=True)
class CardView:
    """A card on its order's page: its credit, its calls newest first, and until when its quote is guaranteed.

    ``added_at``: since when it stands in the account of somebody who added it by its PIN. ``has_more_calls``: whether
    older ones are left out.
    """

    serial: str
    sku: str
    credit_micros: int
    balance: Balance
    calls: tuple[CallProof, ...]
    deck_id: int
    deck_version: int
    guaranteed_until: datetime
    added_at: datetime | None = None
    has_more_calls: bool = False


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order as its page shows it; without PINs, which are asked for apart.

    ``stop_token`` opens the page that ends price notices, ``policy_stop_token`` that for notices about the policy; None
    where none are sent.
    """

    order_number: str
    state: OrderState
    language: str
    placed_at: datetime
    paid_at: datetime | None
    fulfilled_at: datetime | None
    lines: tuple[LineView, ...]
    total_micros: int
    cards: tuple[CardView, ...]
    payment: PaymentView | None
    masked_email: str | None = field(repr=False)
    stop_token: str | None = field(default=None, repr=False)
    policy_stop_token: str | None = field(default=None, repr=False)
    in_account: bool = False
    """It stands in somebody's account: its public page shows neither PIN nor calls."""


@dataclass(frozen=True, slots=True)
class StepView:
    """One step of an order's history; ``fact`` is "placed" for the first."""

    sequence: int
    fact: str
    reference: str
    before: OrderState
    after: OrderState
    happened_at: datetime


def new_placing_key() -> str:
    """A random key for one checkout form: whatever is sent with it is placed once."""
    return random_token()


def order_by_token(token: str) -> OrderView | None:
    """The order whose link holds this token, or None."""
    order = find_order(token)
    if order is None:
        return None
    in_account = is_claimed(order)
    return _view(order, in_account=in_account, cards=_cards(order, calls=0 if in_account else None))


def order_in_account(customer_id: UUID, order_number: str) -> OrderView | None:
    """The order of this number with its latest calls, where it stands in the customer's account."""
    order = own_order(customer_id, order_number)
    return None if order is None else _view(order, in_account=True, cards=_cards(order, calls=CALLS_SHOWN))


def order_view(order: Order, *, in_account: bool) -> OrderView:
    """An order without its cards, for the rest of this room."""
    return _view(order, in_account=in_account, cards=())


def _view(order: Order, *, in_account: bool, cards: tuple[CardView, ...]) -> OrderView:
    stops = stop_tokens(order)
    return OrderView(
        order_number=order.order_number,
        state=OrderState(order.state),
        language=order.language,
        placed_at=order.placed_at,
        paid_at=order.paid_at,
        fulfilled_at=order.fulfilled_at,
        lines=_lines(order),
        total_micros=order.total_micros,
        cards=cards,
        payment=payment_of(order.order_number),
        masked_email=masked_email(order.customer_id, purpose=Purpose.ORDER_STATUS) if order.customer_id else None,
        stop_token=stops.get(NoticeTopic.PRICES),
        policy_stop_token=stops.get(NoticeTopic.POLICY),
        in_account=in_account,
    )


def letter(order_number: str) -> OrderLetter | None:
    """What a mail about this order needs, or None when there is no such order."""
    order = Order.objects.filter(order_number=order_number).first()
    if order is None:
        return None
    return OrderLetter(
        order_number=order.order_number,
        token=token_of(order),
        state=OrderState(order.state),
        language=order.language,
        customer_id=order.customer_id,
        total_micros=order.total_micros,
        lines=_lines(order),
        fulfilled_at=order.fulfilled_at,
        policy_version=order.policy_version,
    )


def history(order_number: str) -> tuple[StepView, ...]:
    """Every step of an order, oldest first; empty when there is no such order."""
    steps = OrderEvent.objects.filter(order__order_number=order_number).order_by("sequence")
    return tuple(
        StepView(
            step.sequence,
            step.fact,
            step.reference,
            OrderState(step.before),
            OrderState(step.after),
            step.happened_at,
        )
        for step in steps
    )


def paid_unfulfilled(*, now: datetime, older_than_seconds: int) -> tuple[str, ...]:
    """Numbers of orders that are paid for so many seconds and not fulfilled, oldest first, at most 500.

    Those of somebody forgotten are not among them: they are never fulfilled.
    """
    limit = now - timedelta(seconds=older_than_seconds)
    late = Order.objects.filter(state=OrderState.PAID.value, paid_at__lte=limit, customer_id__isnull=False)
    rows = late.order_by("paid_at")
    return tuple(rows.values_list("order_number", flat=True)[:AT_MOST])


def unpaid_since(since: datetime) -> tuple[str, ...]:
    """Numbers of orders placed since then that are not paid, whatever their state, newest first, at most 500."""
    states = sorted({OrderState.PLACED.value, OrderState.HELD.value, *(state.value for state in CLOSED)})
    rows = Order.objects.filter(state__in=states, placed_at__gte=since).order_by("-placed_at")
    return tuple(rows.values_list("order_number", flat=True)[:AT_MOST])


def fulfilled_since(since: datetime) -> tuple[str, ...]:
    """Numbers of orders fulfilled since then, newest first, at most 500."""
    rows = Order.objects.filter(state=OrderState.FULFILLED.value, fulfilled_at__gte=since)
    return tuple(rows.order_by("-fulfilled_at").values_list("order_number", flat=True)[:AT_MOST])


def accounts_of_order(order_number: str) -> tuple[UUID, ...]:
    """The ledger accounts of an order's cards, in the order of the cards."""
    cards = Card.objects.filter(line__order__order_number=order_number).order_by("line__position", "index")
    return tuple(cards.values_list("ledger_account_id", flat=True))


def _lines(order: Order) -> tuple[LineView, ...]:
    return tuple(
        LineView(
            sku=sku,
            quantity=quantity,
            unit_price_micros=price,
            line_price_micros=price * quantity,
            unit_credit_micros=credit,
            deck_id=deck_id,
            deck_version=deck_version,
        )
        for _position, sku, quantity, price, credit, deck_id, deck_version in sorted(
            _line_rows.fetch(_LINE, "order_id", (order.pk,))
        )
    )


def _cards(order: Order, *, calls: int | None) -> tuple[CardView, ...]:
    """The order's cards, each with so many of its calls (None: all of them)."""
    rows = list(Card.objects.filter(line__order=order).select_related("line").order_by("line__position", "index"))
    accounts = [card.ledger_account_id for card in rows]
    added, money = added_since(accounts), balances(accounts)
    made: dict[UUID, list[MadeCall]] = {account: [] for account in accounts}
    for call in made_calls(dict.fromkeys(accounts)) if calls != 0 else ():
        made[call.account_id].append(call)
    proofs: dict[UUID, list[CallProof]] = {account: [] for account in accounts}
    for call, proof in proofs_of([call for found in made.values() for call in found[:calls]]):
        proofs[call.account_id].append(proof)
    return tuple(
        CardView(
            serial=card.pin_serial,
            sku=card.line.sku,
            credit_micros=card.line.unit_credit_micros,
            balance=money[card.ledger_account_id],
            calls=tuple(proofs[card.ledger_account_id]),
            deck_id=card.line.deck_id,
            deck_version=card.line.deck_version,
            guaranteed_until=card.guaranteed_until,
            added_at=added.get(card.ledger_account_id),
            has_more_calls=calls is not None and len(made[card.ledger_account_id]) > calls,
        )
        for card in rows
    )
