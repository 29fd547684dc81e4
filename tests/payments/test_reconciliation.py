"""Asking instead of waiting: lost returns, lost messages and second payments all come to light."""

from dataclasses import replace
from datetime import timedelta

import pytest

from crystalcall.payments.actions import examine_transaction, reconcile, start_attempt
from crystalcall.payments.actions.attempts import PAGE_GRACE, TOKEN_LIFE
from crystalcall.payments.actions.reconciliation import RECHECK_AFTER
from crystalcall.payments.gateway import GatewayUnknown, Standing, TransactionList, UnknownCause, Verdict
from crystalcall.payments.queries import captured_payment, payment_of, surplus
from crystalcall.payments.states import AttemptState, PaymentState, VoidState
from crystalcall.plumbing import settings

pytestmark = pytest.mark.django_db
HELD_THERE = {"verdict": Verdict.HELD, "standing": Standing.HELD}


@pytest.fixture
def late(now):
    return now + timedelta(seconds=settings.current().reconcile_after_seconds)


@pytest.fixture
def at_the_end(now):
    return now + TOKEN_LIFE + PAGE_GRACE


def test_nothing_open_asks_nothing(db, gateway, now):
    assert reconcile(now=now, gateway=gateway) == 0
    assert gateway.lists == 0


@pytest.mark.usefixtures("attempt")
def test_a_fresh_attempt_is_left_in_peace(gateway, late):
    reconcile(now=late - timedelta(seconds=1), gateway=gateway)
    assert gateway.lists == 0


@pytest.mark.usefixtures("attempt")
def test_a_payment_nobody_told_of_is_found(gateway, late, paid_at_gateway, told):
    paid_at_gateway()
    paid_at_gateway("7", order_number="ELSEWHERE")
    assert reconcile(now=late, gateway=gateway) == 1
    assert captured_payment("ANNA-1") is not None
    assert gateway.looks == ["60001"]
    assert reconcile(now=late + timedelta(minutes=1), gateway=gateway) == 0
    assert told("payments.payment.captured") == 1


@pytest.mark.usefixtures("attempt")
def test_a_decline_is_found_and_looked_at_once(gateway, late, paid_at_gateway):
    paid_at_gateway(verdict=Verdict.DECLINED, standing=Standing.DECLINED)
    reconcile(now=late, gateway=gateway)
    reconcile(now=late + timedelta(minutes=1), gateway=gateway)
    assert gateway.looks == ["60001"]
    assert payment_of("ANNA-1").state is PaymentState.DECLINED


@pytest.mark.usefixtures("attempt")
def test_a_second_payment_nobody_told_of_is_found_at_the_attempts_end_and_voided(
    gateway, late, at_the_end, paid_at_gateway
):
    paid_at_gateway("1")
    reconcile(now=late, gateway=gateway)
    paid_at_gateway("2")
    reconcile(now=at_the_end, gateway=gateway)
    assert [line.trans_id for line in surplus()] == ["2"]
    assert payment_of("ANNA-1").attempts[0].state is AttemptState.CLOSED
    reconcile(now=at_the_end + timedelta(minutes=5), gateway=gateway)
    assert surplus()[0].void_state is VoidState.VOIDED


@pytest.mark.usefixtures("attempt")
def test_a_closed_attempt_asks_no_more(gateway, at_the_end):
    reconcile(now=at_the_end, gateway=gateway)
    asked = gateway.lists
    reconcile(now=at_the_end + timedelta(minutes=5), gateway=gateway)
    assert gateway.lists == asked


@pytest.mark.usefixtures("attempt")
def test_an_outage_closes_nothing(gateway, at_the_end, paid_at_gateway):
    paid_at_gateway()
    gateway.break_down()
    assert reconcile(now=at_the_end, gateway=gateway) == 0
    gateway.heal()
    assert reconcile(now=at_the_end + timedelta(minutes=1), gateway=gateway) == 1
    assert captured_payment("ANNA-1") is not None


@pytest.mark.usefixtures("attempt")
def test_a_list_that_was_cut_off_closes_nothing(gateway, at_the_end, monkeypatch):
    monkeypatch.setattr(gateway, "unsettled_transactions", lambda _: TransactionList((), complete=False))
    reconcile(now=at_the_end, gateway=gateway)
    assert payment_of("ANNA-1").attempts[0].state is AttemptState.OPEN


@pytest.mark.usefixtures("attempt")
def test_a_transaction_that_could_not_be_read_keeps_its_attempt_open(gateway, at_the_end, paid_at_gateway, monkeypatch):
    paid_at_gateway()
    monkeypatch.setattr(gateway, "transaction_details", lambda _: GatewayUnknown(UnknownCause.TIMEOUT))
    reconcile(now=at_the_end, gateway=gateway)
    assert payment_of("ANNA-1").attempts[0].state is AttemptState.OPEN


@pytest.mark.usefixtures("attempt")
@pytest.mark.parametrize("role", [HELD_THERE, {"standing": Standing.IN_BETWEEN}])
def test_a_review_is_followed_to_its_end_without_any_message(gateway, late, at_the_end, paid_at_gateway, role):
    paid_at_gateway(**role)
    reconcile(now=late, gateway=gateway)
    reconcile(now=at_the_end, gateway=gateway)
    paid_at_gateway(standing=Standing.SETTLED)
    days_later = at_the_end + timedelta(days=3)
    reconcile(now=days_later, gateway=gateway)
    assert captured_payment("ANNA-1") is not None


@pytest.mark.usefixtures("attempt")
def test_a_review_is_not_asked_about_all_the_time(gateway, at_the_end, paid_at_gateway):
    paid_at_gateway(**HELD_THERE)
    reconcile(now=at_the_end, gateway=gateway)
    gateway.looks.clear()
    reconcile(now=at_the_end + RECHECK_AFTER - timedelta(seconds=1), gateway=gateway)
    assert gateway.looks == []
    reconcile(now=at_the_end + RECHECK_AFTER, gateway=gateway)
    assert gateway.looks == ["60001"]


def test_only_the_order_that_was_paid_is_paid(leave, order, gateway, now, late, paid_at_gateway):
    for number in ("ANNA-1", "BORIS-1"):
        start_attempt(leave, replace(order, order_number=number), now=now, gateway=gateway)
    paid_at_gateway(order_number="BORIS-1")
    reconcile(now=late, gateway=gateway)
    assert captured_payment("ANNA-1") is None
    assert captured_payment("BORIS-1") is not None


@pytest.mark.usefixtures("attempt")
def test_message_and_reconciliation_at_once_count_once(gateway, late, paid_at_gateway, told):
    paid_at_gateway()
    listing = gateway.unsettled_transactions

    def list_while_a_message_is_examined(since):
        answer = listing(since)
        examine_transaction("60001", now=late, gateway=gateway)
        return answer

    gateway.unsettled_transactions = list_while_a_message_is_examined
    reconcile(now=late, gateway=gateway)
    assert told("payments.payment.captured") == 1
