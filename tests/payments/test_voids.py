"""Giving back a second payment: sent once; an outcome nobody knows is looked up and never sent again blindly."""

from datetime import timedelta

import pytest

from crystalcall.payments.actions import examine_transaction, reconcile, void_surplus
from crystalcall.payments.gateway import (
    GatewayRefused,
    GatewayUnknown,
    RefusalKind,
    Standing,
    UnknownCause,
    VoidRefused,
)
from crystalcall.payments.models import GatewayTransaction
from crystalcall.payments.queries import surplus
from crystalcall.payments.states import VoidState

pytestmark = pytest.mark.django_db
TIMEOUT = GatewayUnknown(UnknownCause.TIMEOUT)


@pytest.fixture
def twice_paid(attempt, gateway, now, paid_at_gateway):
    """Anna paid twice; gives the row of the second payment, and the moment it was found."""
    paid_at_gateway("1")
    paid_at_gateway("2")
    found = now + timedelta(minutes=2)
    examine_transaction("1", now=found, gateway=gateway)
    examine_transaction("2", now=found, gateway=gateway)
    return GatewayTransaction.objects.get(trans_id="2").pk, found


def state():
    (line,) = surplus()
    return line.void_state


def test_a_second_payment_is_voided_once(twice_paid, gateway):
    row, found = twice_paid
    assert void_surplus(row, now=found, gateway=gateway) is VoidState.VOIDED
    assert void_surplus(row, now=found, gateway=gateway) is VoidState.VOIDED
    assert gateway.voids == ["2"]
    assert state() is VoidState.VOIDED


def test_what_pays_the_order_is_never_voided(twice_paid, gateway):
    _, found = twice_paid
    captured = GatewayTransaction.objects.get(trans_id="1").pk
    assert void_surplus(captured, now=found, gateway=gateway) is None
    assert void_surplus(987654, now=found, gateway=gateway) is None
    assert gateway.voids == []


@pytest.mark.parametrize(
    "answer", [VoidRefused("2", "16 not found"), GatewayRefused(RefusalKind.PERMISSION, "E00011 no")]
)
def test_a_refused_void_waits_for_a_person(twice_paid, gateway, answer):
    row, found = twice_paid
    gateway.void_answer = answer
    assert void_surplus(row, now=found, gateway=gateway) is VoidState.REFUSED
    gateway.heal()
    assert void_surplus(row, now=found + timedelta(days=1), gateway=gateway) is VoidState.REFUSED
    assert gateway.voids == ["2"]
    assert surplus()[0].detail == answer.detail


def test_an_unknown_outcome_is_left_alone_while_the_call_may_still_work(twice_paid, gateway):
    row, found = twice_paid
    gateway.void_answer = TIMEOUT
    assert void_surplus(row, now=found, gateway=gateway) is VoidState.SENT
    assert void_surplus(row, now=found + timedelta(seconds=5), gateway=gateway) is None
    assert gateway.voids == ["2"]
    assert state() is VoidState.SENT


def test_an_unknown_outcome_that_did_work_is_found_by_looking(twice_paid, gateway, paid_at_gateway):
    row, found = twice_paid
    gateway.void_answer = TIMEOUT
    void_surplus(row, now=found, gateway=gateway)
    paid_at_gateway("2", standing=Standing.VOIDED)
    reconcile(now=found + timedelta(minutes=5), gateway=gateway)
    assert state() is VoidState.VOIDED
    assert gateway.voids == ["2"]


def test_an_unknown_outcome_that_did_not_work_is_sent_again_only_after_looking(twice_paid, gateway):
    row, found = twice_paid
    gateway.void_answer = TIMEOUT
    void_surplus(row, now=found, gateway=gateway)
    gateway.heal()
    gateway.looks.clear()
    reconcile(now=found + timedelta(minutes=5), gateway=gateway)
    assert state() is VoidState.WANTED
    assert gateway.looks == ["2"]
    reconcile(now=found + timedelta(minutes=10), gateway=gateway)
    assert state() is VoidState.VOIDED
    assert gateway.voids == ["2", "2"]


def test_a_settled_second_payment_must_be_refunded_by_a_person(twice_paid, gateway, paid_at_gateway):
    row, found = twice_paid
    gateway.void_answer = TIMEOUT
    void_surplus(row, now=found, gateway=gateway)
    paid_at_gateway("2", standing=Standing.SETTLED)
    reconcile(now=found + timedelta(minutes=5), gateway=gateway)
    assert state() is VoidState.REFUSED
    assert "refunded" in surplus()[0].detail


@pytest.mark.parametrize("standing", [Standing.IN_BETWEEN, Standing.UNKNOWN])
def test_a_standing_that_decides_nothing_is_looked_at_again(twice_paid, gateway, paid_at_gateway, standing):
    row, found = twice_paid
    gateway.void_answer = TIMEOUT
    void_surplus(row, now=found, gateway=gateway)
    paid_at_gateway("2", standing=standing)
    reconcile(now=found + timedelta(minutes=5), gateway=gateway)
    assert state() is VoidState.SENT


def test_an_outage_while_looking_keeps_the_question_open(twice_paid, gateway):
    row, found = twice_paid
    gateway.void_answer = TIMEOUT
    void_surplus(row, now=found, gateway=gateway)
    gateway.break_down()
    assert void_surplus(row, now=found + timedelta(minutes=5), gateway=gateway) is VoidState.SENT


def test_a_void_whose_task_was_lost_is_sent_by_reconciliation(twice_paid, gateway):
    _, found = twice_paid
    reconcile(now=found + timedelta(minutes=5), gateway=gateway)
    assert state() is VoidState.VOIDED


def test_a_crash_after_sending_cannot_send_twice(twice_paid, gateway):
    row, found = twice_paid

    class Crash(Exception):
        pass

    send = gateway.void

    def send_and_crash(trans_id, ref_id):
        send(trans_id, ref_id)
        raise Crash

    gateway.void = send_and_crash
    with pytest.raises(Crash):
        void_surplus(row, now=found, gateway=gateway)
    del gateway.void
    assert state() is VoidState.SENT
    reconcile(now=found + timedelta(minutes=5), gateway=gateway)
    assert state() is VoidState.VOIDED
    assert gateway.voids == ["2"]
