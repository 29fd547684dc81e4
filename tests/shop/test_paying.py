import itertools
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from crystalcall.minutes.ledger.queries import audit, balance
from crystalcall.payments.actions import HandOff, PaymentUnavailable
from crystalcall.payments.events import PaymentCaptured, PaymentDeclined, PaymentHeld
from crystalcall.plumbing import announcements
from crystalcall.plumbing.models import Announcement, Delivery
from crystalcall.privacy.models import Disclosure
from crystalcall.rules.ordering import Moved, OrderState, Unchanged, UnchangedReason
from crystalcall.shop.orders import actions, queries
from crystalcall.shop.orders.actions import paying
from crystalcall.shop.orders.models import Card, Order, OrderEvent
from crystalcall.shop.orders.values import AlreadyPaid, Fulfilled, NotPayable

pytestmark = pytest.mark.django_db


def state(order_number: str) -> str:
    return Order.objects.get(order_number=order_number).state


def facts(order_number: str) -> list[str]:
    return [step.fact for step in queries.history(order_number)]


def deliver_everything() -> None:
    while waiting := list(
        Delivery.objects.filter(delivered_at__isnull=True).order_by("pk").values_list("pk", flat=True)
    ):
        for delivery_id in waiting:
            announcements.deliver(delivery_id)


def test_a_payment_pays_an_order_once_however_often_it_is_told(place, now):
    number = place().order_number
    assert isinstance(actions.mark_paid(number, "1", now=now), Moved)
    assert actions.mark_paid(number, "1", now=now) == Unchanged(OrderState.PAID, UnchangedReason.ALREADY_SO)
    assert facts(number) == ["placed", "captured"]
    assert Announcement.objects.filter(name="shop.order.paid").count() == 1


def test_a_second_payment_is_written_down_once_and_logged(place, now, caplog):
    number = place().order_number
    for payment in ("1", "2", "2", "1"):
        actions.mark_paid(number, payment, now=now)
    assert facts(number) == ["placed", "captured", "captured"]
    assert "paid a second time" in caplog.text


def test_a_payment_of_an_order_nobody_placed_changes_nothing_and_is_logged(db, now, caplog):
    assert actions.mark_paid("NOSUCH", "1", now=now) == Unchanged(None, UnchangedReason.UNKNOWN_ORDER)
    assert "does not exist" in caplog.text


def test_a_declined_card_leaves_the_order_open(place, now):
    number = place().order_number
    assert isinstance(actions.mark_declined(number, "1", now=now), Unchanged)
    assert state(number) == "placed"


def test_the_decline_of_an_earlier_card_does_not_end_the_review_of_a_later_one(place, now, monkeypatch):
    number = place().order_number
    actions.mark_held(number, "1", now=now)

    class UnderReview:
        state = paying.PaymentState.HELD

    monkeypatch.setattr(paying, "payment_of", lambda _number: UnderReview())
    assert actions.mark_declined(number, "1", now=now) == Unchanged(OrderState.HELD, UnchangedReason.UNDER_REVIEW)
    assert state(number) == "held"


def test_a_review_told_after_it_ended_in_a_decline_does_not_hold_the_order(place, now, monkeypatch):
    number = place().order_number

    class DeclinedMeanwhile:
        state = paying.PaymentState.DECLINED

    monkeypatch.setattr(paying, "payment_of", lambda _number: DeclinedMeanwhile())
    for tell in (actions.mark_declined, actions.mark_held):
        tell(number, "1", now=now)
    assert state(number) == "placed"


@pytest.mark.parametrize("told", sorted(itertools.permutations(["captured", "held", "declined", "lapsed"])))
def test_messages_in_any_order_end_in_one_fulfilled_order(place, now, told):
    number = place("credit-2=1").order_number
    tell = {
        "captured": lambda: actions.mark_paid(number, "1", now=now),
        "held": lambda: actions.mark_held(number, "1", now=now),
        "declined": lambda: actions.mark_declined(number, "1", now=now),
        "lapsed": lambda: actions.expire_orders(now=now + timedelta(days=3)),
    }
    for word in told:
        tell[word]()
        tell[word]()
        deliver_everything()
    assert state(number) == "fulfilled"
    assert Card.objects.count() == 1
    assert audit() == []


def test_events_of_payments_reach_the_order_through_announcements(place):
    number = place("credit-2=1").order_number
    with transaction.atomic():
        announcements.announce(PaymentHeld(number, 1))
        announcements.announce(PaymentCaptured(number, 1))
        announcements.announce(PaymentDeclined(number, 1))
    deliver_everything()
    assert state(number) == "fulfilled"
    assert announcements.pending_count() == 0


def test_fulfilling_gives_every_card_its_credit_its_pin_and_its_guarantee(place, now, deck):
    placed = place("credit-10=2&credit-2=1")
    actions.mark_paid(placed.order_number, "1", now=now)
    assert actions.fulfill_order(placed.order_number, now=now) == Fulfilled(placed.order_number, 3)
    order = queries.order_by_token(placed.token)
    assert order is not None
    assert [(card.sku, card.balance.available_micros) for card in order.cards] == [
        ("credit-2", 2_000_000),
        ("credit-10", 10_000_000),
        ("credit-10", 10_000_000),
    ]
    assert {card.guaranteed_until for card in order.cards} == {now + timedelta(days=30)}
    assert {card.deck_id for card in order.cards} == {deck.id}
    revealed = actions.reveal_pins(placed.token, now=now)
    assert [card.serial for card in revealed] == [card.serial for card in order.cards]
    assert len({card.pin for card in revealed}) == 3
    assert all(len(card.pin) == 12 for card in revealed)
    assert audit() == []


def test_fulfilling_twice_changes_nothing(place, now):
    placed = place()
    actions.mark_paid(placed.order_number, "1", now=now)
    actions.fulfill_order(placed.order_number, now=now)
    before = actions.reveal_pins(placed.token, now=now)
    assert actions.fulfill_order(placed.order_number, now=now) == Unchanged(
        OrderState.FULFILLED, UnchangedReason.ALREADY_SO
    )
    assert actions.reveal_pins(placed.token, now=now) == before
    assert Announcement.objects.filter(name="shop.order.fulfilled").count() == 1


def test_nothing_is_fulfilled_before_it_is_paid(place, now):
    placed = place()
    assert actions.fulfill_order(placed.order_number, now=now) == Unchanged(OrderState.PLACED, UnchangedReason.NOT_PAID)
    assert actions.reveal_pins(placed.token, now=now) == ()
    assert Card.objects.count() == 0


def test_nobody_without_the_link_sees_a_pin(place, now):
    placed = place()
    actions.mark_paid(placed.order_number, "1", now=now)
    actions.fulfill_order(placed.order_number, now=now)
    assert actions.reveal_pins("a" * 22, now=now) == ()
    assert actions.reveal_pins(placed.order_number, now=now) == ()


def test_a_person_reaches_a_ledger_account_only_by_the_link_of_customers(place, now):
    from crystalcall.customers.queries import accounts_of

    placed = place()
    actions.mark_paid(placed.order_number, "1", now=now)
    actions.fulfill_order(placed.order_number, now=now)
    customer_id = Order.objects.get().customer_id
    accounts = queries.accounts_of_order(placed.order_number)
    assert accounts_of(customer_id) == accounts
    assert sum(balance(account).posted_micros for account in accounts) == 22_000_000


def test_an_order_nobody_pays_expires_after_its_time_and_not_before(place, now, settings):
    number = place().order_number
    hours = settings.CRYSTALCALL.order_expires_hours
    assert actions.expire_orders(now=now + timedelta(hours=hours, seconds=-1)) == 0
    assert actions.expire_orders(now=now + timedelta(hours=hours)) == 1
    assert actions.expire_orders(now=now + timedelta(hours=hours)) == 0
    assert state(number) == "expired"


def test_a_cancelled_order_that_is_paid_after_all_is_delivered(place, now):
    number = place().order_number
    actions.cancel_order(number, now=now)
    assert state(number) == "cancelled"
    actions.mark_paid(number, "1", now=now)
    assert isinstance(actions.fulfill_order(number, now=now), Fulfilled)


def test_the_history_of_an_order_cannot_be_rewritten(place):
    place()
    with pytest.raises(DatabaseError), transaction.atomic():
        OrderEvent.objects.update(fact="captured")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM orders_orderevent")


@pytest.mark.clause("C08", "C09")
def test_paying_hands_the_gateway_a_permit_and_what_it_needs_and_no_more(place, now, monkeypatch, boris):
    seen = []

    def start_attempt(permit, reference, *, now):
        seen.append((permit, reference))
        return HandOff("https://gateway.example/payment/payment", "token", now)

    monkeypatch.setattr(paying, "start_attempt", start_attempt)
    placed = place(name=boris.name, email=boris.email, language="ru")
    assert isinstance(actions.begin_payment(placed.token, now=now), HandOff)
    [(permit, reference)] = seen
    assert permit.covers("authorize-net", "email", "amount", "order_number", "page_address")
    assert (reference.order_number, reference.amount_micros, reference.email) == (
        placed.order_number,
        22_000_000,
        boris.email,
    )
    assert reference.return_path == f"/ru/orders/{placed.token}/returned/"
    assert Disclosure.objects.filter(provider="authorize-net", subject=placed.order_number).count() == 1


def test_a_gateway_that_cannot_be_reached_is_an_answer(place, now, monkeypatch):
    unavailable = PaymentUnavailable(paying.UnchangedReason.NOT_DUE)
    monkeypatch.setattr(paying, "start_attempt", lambda *_a, **_k: unavailable)
    assert actions.begin_payment(place().token, now=now) == unavailable


def test_what_is_paid_reviewed_or_closed_is_not_offered_for_payment(place, now):
    paid, held, cancelled = place(), place(), place()
    actions.mark_paid(paid.order_number, "1", now=now)
    actions.mark_held(held.order_number, "2", now=now)
    actions.cancel_order(cancelled.order_number, now=now)
    assert actions.begin_payment(paid.token, now=now) == AlreadyPaid(paid.order_number, OrderState.PAID)
    assert actions.begin_payment(held.token, now=now) == AlreadyPaid(held.order_number, OrderState.HELD)
    assert actions.begin_payment(cancelled.token, now=now) == NotPayable(OrderState.CANCELLED)
    assert actions.begin_payment("a" * 22, now=now) == NotPayable(None)
