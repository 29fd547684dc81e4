"""Queueing and sending notices: at least once, with one identity; given up only for good reasons."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from email.utils import parseaddr
from typing import Final

from django.db import transaction

from crystalcall.mailings import carrier, patience
from crystalcall.mailings.composing import draft_of
from crystalcall.mailings.locks import locked_notice
from crystalcall.mailings.models import Notice
from crystalcall.mailings.queries import due_notice, told_of
from crystalcall.mailings.tasks import send_notice_task
from crystalcall.mailings.values import (
    Accepted,
    Deferred,
    Draft,
    Dropped,
    Failed,
    FailureReason,
    NobodyToTell,
    NothingToSend,
    NothingToTell,
    NoticeKind,
    NoticeState,
    Rejected,
    Sent,
    WillRetry,
)
from crystalcall.plumbing.ids import random_token
from crystalcall.plumbing.settings import current
from crystalcall.privacy.authorities.notices import forget_contact
from crystalcall.privacy.gate import Permit, Refusal, permit
from crystalcall.rules.ordering import OrderState
from crystalcall.shop.orders.queries import fulfilled_since, letter, notice_orders
from crystalcall.shop.orders.values import NoticeTopic

HOUR: Final = timedelta(hours=1)
LINKS_AT_ONCE: Final = 3000
"""So many links to known addresses go out within an hour as they come; what comes beside them waits in a line."""
LINK_EVERY: Final = timedelta(seconds=1)
LINK_DELAY_AT_MOST: Final = timedelta(minutes=45)


def queue_notice(
    order_number: str, kind: NoticeKind, *, about: str = "", delay: timedelta = timedelta(0), now: datetime
) -> int:
    """See to it that this order's buyer gets this notice about this, once; gives the notice's id.

    With a delay the sweep sends it when that is over.
    """
    with transaction.atomic():
        notice, created = Notice.objects.get_or_create(
            order_number=order_number,
            kind=kind.value,
            about=about,
            defaults={"message_id": _new_message_id(), "created_at": now, "next_try_at": now + delay},
        )
        if created and not delay:
            send_notice_task.enqueue(notice.pk)
    return notice.pk


def queue_about_request(reference: str, kind: NoticeKind, *, now: datetime) -> int:
    """A mail about a privacy request, or about signing in, once of each kind; it belongs to no order."""
    return queue_notice("", kind, about=reference, now=now)


def queue_link(reference: str, *, now: datetime) -> int:
    """The link of a privacy request; in an hour of very many they go out one after another, and none is refused."""
    lately = Notice.objects.filter(kind=NoticeKind.PRIVACY_LINK.value, created_at__gt=now - HOUR).count()
    delay = min(max(0, lately - LINKS_AT_ONCE) * LINK_EVERY, LINK_DELAY_AT_MOST)
    return queue_notice("", NoticeKind.PRIVACY_LINK, about=reference, delay=delay, now=now)


def queue_again(reference: str, kind: NoticeKind, *, now: datetime) -> int:
    """A mail about a privacy request, once more where it went out before: what it says is another thing now."""
    with transaction.atomic():
        notice_id = queue_about_request(reference, kind, now=now)
        _queue_once_more(notice_id, now=now)
    return notice_id


def queue_order_again(order_number: str, *, now: datetime) -> int | None:
    """The mail of a fulfilled order once more, to the address that it has now; None where there is none to repeat.

    One that waits already is not doubled.
    """
    order = letter(order_number)
    if order is None or order.state is not OrderState.FULFILLED:
        return None
    with transaction.atomic():
        notice_id = queue_notice(order_number, NoticeKind.ORDER_FULFILLED, now=now)
        _queue_once_more(notice_id, now=now)
    return notice_id


def _queue_once_more(notice_id: int, *, now: datetime) -> None:
    """Put a notice whose time is over back into the queue, in the caller's transaction."""
    over = Notice.objects.filter(pk=notice_id).exclude(state=NoticeState.QUEUED.value)
    if over.update(
        state=NoticeState.QUEUED.value,
        next_try_at=now,
        sent_at=None,
        tries=0,
        message_id=_new_message_id(),
        failure="",
        failure_code=0,
    ):
        send_notice_task.enqueue(notice_id)


def queue_expiry(order_number: str, kind: NoticeKind, day: date, *, now: datetime) -> int:
    """The notice about all that ends (or has ended) of an order on one day, one for all its cards."""
    return queue_notice(order_number, kind, about=day.isoformat(), now=now)


def queue_price_notices(deck_id: int, *, now: datetime) -> int:
    """Queue a notice about a deck to every mailbox that asked; gives how many mailboxes there are.

    Whether somebody still has credit is asked when their mail is due.
    """
    return _queue_to_all(notice_orders(NoticeTopic.PRICES), NoticeKind.PRICES_RISE, about=str(deck_id), now=now)


def queue_policy_notices(version: int, announced_seconds: int, *, now: datetime) -> int:
    """Queue a notice about an announced version of the privacy policy to every mailbox that asked."""
    about = f"{version} {announced_seconds}"
    return _queue_to_all(notice_orders(NoticeTopic.POLICY), NoticeKind.POLICY_CHANGES, about=about, now=now)


def queue_policy_withdrawals(version: int, announced_seconds: int, *, now: datetime) -> int:
    """Queue a notice that an announced version was taken back to everybody who was told of it."""
    about = f"{version} {announced_seconds}"
    told = told_of(NoticeKind.POLICY_CHANGES, about)
    return _queue_to_all(told, NoticeKind.POLICY_WITHDRAWN, about=about, now=now)


def _queue_to_all(numbers: Sequence[str], kind: NoticeKind, *, about: str, now: datetime) -> int:
    """No task for each: the sweep sends them one after another, behind what buyers wait for."""
    with transaction.atomic():
        Notice.objects.bulk_create(
            (
                Notice(
                    order_number=number,
                    kind=kind.value,
                    about=about,
                    message_id=_new_message_id(),
                    created_at=now,
                    next_try_at=now,
                )
                for number in numbers
            ),
            batch_size=500,
            ignore_conflicts=True,
        )
    return len(numbers)


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


def send_notice(notice_id: int, *, now: datetime) -> Sent | WillRetry | Failed | Dropped | NothingToSend:
    """Try to send a notice. A process killed after the server took it sends it again, with the same Message-ID.

    What it tells is judged by how things are now: a notice that was overtaken is dropped, and nothing is disclosed.
    """
    notice = due_notice(notice_id, now=now)
    if notice is None:
        return NothingToSend(notice_id)
    draft = draft_of(notice, now=now)
    if isinstance(draft, NobodyToTell):
        return _give_up(notice_id, FailureReason.NO_RECIPIENT, 0)
    if isinstance(draft, NothingToTell):
        return _drop(notice_id)
    done = _send(notice_id, draft, now=now)
    if notice.kind is NoticeKind.AUTHORITY_TOLD and isinstance(done, Sent | Failed):
        # The address of somebody who was forgotten was kept for this mail alone.
        forget_contact(notice.about, now=now)
    return done


def _send(notice_id: int, draft: Draft, *, now: datetime) -> Sent | WillRetry | Failed | NothingToSend:
    leave = _claim(notice_id, draft, now=now)
    if not isinstance(leave, Permit):
        return leave
    answer = carrier.hand_over(leave, draft.write())
    ended = _ended(notice_id, answer, now=now)
    if draft.done is not None and not isinstance(ended, WillRetry | NothingToSend):
        draft.done()
    return ended


def _ended(
    notice_id: int, answer: Accepted | Rejected | Deferred, *, now: datetime
) -> Sent | WillRetry | Failed | NothingToSend:
    if isinstance(answer, Accepted):
        return _mark_sent(notice_id, now=now)
    if isinstance(answer, Rejected):
        return _give_up(notice_id, answer.reason, answer.code)
    return _put_off(notice_id, answer, now=now)


def _claim(notice_id: int, draft: Draft, *, now: datetime) -> Permit | Failed | NothingToSend:
    """Take a due notice in hand for as long as one try may last, with the gate's permit, in one transaction."""
    with transaction.atomic():
        notice = locked_notice(notice_id)
        if notice is None or notice.next_try_at is None or notice.next_try_at > now:
            return NothingToSend(notice_id)
        leave = permit(
            carrier.PROVIDER,
            draft.purpose,
            draft.holds,
            draft.subject or notice.order_number,
            collected_under=draft.collected_under,
            agreed=draft.agreed,
        )
        if isinstance(leave, Refusal):
            return _give_up(notice_id, FailureReason.GATE_SHUT, 0)
        notice.tries += 1
        notice.next_try_at = now + timedelta(seconds=patience.LEASE_SECONDS)
        notice.save(update_fields=["tries", "next_try_at"])
    return leave


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


def _drop(notice_id: int) -> Dropped:
    with transaction.atomic():
        Notice.objects.filter(pk=notice_id, state=NoticeState.QUEUED.value).update(
            state=NoticeState.DROPPED.value, next_try_at=None, failure="", failure_code=0
        )
    return Dropped(notice_id)


def _new_message_id() -> str:
    """A random identity in the sender's domain (RFC 5322, 3.6.4)."""
    domain = parseaddr(current().mail_from)[1].rpartition("@")[2] or "localhost"
    return f"<{random_token()}@{domain}>"
