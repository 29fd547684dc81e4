"""How this room finds, shows and forgets a person: whose orders they are, the keys to their pages, and wishes."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crystalcall.customers.actions import forget_links
from crystalcall.minutes.ledger.queries import balances
from crystalcall.payments.actions import give_up_payment
from crystalcall.payments.queries import captured_payment
from crystalcall.plumbing.ids import random_token
from crystalcall.plumbing.rowsets import Rowset
from crystalcall.privacy import keepers
from crystalcall.privacy.holds.queries import held_names
from crystalcall.privacy.keepers import (
    Cell,
    Column,
    ColumnKind,
    Counts,
    Erasing,
    Keeper,
    MoneyUnderWayError,
    NameKind,
    Person,
    Section,
    Way,
)
from crystalcall.privacy.purposes import Purpose
from crystalcall.rules.ordering import CLOSED, SETTLED, Moved, OrderFact, OrderState, decide
from crystalcall.shop.orders import history, tokens
from crystalcall.shop.orders.bookings import book_owed_back
from crystalcall.shop.orders.models import Card, HeldCard, NoticeWish, Order, OrderClaim, OrderEvent, OrderLine

_NUMBER: Final = Column("order_number", _("Order number"), fields=("orders.Order.order_number",))
_POLICY: Final = Column("policy_version", _("Policy under which it was collected"), ColumnKind.INTEGER)


def _shown(key: str, label: Any, kind: ColumnKind = ColumnKind.TEXT, *, of: str, **more: Any) -> Column:
    """A column that shows the field of its own name, of one of this room's models."""
    return Column(key, label, kind, (f"orders.{of}.{key}",), **more)


STATES: Final = {
    "placed": pgettext_lazy("export", "placed"),
    "held": pgettext_lazy("export", "payment under review"),
    "paid": pgettext_lazy("export", "paid"),
    "fulfilled": pgettext_lazy("export", "delivered"),
    "cancelled": pgettext_lazy("export", "cancelled"),
    "expired": pgettext_lazy("export", "expired unpaid"),
}
FACTS: Final = {
    "placed": pgettext_lazy("export", "placed"),
    "captured": pgettext_lazy("export", "payment taken"),
    "held": pgettext_lazy("export", "payment under review"),
    "declined": pgettext_lazy("export", "payment declined"),
    "delivered": pgettext_lazy("export", "delivered"),
    "withdrawn": pgettext_lazy("export", "cancelled"),
    "lapsed": pgettext_lazy("export", "expired unpaid"),
}
TOPICS: Final = {
    "prices": pgettext_lazy("export", "dearer prices"),
    "policy": pgettext_lazy("export", "changes of the policy"),
}
WAYS: Final = {
    "bought": pgettext_lazy("export", "ordered while signed in"),
    "address": pgettext_lazy("export", "added by its secret address"),
    "mailbox": pgettext_lazy("export", "bought with your confirmed address"),
}
LANGUAGES: Final = {
    "en": pgettext_lazy("export", "English"),
    "ru": pgettext_lazy("export", "Russian"),
}

ORDERS: Final = Section(
    "orders",
    _("Your orders"),
    (
        _NUMBER,
        Column("customer_id", _("Your number in our records"), fields=("orders.Order.customer_id",)),
        _shown("state", _("State"), of="Order", words=STATES),
        _shown("language", _("Language of the pages and mails"), of="Order", words=LANGUAGES),
        _shown("total_micros", _("Total"), ColumnKind.MONEY, of="Order"),
        _shown("placed_at", _("Placed"), ColumnKind.MOMENT, of="Order"),
        _shown("paid_at", _("Paid"), ColumnKind.MOMENT, of="Order"),
        _shown("fulfilled_at", _("Delivered"), ColumnKind.MOMENT, of="Order"),
        _POLICY,
    ),
)
LINES: Final = Section(
    "order_lines",
    _("What you ordered"),
    (
        _NUMBER,
        Column("product", _("Product"), fields=("orders.OrderLine.sku",), for_machines=True),
        _shown("quantity", _("How many"), ColumnKind.INTEGER, of="OrderLine"),
        _shown("unit_price_micros", _("Price of one"), ColumnKind.MONEY, of="OrderLine"),
        _shown("unit_credit_micros", _("Credit of one"), ColumnKind.MONEY, of="OrderLine"),
        _shown("deck_version", _("Version of the price list"), ColumnKind.INTEGER, of="OrderLine"),
    ),
)
HISTORY: Final = Section(
    "order_history",
    _("What happened to your orders"),
    (
        _NUMBER,
        _shown("fact", _("What happened"), of="OrderEvent", words=FACTS),
        _shown("before", _("State before"), of="OrderEvent", words=STATES, for_machines=True),
        _shown("after", _("State after"), of="OrderEvent", words=STATES, for_machines=True),
        _shown("happened_at", _("When"), ColumnKind.MOMENT, of="OrderEvent"),
    ),
)
CARDS: Final = Section(
    "cards",
    _("Your cards"),
    (
        Column("card", _("Serial number of the card"), fields=("orders.Card.pin_serial",)),
        _NUMBER,
        Column("account_id", _("Number of the credit in our books"), fields=("orders.Card.ledger_account_id",)),
        _shown("issued_at", _("Made"), ColumnKind.MOMENT, of="Card"),
        _shown("guaranteed_until", _("Prices guaranteed until"), ColumnKind.MOMENT, of="Card"),
    ),
)
WISHES: Final = Section(
    "notice_wishes",
    _("Your wishes to be told of prices or of this policy"),
    (
        Column("order_number", _("Order number"), fields=("orders.NoticeWish.order",)),
        _shown("topic", _("About what"), of="NoticeWish", words=TOPICS),
        _shown("asked_at", _("Asked"), ColumnKind.MOMENT, of="NoticeWish"),
        _shown("stopped_at", _("Ended"), ColumnKind.MOMENT, of="NoticeWish"),
        _POLICY,
    ),
)


IN_ACCOUNT: Final = Section(
    "orders_in_account",
    _("Orders in your account"),
    (
        _NUMBER,
        Column("customer_id", _("Your number in our records"), fields=("orders.OrderClaim.customer_id",)),
        _shown("way", _("How it came there"), of="OrderClaim", words=WAYS),
        _shown("claimed_at", _("Since"), ColumnKind.MOMENT, of="OrderClaim"),
        _POLICY,
    ),
)
ADDED: Final = Section(
    "cards_added",
    _("Cards you added by their PIN"),
    (
        Column("card", _("Serial number of the card"), fields=("orders.HeldCard.pin_serial",)),
        Column("customer_id", _("Your number in our records"), fields=("orders.HeldCard.customer_id",)),
        Column("account_id", _("Number of the credit in our books"), fields=("orders.HeldCard.ledger_account_id",)),
        _shown("added_at", _("Since"), ColumnKind.MOMENT, of="HeldCard"),
        _POLICY,
    ),
)


_ORDER_NAMES: Final = ("order_number", "customer_id")
_CARD_NAMES: Final = ("pin_serial", "ledger_account_id")
# A page of somebody's own asks for these a dozen times: the ORM takes ten times as long to word the statements.
_order_rows: Final = Rowset(Order)
_line_rows: Final = Rowset(OrderLine)
_card_rows: Final = Rowset(Card)


class OrdersKeeper(Keeper):
    """Orders, their cards and wishes, and what stands in a customer's account.

    A claim is no way from one person to another: what was added by a PIN or a secret address is shown to whoever added
    it, and is not followed to its buyer.
    """

    room = "orders"
    sections = (ORDERS, LINES, HISTORY, CARDS, WISHES, IN_ACCOUNT, ADDED)

    def resolve(self, person: Person) -> Iterable[tuple[NameKind, str]]:
        """Whose order it is; a customer's orders; an order's cards and accounts; an account's order."""
        found: set[int] = set()
        for by, names in (("order_number", person.of(NameKind.ORDER)), ("customer_id", person.ids(NameKind.CUSTOMER))):
            for order_id, order_number, customer_id in _order_rows.fetch(("id", *_ORDER_NAMES), by, names):
                found.add(order_id)
                yield NameKind.ORDER, order_number
                if customer_id is not None:
                    yield NameKind.CUSTOMER, str(customer_id)
        lines = _card_rows.fetch(("line_id",), "ledger_account_id", person.ids(NameKind.ACCOUNT))
        orders = _line_rows.fetch(("order_id",), "id", {line for (line,) in lines})
        paid = _order_rows.fetch(("order_number",), "id", {order for (order,) in orders})
        yield from ((NameKind.ORDER, number) for (number,) in paid)
        lines = _line_rows.fetch(("id",), "order_id", found)
        for serial, account_id in _card_rows.fetch(_CARD_NAMES, "line_id", {line for (line,) in lines}):
            yield NameKind.CARD, serial
            yield NameKind.ACCOUNT, str(account_id)

    def export(self, person: Person, *, now: datetime, purpose: Purpose) -> Mapping[str, Sequence[Sequence[Cell]]]:
        """Orders, lines, history, cards by serial (a PIN is asked for on the order's page), and wishes."""
        numbers = person.of(NameKind.ORDER)
        lines = OrderLine.objects.filter(order__order_number__in=numbers).order_by("order_id", "position")
        steps = OrderEvent.objects.filter(order__order_number__in=numbers).order_by("order_id", "sequence")
        wishes = NoticeWish.objects.filter(order__order_number__in=numbers).order_by("pk")
        return {
            ORDERS.key: [_order_row(order) for order in _orders(person).order_by("placed_at", "pk")],
            LINES.key: list(
                lines.values_list(
                    *("order__order_number", "sku", "quantity", "unit_price_micros", "unit_credit_micros"),
                    "deck_version",
                )
            ),
            HISTORY.key: list(steps.values_list("order__order_number", "fact", "before", "after", "happened_at")),
            CARDS.key: [
                (
                    *(card.pin_serial, card.line.order.order_number, str(card.ledger_account_id)),
                    *(card.issued_at, card.guaranteed_until),
                )
                for card in _cards(person).select_related("line__order").order_by("pk")
            ],
            WISHES.key: list(
                wishes.values_list("order__order_number", "topic", "asked_at", "stopped_at", "policy_version")
            ),
            **_in_account(person),
        }

    def unpaid(self, person: Person) -> Sequence[str]:
        """Orders that wait for money or for a review of it."""
        waiting = _orders(person).filter(state__in=[OrderState.PLACED.value, OrderState.HELD.value])
        return list(waiting.order_by("pk").values_list("order_number", flat=True))

    def paid(self, person: Person) -> Mapping[str, tuple[int, int]]:
        """Orders that are paid, or whose payment was just taken; those that are not fulfilled were not delivered."""
        left: dict[str, int] = {}
        cards = _card_rows_of_orders(person)
        money = balances([account_id for _number, account_id in cards])
        for number, account_id in cards:
            spare = money[account_id].available_micros if account_id in money else 0
            left[number] = left.get(number, 0) + max(spare, 0)
        states = _orders(person).order_by("pk").values_list("order_number", "state", "total_micros")
        return {
            number: (0 if state == OrderState.FULFILLED.value else total_micros, left.get(number, 0))
            for number, state, total_micros in states
            if state in SETTLED or captured_payment(number) is not None
        }

    def stop(self, person: Person, *, now: datetime) -> Counts:
        """End every wish that stands; its key is destroyed."""
        standing = NoticeWish.objects.filter(order__order_number__in=person.of(NameKind.ORDER), stopped_at__isnull=True)
        return {"wishes_ended": standing.update(stopped_at=now, sealed_token=None)}

    def suspend(self, person: Person, *, now: datetime) -> Counts:
        """No letter that was wished for goes out any more."""
        return self.stop(person, now=now)

    def erase(self, person: Person, erasing: Erasing) -> Counts:
        """Cut the orders loose from their buyer and change the locks of their pages; wishes are deleted.

        What is not paid is cancelled, and money that comes all the same is given back; so is what is paid and was not
        delivered in all the time that the erasure waited for it. Errors: MoneyUnderWayError.
        """
        wishes, _by_model = NoticeWish.objects.filter(order__order_number__in=person.of(NameKind.ORDER)).delete()
        claims, cards = (
            model.objects.filter(customer_id__in=person.ids(NameKind.CUSTOMER)).delete()[0]
            for model in (OrderClaim, HeldCard)
        )
        orders = list(_orders(person).select_for_update().filter(customer_id__isnull=False).order_by("pk"))
        undelivered = 0
        for order in orders:
            undelivered += _give_up(order, erasing)
            if erasing.archives and order.customer_id is not None:
                keepers.lead_to(order.customer_id, order.order_number, collected_under=order.policy_version)
            _close_page(order)
        counts = {"orders_unlinked": len(orders), "wishes": wishes, "orders_paid_undelivered": undelivered}
        return {**counts, "claims": claims, "cards_added": cards}

    def expire(self, retention: str, *, before: datetime, now: datetime, limit: int) -> Counts:
        """Orders of somebody with an account are given up one by one; their account stays."""
        if retention != "order_record":
            return {}
        with transaction.atomic():
            old = OrderClaim.objects.filter(order__placed_at__lt=before, customer_id=F("order__customer_id"))
            free = old.exclude(order__order_number__in=held_names(NameKind.ORDER))
            free = free.exclude(customer_id__in=held_names(NameKind.CUSTOMER))
            orders = list(free.order_by("pk").values_list("order_id", flat=True)[:limit])
            accounts = Card.objects.filter(line__order_id__in=orders).values_list("ledger_account_id", flat=True)
            forget_links(list(accounts))
            OrderClaim.objects.filter(order_id__in=orders).delete()
            for order in Order.objects.select_for_update().filter(pk__in=orders).order_by("pk"):
                _close_page(order)
        return {"orders_unlinked": len(orders)}

    def lapsed(self, retention: str, *, before: datetime, limit: int) -> Sequence[UUID]:
        """Buyers whose every order was placed before then; of abandoned orders, those who never paid for any."""
        orders = Order.objects.filter(placed_at__lt=before, customer_id__isnull=False)
        needed = Q(placed_at__gte=before)
        if retention == "abandoned_order":
            closed = sorted(state.value for state in CLOSED)
            orders, needed = orders.filter(state__in=closed), needed | ~Q(state__in=closed)
        elif retention == "order_record":
            # All states are named, so that the index by state and time serves.
            orders = orders.filter(state__in=sorted(state.value for state in OrderState))
        else:
            return ()
        others = Order.objects.filter(needed, customer_id=OuterRef("customer_id"))
        registered = OrderClaim.objects.filter(customer_id=OuterRef("customer_id"))
        found = orders.filter(~Exists(others), ~Exists(registered)).exclude(
            customer_id__in=held_names(NameKind.CUSTOMER)
        )
        people = found.values_list("customer_id", flat=True)[:limit]
        return list(dict.fromkeys(person for person in people if person is not None))


def _give_up(order: Order, erasing: Erasing) -> bool:
    """Take no money for a locked order any more; whether money is here for which nothing was or will be delivered.

    It is owed back then. Errors: MoneyUnderWayError where that is so and nobody is in danger: what it buys is
    delivered within moments.
    """
    state = OrderState(order.state)
    if state is OrderState.FULFILLED or erasing.way is Way.RETENTION:
        return False
    if state is not OrderState.PAID and give_up_payment(order.order_number, order.total_micros, now=erasing.now):
        withdrawn = decide(state, OrderFact.WITHDRAWN)
        if isinstance(withdrawn, Moved):
            history.move(order, withdrawn, now=erasing.now)
        return False
    if erasing.way is not Way.CHILD and erasing.is_patient:
        raise MoneyUnderWayError(order.order_number)
    book_owed_back(order, now=erasing.now)
    return True


def _orders(person: Person) -> "QuerySet[Order]":
    named = Q(order_number__in=person.of(NameKind.ORDER)) | Q(customer_id__in=person.ids(NameKind.CUSTOMER))
    return Order.objects.filter(named)


def _close_page(order: Order) -> None:
    """Cut an order loose from its buyer."""
    # Nobody was ever told the new token, so no link that was mailed or kept opens the page.
    token = random_token()
    order.customer_id = None
    order.sealed_token = tokens.seal_token(token, order.order_number)
    order.token_index = tokens.token_index(token)
    order.save(update_fields=["customer_id", "sealed_token", "token_index"])


def _in_account(person: Person) -> dict[str, list[tuple[Cell, ...]]]:
    mine = person.ids(NameKind.CUSTOMER)
    claims = OrderClaim.objects.filter(customer_id__in=mine).select_related("order").order_by("pk")
    cards = HeldCard.objects.filter(customer_id__in=mine).order_by("pk")
    return {
        IN_ACCOUNT.key: [
            (row.order.order_number, str(row.customer_id), row.way, row.claimed_at, row.policy_version)
            for row in claims
        ],
        ADDED.key: [
            (row.pin_serial, str(row.customer_id), str(row.ledger_account_id), row.added_at, row.policy_version)
            for row in cards
        ],
    }


def _cards(person: Person) -> "QuerySet[Card]":
    return Card.objects.filter(line__order__order_number__in=person.of(NameKind.ORDER))


def _card_rows_of_orders(person: Person) -> list[tuple[str, UUID]]:
    """The ledger accounts of these orders' cards, each with its order's number."""
    rows = Card.objects.filter(line__order__in=_orders(person)).order_by("pk")
    return list(rows.values_list("line__order__order_number", "ledger_account_id"))


def _order_row(order: Order) -> tuple[Cell, ...]:
    return (
        order.order_number,
        str(order.customer_id) if order.customer_id else None,
        order.state,
        order.language,
        order.total_micros,
        order.placed_at,
        order.paid_at,
        order.fulfilled_at,
        order.policy_version,
    )
