"""Opening the gateway's form for an order, and forgetting the forms that nobody can use any more."""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext as _

from crystalcall.payments import locks
from crystalcall.payments.connection import at_gateway
from crystalcall.payments.decisions import HandOff, OrderReference, PaymentUnavailable, UnavailableReason
from crystalcall.payments.gateway import Gateway, GatewayUnknown, HostedPage, HostedPageRequest, PageAnswer
from crystalcall.payments.models import DETAIL_CHARACTERS, Attempt, Payment
from crystalcall.payments.states import AttemptState, PaymentState
from crystalcall.plumbing import settings
from crystalcall.plumbing.ids import random_code
from crystalcall.privacy.gate import Permit
from crystalcall.privacy.policy.queries import current_number
from crystalcall.rules.money import cents_exact, dollars_from_micros

logger = logging.getLogger(__name__)

#: A form must be opened within 15 minutes of its token.
TOKEN_LIFE = timedelta(minutes=15)
#: Nobody knows how long an open form may be filled in; an attempt is watched for so long after its token ended.
PAGE_GRACE = timedelta(hours=1)
#: More forms for one order within an hour are not a buyer's doing.
ATTEMPTS_AN_HOUR = 12
REF_ID_CHARACTERS = 16


class PaymentContradictionError(Exception):
    """The same order number came with another amount: a mistake in the program, never a buyer's."""


def start_attempt(
    permit: Permit, order: OrderReference, *, now: datetime, gateway: Gateway | None = None
) -> HandOff | PaymentUnavailable:
    """Ask the gateway for a fresh form; each visit gets its own, and none is kept.

    Call it outside any transaction (it refuses otherwise: a lock must not wait for the network). Errors:
    PaymentContradictionError, MoneyError for an amount that is not whole cents.
    """
    cents_exact(order.amount_micros)
    started = _write_attempt(order, now=now)
    if isinstance(started, PaymentUnavailable):
        return started
    attempt_id, ref_id = started
    with at_gateway(gateway) as opened:
        answer = opened.open_hosted_page(permit, _request(order, ref_id))
    return _apply(attempt_id, answer, now=now)


def give_up_payment(order_number: str, amount_micros: int, *, now: datetime) -> bool:
    """Take no money for this order any more: what is approved from now on is voided, as a second payment is.

    For an order whose buyer was forgotten: nobody could get what it buys. False where the money is here already; then
    nothing was changed. No form is opened for it any more, not even by a request that is under way.
    """
    with transaction.atomic():
        Payment.objects.get_or_create(
            order_number=order_number,
            defaults={"amount_micros": amount_micros, "created_at": now, "policy_version": current_number()},
        )
        payment = locks.payment_of_order(order_number)
        if payment is None or payment.state == PaymentState.CAPTURED.value:
            return False
        payment.given_up_at = payment.given_up_at or now
        payment.save(update_fields=["given_up_at"])
    return True


def expire_attempts(*, now: datetime) -> int:
    """Close attempts that were watched to their end, and give up those a crash left without a form; gives how many.

    An attempt closes only when a successful look at the gateway's list happened after its window: an outage there can
    never make this program forget a payment.
    """
    ended = Attempt.objects.filter(
        state=AttemptState.OPEN.value, expires_at__lte=now - PAGE_GRACE, watched_at__gte=F("expires_at") + PAGE_GRACE
    )
    broken_off = Attempt.objects.filter(state=AttemptState.STARTED.value, started_at__lte=now - TOKEN_LIFE)
    with transaction.atomic():
        closed = ended.update(state=AttemptState.CLOSED.value)
        failed = broken_off.update(state=AttemptState.FAILED.value, problem="interrupted")
    return closed + failed


def _write_attempt(order: OrderReference, *, now: datetime) -> tuple[int, str] | PaymentUnavailable:
    """Write the attempt before anything is sent: its row id and reference."""
    with transaction.atomic(durable=True):
        Payment.objects.get_or_create(
            order_number=order.order_number,
            defaults={"amount_micros": order.amount_micros, "created_at": now, "policy_version": current_number()},
        )
        payment = locks.payment_of_order(order.order_number)
        if payment is None or payment.amount_micros != order.amount_micros:
            raise PaymentContradictionError(f"Payment of order {order.order_number} is for another amount.")
        if reason := _obstacle(payment, now=now):
            return PaymentUnavailable(reason)
        if payment.state == PaymentState.DECLINED.value:
            payment.state = PaymentState.OPEN.value
            payment.save(update_fields=["state"])
        attempt = Attempt.objects.create(
            payment=payment, ref_id=random_code(REF_ID_CHARACTERS), amount_micros=order.amount_micros, started_at=now
        )
        return attempt.pk, attempt.ref_id


def _obstacle(payment: Payment, *, now: datetime) -> UnavailableReason | None:
    if payment.state == PaymentState.CAPTURED.value:
        return UnavailableReason.ALREADY_PAID
    if payment.given_up_at is not None:
        return UnavailableReason.GIVEN_UP
    if payment.state == PaymentState.HELD.value:
        # A second payment beside one under review would be a double payment once the review ends well.
        return UnavailableReason.IN_REVIEW
    recent = payment.attempts.filter(started_at__gt=now - timedelta(hours=1)).count()
    return UnavailableReason.TOO_MANY_ATTEMPTS if recent >= ATTEMPTS_AN_HOUR else None


def _request(order: OrderReference, ref_id: str) -> HostedPageRequest:
    base = settings.current().store_base_url
    with translation.override(order.language):
        return HostedPageRequest(
            order_number=order.order_number,
            ref_id=ref_id,
            amount=dollars_from_micros(order.amount_micros),
            description=order.description,
            email=order.email,
            return_url=_address(base, order.return_path),
            cancel_url=_address(base, order.cancel_path or order.return_path),
            # Translators: on the payment form's button; at most 31 characters.
            pay_text=_("Pay"),
            # Translators: the link from the payment form's receipt; at most 31 characters.
            return_text=_("Back to your order"),
            # Translators: the link that leaves the payment form without paying; at most 31 characters.
            cancel_text=_("Cancel"),
        )


def _address(base: str, path: str) -> str:
    if not path.startswith("/") or path.startswith("//"):
        raise ValueError("A return path begins with one slash.")
    return base + path


def _apply(attempt_id: int, answer: PageAnswer, *, now: datetime) -> HandOff | PaymentUnavailable:
    """Write down what the gateway answered; without a token nobody can pay, so any other answer ends the attempt."""
    expires_at = now + TOKEN_LIFE
    with transaction.atomic(durable=True):
        attempt = locks.attempt(attempt_id)
        if isinstance(answer, HostedPage):
            attempt.state = AttemptState.OPEN.value
            # The time before the request was sent: a payment through this form cannot be older.
            attempt.token_issued_at, attempt.expires_at = now, expires_at
        else:
            attempt.state = AttemptState.FAILED.value
            attempt.problem = _problem(answer)[:DETAIL_CHARACTERS]
        attempt.save(update_fields=["state", "token_issued_at", "expires_at", "problem"])
    if isinstance(answer, HostedPage):
        return HandOff(answer.form_url, answer.token, expires_at)
    logger.error("no payment form for attempt %s: %s", attempt_id, _problem(answer))
    is_unknown = isinstance(answer, GatewayUnknown)
    reason = UnavailableReason.GATEWAY_UNREACHABLE if is_unknown else UnavailableReason.GATEWAY_REFUSED
    return PaymentUnavailable(reason)


def _problem(answer: PageAnswer) -> str:
    if isinstance(answer, HostedPage):
        return ""
    word = answer.cause.value if isinstance(answer, GatewayUnknown) else answer.kind.value
    return f"{word} {answer.detail}".strip()
