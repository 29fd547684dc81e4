"""Erasing somebody while their money is on its way: it goes back, or it is waited for; nobody pays for nothing."""

import threading

import pytest
from django.db import connections
from django.test import Client

from crystalcall.minutes.ledger.actions import system_account
from crystalcall.minutes.ledger.queries import balance
from crystalcall.payments.models import Payment
from crystalcall.plumbing.ids import random_token
from crystalcall.privacy import keepers
from crystalcall.privacy.erasures import actions, ledger
from crystalcall.privacy.erasures.models import Erasure, ProviderTask
from crystalcall.privacy.erasures.queries import pending_erasures, provider_tasks
from crystalcall.privacy.erasures.values import Erased, ErasureWaits
from crystalcall.privacy.keepers import NameKind, Person, Way
from crystalcall.privacy.register.models import RegisterEntry
from crystalcall.privacy.requests import actions as requests
from crystalcall.privacy.requests.actions.serving import Forgotten, Held
from crystalcall.privacy.requests.models import PrivacyRequest
from crystalcall.privacy.requests.values import KeyRefused
from crystalcall.rules.ledger import AccountKind
from crystalcall.rules.ordering import OrderState, Unchanged, UnchangedReason
from crystalcall.shop.cart import read_cart
from crystalcall.shop.orders import actions as orders
from crystalcall.shop.orders.models import Card, Order
from crystalcall.shop.orders.queries import paid_unfulfilled
from crystalcall.shop.orders.values import Placed, PlaceOrder

KINDS = ("gateway_clearing", "sales", "refunds")


@pytest.fixture
def balances(shop):
    """What stands on the store's own accounts."""
    return lambda: {kind: balance(system_account(AccountKind(kind), now=shop.now)).posted_micros for kind in KINDS}


pytestmark = [pytest.mark.django_db, pytest.mark.clause("C11")]


def places(shop, person):
    wish = PlaceOrder(random_token(), read_cart("credit-10=1"), person.name, person.email, None, "en")
    placed = orders.place_order(wish, now=shop.now)
    assert isinstance(placed, Placed)
    return placed


def test_the_page_names_the_order_that_a_deletion_cancels_and_it_is_cancelled(shop, anna):
    placed = places(shop, anna)
    visitor = Client(headers={"sec-fetch-site": "same-origin"})
    token = shop.link_to("deletion", anna.email)
    page = visitor.post(f"/privacy/requests/link/{token}/").content.decode()
    assert placed.order_number in page
    assert "An order is not paid yet" in page
    ticket = page.split('name="ticket" value="')[1][:43]
    assert isinstance(requests.delete(ticket, now=shop.now), Forgotten)
    order = Order.objects.get(order_number=placed.order_number)
    assert (order.state, order.customer_id) == ("cancelled", None)
    payment = Payment.objects.get(order_number=placed.order_number)
    assert payment.given_up_at == shop.now


def test_an_order_that_was_just_paid_is_delivered_before_its_buyer_is_forgotten(shop, anna):
    placed = places(shop, anna)
    orders.mark_paid(placed.order_number, "1", now=shop.now)
    person = keepers.find(order_number=placed.order_number)
    assert actions.erase_person(person, Way.DELETION, now=shop.now) == ErasureWaits(for_money=True)
    assert Order.objects.get(order_number=placed.order_number).customer_id is not None
    assert Erasure.objects.count() == 0
    # It stands in the ledger, so that it is done once the card was delivered and mailed.
    assert len(ledger.lines()) == 1
    assert actions.replay(now=shop.later(minutes=6)).people == 0
    orders.fulfill_order(placed.order_number, now=shop.now)
    assert actions.replay(now=shop.now).people == 1
    assert Order.objects.get(order_number=placed.order_number).customer_id is None


def test_what_is_never_delivered_is_owed_back_after_three_days_and_its_buyer_is_forgotten(shop, anna, balances):
    """The delivery fails for ever; the erasure does not wait for ever."""
    placed = places(shop, anna)
    orders.mark_paid(placed.order_number, "1", now=shop.now)
    actions.erase_person(keepers.find(order_number=placed.order_number), Way.DELETION, now=shop.now)
    assert actions.replay(now=shop.later(days=2, hours=23)).people == 0
    assert not ProviderTask.objects.exists()
    before = balances()
    assert actions.replay(now=shop.later(hours=2)).people == 1
    [task] = provider_tasks()
    assert (task.provider, task.ask.value, task.reference) == ("authorize-net", "refund", placed.order_number)
    order = Order.objects.get(order_number=placed.order_number)
    assert task.amount_micros == order.total_micros
    assert (order.state, order.customer_id) == ("paid", None)
    after = balances()
    assert after["refunds"] - before["refunds"] == order.total_micros
    assert before["sales"] - after["sales"] == order.total_micros
    assert actions.replay(now=shop.later(days=1)).lines == 0


def test_nothing_is_delivered_any_more_once_its_price_is_owed_back(shop, anna):
    placed = places(shop, anna)
    orders.mark_paid(placed.order_number, "1", now=shop.now)
    actions.erase_person(keepers.find(order_number=placed.order_number), Way.DELETION, now=shop.now)
    actions.replay(now=shop.later(days=4))
    assert orders.fulfill_order(placed.order_number, now=shop.now) == Unchanged(OrderState.PAID, UnchangedReason.CLOSED)
    assert not Card.objects.exists()
    assert paid_unfulfilled(now=shop.later(days=1), older_than_seconds=60) == ()


@pytest.mark.clause("C19")
def test_a_childs_refunds_are_asked_for_what_was_paid_and_for_nothing_else(shop, anna):
    paid, unpaid = places(shop, anna), places(shop, anna)
    orders.mark_paid(paid.order_number, "1", now=shop.now)
    person = keepers.find(mailbox=keepers.mailbox(anna.email))
    assert unpaid.order_number in person.of(NameKind.ORDER)
    actions.erase_child(person, "officer", now=shop.now)
    refunds = ProviderTask.objects.filter(ask="refund").values_list("reference", flat=True)
    assert list(refunds) == [paid.order_number]


def test_staff_see_which_erasures_wait_for_a_delivery(shop, anna):
    assert pending_erasures(now=shop.now) == ()
    placed = places(shop, anna)
    orders.mark_paid(placed.order_number, "1", now=shop.now)
    asked = shop.now
    actions.erase_person(keepers.find(order_number=placed.order_number), Way.DELETION, now=asked)
    [waiting] = pending_erasures(now=shop.later(hours=1))
    assert (waiting.since, waiting.until) == (asked, asked + actions.PATIENCE)
    orders.fulfill_order(placed.order_number, now=shop.now)
    actions.replay(now=shop.now)
    assert pending_erasures(now=shop.now) == ()


def test_the_person_is_told_that_it_is_noted(shop, anna):
    shop.sells(anna)
    ticket = shop.ticket_for("deletion", anna.email)
    orders.mark_paid(places(shop, anna).order_number, "1", now=shop.now)
    assert isinstance(requests.delete(ticket, now=shop.now), Held)


@pytest.mark.clause("C19")
def test_a_childs_erasure_waits_for_nothing_and_the_money_is_owed_back(shop, anna):
    placed = places(shop, anna)
    orders.mark_paid(placed.order_number, "1", now=shop.now)
    done = actions.erase_child(keepers.find(order_number=placed.order_number), "officer", now=shop.now)
    assert isinstance(done, Erased)
    assert done.counts["orders_paid_undelivered"] == 1
    assert ProviderTask.objects.filter(ask="refund", reference=placed.order_number).count() == 1


def test_what_is_only_too_old_makes_no_payments(shop, anna):
    placed = places(shop, anna)
    orders.cancel_order(placed.order_number, now=shop.now)
    actions.erase_person(keepers.find(order_number=placed.order_number), Way.RETENTION, now=shop.now)
    assert Payment.objects.count() == 0


def test_erasing_a_whole_mailbox_by_an_orders_number_forgets_its_requests_too(shop, anna):
    """An officer, retention, or a replay names customers and no mailbox; nothing is to lead back to it."""
    bought = shop.sells(anna)
    requests.fetch(shop.ticket_for("access", anna.email), now=shop.now)
    actions.erase_person(keepers.find(order_number=bought.order_number), Way.RETENTION, now=shop.now)
    assert [row.mailbox for row in PrivacyRequest.objects.all()] == [None]


def test_erasing_one_purchase_leaves_the_requests_of_a_mailbox_that_has_others(shop, anna):
    first, _second = shop.sells(anna), shop.sells(anna)
    requests.fetch(shop.ticket_for("access", anna.email), now=shop.now)
    person = keepers.whole(Person().joined(NameKind.CUSTOMER, [first.customer_id]), widen=False)
    actions.erase_person(person, Way.RETENTION, now=shop.now)
    [row] = PrivacyRequest.objects.all()
    assert row.mailbox is not None
    assert keepers.find(mailbox=keepers.mailbox(anna.email))


def test_a_wish_that_nothing_stays_sealed_is_kept(shop, anna):
    shop.sells(anna)
    sealed = []
    put_back = keepers.set_archivist(lambda *given: sealed.append(given))
    try:
        ticket = shop.ticket_for("deletion", anna.email)
        done = requests.delete(ticket, nothing_sealed=True, now=shop.now)
    finally:
        put_back()
    assert isinstance(done, Forgotten)
    assert not done.is_sealed
    assert sealed == []


@pytest.mark.django_db(transaction=True)
def test_of_two_deletions_at_the_same_moment_one_is_done_and_proved(shop, anna):
    shop.sells(anna)
    ticket = shop.ticket_for("deletion", anna.email)
    done, start = [], threading.Barrier(2)

    def delete():
        start.wait()
        try:
            done.append(requests.delete(ticket, now=shop.now))
        finally:
            connections.close_all()

    both = [threading.Thread(target=delete) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert sorted(type(each).__name__ for each in done) == [Forgotten.__name__, KeyRefused.__name__]
    assert Erasure.objects.count() == 1
    assert RegisterEntry.objects.filter(kind="erasure").count() == 1
    assert len(ledger.lines()) == 1
