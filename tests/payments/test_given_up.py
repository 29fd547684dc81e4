"""Money for an order whose buyer was forgotten: no form is opened for it, and what is approved then goes back."""

from datetime import timedelta

import pytest

from crystalcall.payments.actions import (
    PaymentUnavailable,
    Surplus,
    UnavailableReason,
    examine_transaction,
    give_up_payment,
    start_attempt,
    void_surplus,
)
from crystalcall.payments.events import PaymentCaptured, PaymentDeclined
from crystalcall.payments.gateway import Standing, Verdict
from crystalcall.payments.models import GatewayTransaction
from crystalcall.payments.queries import payment_of, surplus
from crystalcall.payments.states import PaymentState, VoidState

pytestmark = pytest.mark.django_db
AMOUNT = 10_000_000


@pytest.fixture
def look(gateway, now):
    return lambda trans_id="60001": examine_transaction(trans_id, now=now + timedelta(minutes=2), gateway=gateway)


@pytest.mark.usefixtures("attempt")
def test_a_late_approval_is_voided_as_a_second_payment_is(look, gateway, paid_at_gateway, told, now):
    assert give_up_payment("ANNA-1", AMOUNT, now=now)
    paid_at_gateway()
    assert look() == Surplus("ANNA-1", "60001")
    assert look() == Surplus("ANNA-1", "60001")
    assert told(PaymentCaptured.NAME) == 0
    row = GatewayTransaction.objects.get()
    assert void_surplus(row.pk, now=now + timedelta(minutes=3), gateway=gateway) is VoidState.VOIDED
    assert gateway.transactions["60001"].standing is Standing.VOIDED
    assert [line.void_state for line in surplus()] == [VoidState.VOIDED]


@pytest.mark.usefixtures("attempt")
def test_a_review_that_ends_well_after_it_is_voided_and_its_order_waits_no_more(look, paid_at_gateway, told, now):
    paid_at_gateway(verdict=Verdict.HELD, standing=Standing.HELD)
    look()
    assert give_up_payment("ANNA-1", AMOUNT, now=now)
    paid_at_gateway()
    assert look() == Surplus("ANNA-1", "60001")
    assert told(PaymentDeclined.NAME) == 1
    payment = payment_of("ANNA-1")
    assert payment is not None
    assert payment.state is PaymentState.DECLINED


@pytest.mark.usefixtures("attempt")
def test_money_that_is_here_already_is_not_given_up(look, paid_at_gateway, now):
    paid_at_gateway()
    look()
    assert not give_up_payment("ANNA-1", AMOUNT, now=now)
    payment = payment_of("ANNA-1")
    assert payment is not None
    assert payment.state is PaymentState.CAPTURED


def test_no_form_is_opened_for_it_not_even_by_a_request_under_way(leave, order, gateway, now):
    assert give_up_payment("ANNA-1", AMOUNT, now=now)
    answer = start_attempt(leave, order, now=now, gateway=gateway)
    assert answer == PaymentUnavailable(UnavailableReason.GIVEN_UP)
    assert gateway.requests == []
