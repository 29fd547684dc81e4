"""What the gateway says of a transaction, and what it comes to: one payment an order, told once."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from crystalcall.payments.actions import (
    Captured,
    Declined,
    Disputed,
    Held,
    Ignored,
    IgnoredReason,
    MismatchReason,
    Surplus,
    Unreachable,
    examine_transaction,
    start_attempt,
)
from crystalcall.payments.gateway import (
    DeclineReason,
    GatewayRefused,
    GatewayUnknown,
    RefusalKind,
    Standing,
    UnknownCause,
    Verdict,
)
from crystalcall.payments.models import GatewayTransaction
from crystalcall.payments.queries import captured_payment, disputed, payment_of, recent_payments, surplus
from crystalcall.payments.states import PaymentState, VoidState

pytestmark = pytest.mark.django_db

CAPTURED, HELD, DECLINED = (f"payments.payment.{word}" for word in ("captured", "held", "declined"))
HELD_THERE = {"verdict": Verdict.HELD, "standing": Standing.HELD}
DECLINED_THERE = {
    "verdict": Verdict.DECLINED,
    "standing": Standing.DECLINED,
    "decline_reason": DeclineReason.ADDRESS,
}


@pytest.fixture
def look(gateway, now):
    """Looks into a transaction two minutes after the form was asked for."""

    def examine(trans_id="60001", **later):
        return examine_transaction(trans_id, now=now + timedelta(minutes=2, **later), gateway=gateway)

    return examine


@pytest.mark.usefixtures("attempt")
def test_an_approved_payment_pays_its_order_once(look, paid_at_gateway, told, now):
    paid_at_gateway()
    assert captured_payment("ANNA-1") is None
    assert look() == Captured("ANNA-1", "60001")
    assert look() == Captured("ANNA-1", "60001")
    view = payment_of("ANNA-1")
    assert (view.state, view.captured_at) == (PaymentState.CAPTURED, now + timedelta(minutes=2))
    assert captured_payment("ANNA-1") == view.payment_id
    assert told(CAPTURED) == 1


@pytest.mark.usefixtures("attempt")
def test_a_payment_without_a_reference_counts_by_its_order_number(look, paid_at_gateway):
    paid_at_gateway(ref_id=None)
    assert look() == Captured("ANNA-1", "60001")


@pytest.mark.usefixtures("attempt")
@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"amount": Decimal("9.99")}, MismatchReason.OTHER_AMOUNT),
        ({"amount": Decimal("1000.00")}, MismatchReason.OTHER_AMOUNT),
        ({"ref_id": "MALLORY"}, MismatchReason.OTHER_REFERENCE),
    ],
)
def test_money_that_fails_a_check_delivers_nothing_and_reaches_the_operator(
    look, paid_at_gateway, told, changes, reason
):
    paid_at_gateway(**changes)
    assert look() == Disputed("ANNA-1", "60001", reason)
    assert look() == Disputed("ANNA-1", "60001", reason)
    assert payment_of("ANNA-1").state is PaymentState.OPEN
    assert told(CAPTURED) == 0
    assert [(line.trans_id, line.reason) for line in disputed()] == [("60001", reason.value)]


@pytest.mark.usefixtures("attempt")
def test_a_payment_older_than_its_form_is_disputed(look, paid_at_gateway, now):
    paid_at_gateway(submitted_at=now - timedelta(minutes=6))
    assert look() == Disputed("ANNA-1", "60001", MismatchReason.TOO_EARLY)


@pytest.mark.usefixtures("attempt")
def test_a_transaction_of_another_merchants_order_is_ignored(look, paid_at_gateway):
    paid_at_gateway(order_number="ELSEWHERE-9")
    assert look() == Ignored(IgnoredReason.UNKNOWN_ORDER)
    paid_at_gateway(order_number=None)
    assert look() == Ignored(IgnoredReason.UNKNOWN_ORDER)
    assert GatewayTransaction.objects.count() == 0


@pytest.mark.usefixtures("attempt")
def test_a_transaction_the_gateway_does_not_know_is_ignored(look):
    assert look("404404") == Ignored(IgnoredReason.NOT_FOUND)


@pytest.mark.usefixtures("attempt")
def test_an_answer_about_another_transaction_is_ignored(look, paid_at_gateway, gateway):
    gateway.transactions["60001"] = paid_at_gateway("70007")
    assert look("60001") == Ignored(IgnoredReason.OTHER_TRANSACTION)


@pytest.fixture
def second_order(attempt, leave, order, gateway, now):
    """Another order whose buyer is at the form."""
    start_attempt(leave, replace(order, order_number="MALLORY-1"), now=now, gateway=gateway)
    return gateway.requests[-1]


def test_one_transaction_pays_one_order_even_if_the_gateway_renames_it(second_order, look, paid_at_gateway, told):
    paid_at_gateway(ref_id=None)
    look()
    paid_at_gateway(order_number="MALLORY-1", ref_id=second_order.ref_id)
    assert look() == Ignored(IgnoredReason.USED_ELSEWHERE)
    assert payment_of("MALLORY-1").state is PaymentState.OPEN
    assert told(CAPTURED) == 1


@pytest.mark.usefixtures("attempt")
def test_a_refund_pays_nothing(look, paid_at_gateway):
    paid_at_gateway(is_purchase=False)
    assert look() == Ignored(IgnoredReason.FAILED_A_CHECK)
    assert disputed() == ()


@pytest.mark.usefixtures("attempt")
@pytest.mark.parametrize(
    "answer",
    [GatewayUnknown(UnknownCause.TIMEOUT), GatewayRefused(RefusalKind.PERMISSION, "E00011 not enabled")],
)
def test_a_gateway_that_cannot_tell_changes_nothing(look, paid_at_gateway, gateway, answer):
    paid_at_gateway()
    gateway.outage = answer
    assert isinstance(look(), Unreachable)
    assert GatewayTransaction.objects.count() == 0
    gateway.heal()
    assert isinstance(look(), Captured)


@pytest.mark.usefixtures("attempt")
def test_a_decline_leaves_the_order_open_for_another_card(look, paid_at_gateway, told):
    paid_at_gateway("1", **DECLINED_THERE)
    assert look("1") == Declined("ANNA-1", "1", "address")
    assert look("1") == Declined("ANNA-1", "1", "address")
    view = payment_of("ANNA-1")
    assert (view.state, view.last_decline_reason) == (PaymentState.DECLINED, DeclineReason.ADDRESS)
    paid_at_gateway("2")
    assert look("2") == Captured("ANNA-1", "2")
    view = payment_of("ANNA-1")
    assert (view.state, view.last_decline_reason) == (PaymentState.CAPTURED, DeclineReason.ADDRESS)
    assert (told(DECLINED), told(CAPTURED)) == (1, 1)


@pytest.mark.usefixtures("attempt")
def test_a_decline_heard_of_after_the_success_takes_nothing_back(look, paid_at_gateway, told):
    paid_at_gateway("1", **DECLINED_THERE)
    paid_at_gateway("2")
    look("2")
    assert isinstance(look("1"), Declined)
    assert payment_of("ANNA-1").state is PaymentState.CAPTURED
    assert (told(DECLINED), told(CAPTURED)) == (0, 1)


@pytest.mark.usefixtures("attempt")
def test_held_then_approved_pays(look, paid_at_gateway, told):
    paid_at_gateway(**HELD_THERE)
    assert look() == Held("ANNA-1", "60001")
    assert look() == Held("ANNA-1", "60001")
    assert payment_of("ANNA-1").state is PaymentState.HELD
    paid_at_gateway()
    assert look() == Captured("ANNA-1", "60001")
    assert (told(HELD), told(CAPTURED), told(DECLINED)) == (1, 1, 0)


@pytest.mark.usefixtures("attempt")
@pytest.mark.parametrize(
    "end",
    [
        {"verdict": Verdict.DECLINED, "standing": Standing.DECLINED, "decline_reason": DeclineReason.AFTER_REVIEW},
        {"verdict": Verdict.HELD, "standing": Standing.VOIDED},
        {"verdict": Verdict.HELD, "standing": Standing.EXPIRED},
    ],
)
def test_held_then_refused_ends_the_wait(look, paid_at_gateway, told, end):
    paid_at_gateway(**HELD_THERE)
    look()
    paid_at_gateway(**end)
    look()
    view = payment_of("ANNA-1")
    assert (view.state, view.last_decline_reason) == (PaymentState.DECLINED, DeclineReason.AFTER_REVIEW)
    assert (told(HELD), told(DECLINED)) == (1, 1)


@pytest.mark.usefixtures("attempt")
def test_an_old_answer_read_late_takes_nothing_back(look, paid_at_gateway, told):
    paid_at_gateway()
    look()
    paid_at_gateway(**HELD_THERE)
    assert look() == Captured("ANNA-1", "60001")
    assert payment_of("ANNA-1").state is PaymentState.CAPTURED
    assert told(HELD) == 0


@pytest.mark.usefixtures("attempt")
def test_another_cards_decline_does_not_end_a_review(look, paid_at_gateway, told):
    paid_at_gateway("1", **HELD_THERE)
    look("1")
    paid_at_gateway("2", **DECLINED_THERE)
    look("2")
    assert payment_of("ANNA-1").state is PaymentState.HELD
    assert told(DECLINED) == 0


@pytest.mark.usefixtures("attempt")
def test_an_approval_in_between_states_is_looked_at_again(look, paid_at_gateway):
    paid_at_gateway(standing=Standing.IN_BETWEEN)
    assert look() == Ignored(IgnoredReason.NOT_YET)
    paid_at_gateway(standing=Standing.SETTLED)
    assert look() == Captured("ANNA-1", "60001")


@pytest.mark.usefixtures("attempt")
def test_a_second_approved_payment_is_surplus_and_wants_its_void(look, paid_at_gateway, told):
    paid_at_gateway("1")
    paid_at_gateway("2")
    assert look("1") == Captured("ANNA-1", "1")
    assert look("2") == Surplus("ANNA-1", "2")
    assert look("2") == Surplus("ANNA-1", "2")
    assert look("1") == Captured("ANNA-1", "1")
    assert told(CAPTURED) == 1
    assert [(line.trans_id, line.amount_micros, line.void_state) for line in surplus()] == [
        ("2", 10_000_000, VoidState.WANTED)
    ]


@pytest.mark.usefixtures("attempt")
def test_a_review_that_ends_well_after_another_payment_is_surplus(look, paid_at_gateway):
    paid_at_gateway("1", **HELD_THERE)
    paid_at_gateway("2")
    assert look("1") == Held("ANNA-1", "1")
    assert look("2") == Captured("ANNA-1", "2")
    paid_at_gateway("1")
    assert look("1") == Surplus("ANNA-1", "1")


@pytest.mark.usefixtures("attempt")
def test_the_database_itself_refuses_a_second_capture_and_a_void_of_the_first(look, paid_at_gateway):
    paid_at_gateway("1")
    paid_at_gateway("2")
    look("1")
    look("2")
    rows = GatewayTransaction.objects
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.filter(trans_id="2").update(role="captured", void_state="none")
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.filter(trans_id="1").update(void_state="wanted")
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.filter(trans_id="2").update(void_state="none")
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.filter(trans_id="2").update(trans_id="1")


@pytest.mark.usefixtures("attempt")
def test_the_newest_payments_come_first(look, paid_at_gateway, leave, order, gateway, now):
    start_attempt(leave, replace(order, order_number="ANNA-2"), now=now + timedelta(minutes=1), gateway=gateway)
    assert [view.order_number for view in recent_payments()] == ["ANNA-2", "ANNA-1"]
    assert len(recent_payments(limit=1)) == 1
    assert payment_of("NOBODY") is None
