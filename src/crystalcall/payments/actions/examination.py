"""Looking into one transaction: the truth is asked of the gateway, judged, and applied under a lock, once."""

import logging
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from crystalcall.payments import locks, tasks
from crystalcall.payments.connection import at_gateway
from crystalcall.payments.decisions import (
    Captured,
    Declined,
    Disputed,
    Examination,
    Held,
    Ignored,
    IgnoredReason,
    MismatchReason,
    Surplus,
    Unreachable,
)
from crystalcall.payments.events import PaymentCaptured, PaymentDeclined, PaymentHeld
from crystalcall.payments.gateway import (
    DeclineReason,
    Gateway,
    GatewayRefused,
    GatewayUnknown,
    TransactionDetails,
    TransactionNotFound,
)
from crystalcall.payments.judgment import AttemptFacts, Judgment, judge, next_role
from crystalcall.payments.models import GatewayTransaction, Payment
from crystalcall.payments.states import PaymentState, TransactionRole, VoidState
from crystalcall.plumbing.announcements import announce
from crystalcall.privacy.policy.queries import current_number
from crystalcall.rules.money import MICROS_PER_DOLLAR

logger = logging.getLogger(__name__)


def examine_transaction(trans_id: str, *, now: datetime, gateway: Gateway | None = None) -> Examination:
    """Ask the gateway what this transaction is, and let it count for its order if every check holds.

    However often and in whatever order this runs for the transactions of an order, at most one pays it and
    PaymentCaptured is announced once.
    """
    with at_gateway(gateway) as opened:
        answer = opened.transaction_details(trans_id)
    if isinstance(answer, GatewayUnknown):
        return Unreachable(f"{answer.cause.value} {answer.detail}".strip())
    if isinstance(answer, GatewayRefused):
        logger.error("the gateway refuses to tell about a transaction: %s", answer.detail)
        return Unreachable(answer.detail)
    if isinstance(answer, TransactionNotFound):
        return Ignored(IgnoredReason.NOT_FOUND)
    if answer.trans_id != trans_id:
        return Ignored(IgnoredReason.OTHER_TRANSACTION)
    return _apply(answer, now=now)


@dataclass(frozen=True, slots=True)
class _Case:
    """A transaction, the payment of the order it names (locked), and what we knew of it before we asked."""

    details: TransactionDetails
    payment: Payment
    known: GatewayTransaction | None
    known_role: TransactionRole | None
    judgment: Judgment
    now: datetime


def _apply(details: TransactionDetails, *, now: datetime) -> Examination:
    with transaction.atomic(durable=True):
        payment = locks.payment_of_order(details.order_number) if details.order_number else None
        if payment is None:
            return Ignored(IgnoredReason.UNKNOWN_ORDER)
        # Locked: a void moves this row on without the payment's lock, and saving a stale copy would undo it.
        known = locks.known_transaction(details.trans_id)
        if known is not None and known.payment_id != payment.pk:
            logger.error("transaction %s was counted for another order before", details.trans_id)
            return Ignored(IgnoredReason.USED_ELSEWHERE)
        judgment = judge(details, amount_micros=payment.amount_micros, attempts=_attempts(payment))
        if judgment.role is None:
            return Ignored(IgnoredReason.FAILED_A_CHECK)
        known_role = TransactionRole(known.role) if known else None
        case = _Case(details, payment, known, known_role, judgment, now)
        is_wanted = payment.given_up_at is None and not _is_paid_by_another(case)
        role = next_role(case.known_role, judgment.role, is_wanted=is_wanted)
        row = _write(case, role)
        if role is not case.known_role:
            _follow(case, row, role)
        return _told(case, row, role)


def _attempts(payment: Payment) -> list[AttemptFacts]:
    return [
        AttemptFacts(attempt.pk, attempt.ref_id, attempt.amount_micros, attempt.token_issued_at or attempt.started_at)
        for attempt in payment.attempts.order_by("pk")
    ]


def _is_paid_by_another(case: _Case) -> bool:
    captured = case.payment.transactions.filter(role=TransactionRole.CAPTURED.value)
    return captured.exclude(trans_id=case.details.trans_id).exists()


def _write(case: _Case, role: TransactionRole) -> GatewayTransaction:
    """The row of this transaction as it is now known; what was written of it first stays."""
    row = case.known or GatewayTransaction(
        trans_id=case.details.trans_id,
        payment=case.payment,
        amount_micros=int(case.details.amount * MICROS_PER_DOLLAR),
        submitted_at=case.details.submitted_at,
        first_seen_at=case.now,
        policy_version=current_number(),
    )
    row.examined_at = case.now
    if role is not case.known_role:
        row.role = role.value
        row.attempt_id = case.judgment.attempt_id
        row.reason = _reason(case, role)
    if role is TransactionRole.SURPLUS and row.void_state == VoidState.NONE.value:
        row.void_state, row.void_changed_at = VoidState.WANTED.value, case.now
    row.save()
    return row


def _reason(case: _Case, role: TransactionRole) -> str:
    if role is TransactionRole.DISPUTED and case.judgment.mismatch is not None:
        return case.judgment.mismatch.value
    if role is TransactionRole.DECLINED:
        was_held = case.known_role is TransactionRole.HELD
        fallback = DeclineReason.AFTER_REVIEW if was_held else DeclineReason.OTHER
        return (case.judgment.decline or fallback).value
    return DeclineReason.AFTER_REVIEW.value if role is TransactionRole.WITHDRAWN else ""


def _follow(case: _Case, row: GatewayTransaction, role: TransactionRole) -> None:
    """What follows from a new role, told in the same transaction."""
    if role is TransactionRole.CAPTURED:
        _capture(case)
    elif role is TransactionRole.SURPLUS:
        _void(case, row)
    elif role is TransactionRole.DISPUTED:
        logger.error("transaction %s fails a check: %s; a person must look", row.trans_id, row.reason)
    elif role is TransactionRole.HELD:
        _hold(case)
    if case.known_role is TransactionRole.HELD or role is TransactionRole.DECLINED:
        _settle_unpaid(case, row, role)


def _void(case: _Case, row: GatewayTransaction) -> None:
    payment = case.payment
    if payment.given_up_at is None:
        logger.error("order %s was paid a second time; %s is being voided", payment.order_number, row.trans_id)
    else:
        logger.warning("order %s was given up and then paid; %s is being voided", payment.order_number, row.trans_id)
        # An order that waited for a review waits no more.
        payment.state = PaymentState.DECLINED.value
        payment.save(update_fields=["state"])
        announce(PaymentDeclined(payment.order_number, payment.pk))
    tasks.enqueue_void(row.pk)


def _capture(case: _Case) -> None:
    payment = case.payment
    payment.state, payment.captured_at = PaymentState.CAPTURED.value, case.now
    payment.save(update_fields=["state", "captured_at"])
    announce(PaymentCaptured(payment.order_number, payment.pk))


def _hold(case: _Case) -> None:
    payment = case.payment
    if payment.state in {PaymentState.CAPTURED.value, PaymentState.HELD.value}:
        return
    payment.state = PaymentState.HELD.value
    payment.save(update_fields=["state"])
    announce(PaymentHeld(payment.order_number, payment.pk))


def _settle_unpaid(case: _Case, row: GatewayTransaction, role: TransactionRole) -> None:
    """A try came to nothing. It ends the wait of the order only where nothing else pays it or is under review."""
    payment = case.payment
    if role not in {TransactionRole.DECLINED, TransactionRole.WITHDRAWN}:
        return
    payment.last_decline_reason = row.reason
    is_still_held = payment.transactions.filter(role=TransactionRole.HELD.value).exists()
    if payment.state != PaymentState.CAPTURED.value and not is_still_held:
        payment.state = PaymentState.DECLINED.value
        announce(PaymentDeclined(payment.order_number, payment.pk))
    payment.save(update_fields=["state", "last_decline_reason"])


def _told(case: _Case, row: GatewayTransaction, role: TransactionRole) -> Examination:
    """The decision as a value; asking again about the same transaction gives the same."""
    number, trans_id = case.payment.order_number, row.trans_id
    answers: dict[TransactionRole, Examination] = {
        TransactionRole.CAPTURED: Captured(number, trans_id),
        TransactionRole.SURPLUS: Surplus(number, trans_id),
        TransactionRole.HELD: Held(number, trans_id),
        TransactionRole.DECLINED: Declined(number, trans_id, row.reason),
        TransactionRole.WITHDRAWN: Ignored(IgnoredReason.WITHDRAWN),
        TransactionRole.UNDECIDED: Ignored(IgnoredReason.NOT_YET),
    }
    if role is TransactionRole.DISPUTED:
        return Disputed(number, trans_id, MismatchReason(row.reason))
    return answers[role]
