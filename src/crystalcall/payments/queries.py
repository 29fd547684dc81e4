"""What is known of payments, as frozen values."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from crystalcall.payments.models import Attempt, GatewayNotification, GatewayTransaction, Payment
from crystalcall.payments.states import AttemptState, PaymentState, TransactionRole, VoidState
from crystalcall.payments.values import DeclineReason


@dataclass(frozen=True, slots=True)
class AttemptView:
    """One visit to the form; `expires_at` is None where no form came."""

    state: AttemptState
    started_at: datetime
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class PaymentView:
    """How far the paying of an order has come; a reason stays from the last decline, also after a later success."""

    payment_id: int
    order_number: str
    amount_micros: int
    state: PaymentState
    attempts: tuple[AttemptView, ...]
    last_decline_reason: DeclineReason | None
    created_at: datetime
    captured_at: datetime | None


@dataclass(frozen=True, slots=True)
class SurplusView:
    """A second payment of an order, for the operator: REFUSED means a person must refund it."""

    order_number: str
    trans_id: str
    amount_micros: int
    submitted_at: datetime
    void_state: VoidState
    detail: str


@dataclass(frozen=True, slots=True)
class DisputedView:
    """Money that failed a check, for the operator: nothing was delivered for it."""

    order_number: str
    trans_id: str
    amount_micros: int
    submitted_at: datetime
    reason: str


def payment_of(order_number: str) -> PaymentView | None:
    """The payment of an order; None before its first attempt."""
    payment = Payment.objects.filter(order_number=order_number).first()
    return None if payment is None else _view(payment, list(payment.attempts.order_by("pk")))


def captured_payment(order_number: str) -> int | None:
    """The id of the payment that paid this order; None while none did."""
    captured = Payment.objects.filter(order_number=order_number, state=PaymentState.CAPTURED.value)
    return captured.values_list("pk", flat=True).first()


def recent_payments(limit: int = 20) -> tuple[PaymentView, ...]:
    """The newest payments first."""
    rows = Payment.objects.order_by("-created_at", "-pk").prefetch_related("attempts")[:limit]
    return tuple(_view(row, sorted(row.attempts.all(), key=lambda attempt: attempt.pk)) for row in rows)


def surplus() -> tuple[SurplusView, ...]:
    """Every second payment of an order and what became of its void, newest first."""
    return tuple(
        SurplusView(
            order_number=row.payment.order_number,
            trans_id=row.trans_id,
            amount_micros=row.amount_micros,
            submitted_at=row.submitted_at,
            void_state=VoidState(row.void_state),
            detail=row.void_detail,
        )
        for row in _rows_of(TransactionRole.SURPLUS)
    )


def disputed() -> tuple[DisputedView, ...]:
    """Every transaction that took money and failed a check, newest first."""
    return tuple(
        DisputedView(row.payment.order_number, row.trans_id, row.amount_micros, row.submitted_at, row.reason)
        for row in _rows_of(TransactionRole.DISPUTED)
    )


def unexamined_messages(*, now: datetime, older_than_seconds: int) -> int:
    """How many of the gateway's messages wait longer than this for their look; anything but 0 is an outage."""
    limit = now - timedelta(seconds=older_than_seconds)
    return GatewayNotification.objects.filter(examined_at__isnull=True, received_at__lte=limit).count()


def _rows_of(role: TransactionRole) -> list[GatewayTransaction]:
    rows = GatewayTransaction.objects.filter(role=role.value).select_related("payment")
    return list(rows.order_by("-first_seen_at", "-pk"))


def _view(payment: Payment, attempts: list[Attempt]) -> PaymentView:
    reason = payment.last_decline_reason
    return PaymentView(
        payment_id=payment.pk,
        order_number=payment.order_number,
        amount_micros=payment.amount_micros,
        state=PaymentState(payment.state),
        attempts=tuple(
            AttemptView(AttemptState(attempt.state), attempt.started_at, attempt.expires_at) for attempt in attempts
        ),
        last_decline_reason=DeclineReason(reason) if reason else None,
        created_at=payment.created_at,
        captured_at=payment.captured_at,
    )
