"""Queueing and sending notices: at least once, with one identity; given up only for good reasons."""

from datetime import datetime, timedelta
from email.utils import parseaddr

from django.db import transaction

from crystalcall.customers.queries import contact
from crystalcall.mailings import carrier, patience
from crystalcall.mailings.composing import compose_fulfilled
from crystalcall.mailings.locks import locked_notice
from crystalcall.mailings.models import Notice
from crystalcall.mailings.tasks import send_notice_task
from crystalcall.mailings.values import (
    Accepted,
    Deferred,
    Failed,
    FailureReason,
    NothingToSend,
    NoticeKind,
    NoticeState,
    Rejected,
    Sent,
    WillRetry,
)
from crystalcall.plumbing.ids import random_token
from crystalcall.plumbing.settings import current
from crystalcall.privacy.gate import Permit, Refusal, permit
from crystalcall.privacy.purposes import Purpose
from crystalcall.shop.orders.queries import fulfilled_since, letter


def queue_notice(order_number: str, kind: NoticeKind, *, now: datetime) -> int:
    """See to it that this order's buyer gets this notice, once; gives the notice's id."""
    with transaction.atomic():
        notice, created = Notice.objects.get_or_create(
            order_number=order_number,
            kind=kind.value,
            defaults={"message_id": _new_message_id(), "created_at": now, "next_try_at": now},
        )
        if created:
            send_notice_task.enqueue(notice.pk)
    return notice.pk


def queue_missing(*, now: datetime) -> int:
    """Queue the notice of each recently fulfilled order that has none; gives how many there were."""
    numbers = fulfilled_since(now - timedelta(days=3))
    told = set(
        Notice.objects.filter(order_number__in=numbers, kind=NoticeKind.ORDER_FULFILLED.value).values_list(
            "order_number", flat=True
        )
    )
    missing = [number for number in numbers if number not in told]
    for number in missing:
        queue_notice(number, NoticeKind.ORDER_FULFILLED, now=now)
    return len(missing)


def send_notice(notice_id: int, *, now: datetime) -> Sent | WillRetry | Failed | NothingToSend:
    """Try to send a notice. A process killed after the server took it sends it again, with the same Message-ID."""
    claimed = _claim(notice_id, now=now)
    if not isinstance(claimed, tuple):
        return claimed
    notice, leave = claimed
    order = letter(notice.order_number)
    person = contact(order.customer_id) if order and order.customer_id else None
    if order is None or person is None:
        return _give_up(notice_id, FailureReason.NO_RECIPIENT, 0)
    answer = carrier.hand_over(leave, compose_fulfilled(order, person, message_id=notice.message_id, now=now))
    if isinstance(answer, Accepted):
        return _mark_sent(notice_id, now=now)
    if isinstance(answer, Rejected):
        return _give_up(notice_id, answer.reason, answer.code)
    return _put_off(notice_id, answer, now=now)


def _claim(notice_id: int, *, now: datetime) -> tuple[Notice, Permit] | Failed | NothingToSend:
    """Take a due notice in hand for as long as one try may last, with the gate's permit, in one transaction."""
    with transaction.atomic():
        notice = locked_notice(notice_id)
        if notice is None or notice.next_try_at is None or notice.next_try_at > now:
            return NothingToSend(notice_id)
        leave = permit(carrier.PROVIDER, Purpose.ORDER_FULFILLMENT, carrier.FIELDS, notice.order_number)
        if isinstance(leave, Refusal):
            return _give_up(notice_id, FailureReason.GATE_SHUT, 0)
        notice.tries += 1
        notice.next_try_at = now + timedelta(seconds=patience.LEASE_SECONDS)
        notice.save(update_fields=["tries", "next_try_at"])
    return notice, leave


def _mark_sent(notice_id: int, *, now: datetime) -> Sent:
    with transaction.atomic():
        Notice.objects.filter(pk=notice_id).update(
            state=NoticeState.SENT.value, sent_at=now, next_try_at=None, failure="", failure_code=0
        )
    return Sent(notice_id)


def _put_off(notice_id: int, answer: Deferred, *, now: datetime) -> WillRetry | Failed | NothingToSend:
    with transaction.atomic():
        notice = locked_notice(notice_id)
        if notice is None or notice.state != NoticeState.QUEUED.value:
            return NothingToSend(notice_id)
        if notice.tries >= patience.TRIES_AT_MOST:
            return _give_up(notice_id, FailureReason.GAVE_UP, answer.code)
        notice.next_try_at = now + timedelta(seconds=patience.delay_seconds(notice.tries))
        notice.failure, notice.failure_code = answer.reason.value, answer.code
        notice.save(update_fields=["next_try_at", "failure", "failure_code"])
        return WillRetry(notice_id, notice.next_try_at, answer.reason)


def _give_up(notice_id: int, reason: FailureReason, code: int) -> Failed:
    with transaction.atomic():
        Notice.objects.filter(pk=notice_id, state=NoticeState.QUEUED.value).update(
            state=NoticeState.FAILED.value, next_try_at=None, failure=reason.value, failure_code=code
        )
    return Failed(notice_id, reason)


def _new_message_id() -> str:
    """A random identity in the sender's domain (RFC 5322, 3.6.4)."""
    domain = parseaddr(current().mail_from)[1].rpartition("@")[2] or "localhost"
    return f"<{random_token()}@{domain}>"
