"""Asking the gateway instead of waiting: what rescues lost returns, lost messages, lost tasks and unknown outcomes."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from crystalcall.payments.actions.attempts import PAGE_GRACE, expire_attempts
from crystalcall.payments.actions.examination import examine_transaction
from crystalcall.payments.actions.notifications import examine_notification
from crystalcall.payments.actions.voids import void_surplus
from crystalcall.payments.connection import at_gateway
from crystalcall.payments.decisions import Unreachable
from crystalcall.payments.gateway import Gateway, TransactionList
from crystalcall.payments.judgment import CLOCK_SLACK
from crystalcall.payments.models import Attempt, GatewayNotification, GatewayTransaction
from crystalcall.payments.states import AttemptState, PaymentState, TransactionRole, VoidState
from crystalcall.plumbing import settings

logger = logging.getLogger(__name__)

#: One run looks at so many rows of a kind at most; the next run takes the rest.
ROWS_A_RUN = 200
#: A review takes a person hours or days; asking more often than this tells nothing new.
RECHECK_AFTER = timedelta(minutes=10)

_WAITING = (TransactionRole.HELD.value, TransactionRole.UNDECIDED.value)


@dataclass(frozen=True, slots=True)
class _Watched:
    """An attempt whose end the gateway's list must tell."""

    attempt_id: int
    order_number: str
    issued_at: datetime


def reconcile(*, now: datetime, gateway: Gateway | None = None) -> int:
    """Look into everything that should have been heard of by now; gives how many transactions were looked into.

    Messages left unexamined, payments under review, attempts older than `reconcile_after_seconds` (by the list of
    unsettled transactions, matched by invoice number), and voids whose outcome is unknown.
    """
    late = now - timedelta(seconds=settings.current().reconcile_after_seconds)
    with at_gateway(gateway) as opened:
        examined = _examine_left_messages(late, now=now, gateway=opened)
        examined += _examine_waiting(now=now, gateway=opened)
        examined += _examine_watched(late, now=now, gateway=opened)
        _settle_voids(late, now=now, gateway=opened)
    expire_attempts(now=now)
    return examined


def _examine_left_messages(late: datetime, *, now: datetime, gateway: Gateway) -> int:
    left = GatewayNotification.objects.filter(examined_at__isnull=True, received_at__lte=late)
    rows = list(left.order_by("pk").values_list("pk", flat=True)[:ROWS_A_RUN])
    for row_id in rows:
        examine_notification(row_id, now=now, gateway=gateway)
    return len(rows)


def _examine_waiting(*, now: datetime, gateway: Gateway) -> int:
    waiting = GatewayTransaction.objects.filter(role__in=_WAITING, examined_at__lte=now - RECHECK_AFTER)
    ids = list(waiting.order_by("examined_at", "pk").values_list("trans_id", flat=True)[:ROWS_A_RUN])
    for trans_id in ids:
        examine_transaction(trans_id, now=now, gateway=gateway)
    return len(ids)


def _examine_watched(late: datetime, *, now: datetime, gateway: Gateway) -> int:
    """Match the list of unsettled transactions with the attempts that are due for a look."""
    watched = _due_attempts(late, now=now)
    if not watched:
        return 0
    since = min(attempt.issued_at for attempt in watched) - CLOCK_SLACK
    listed = gateway.unsettled_transactions(since)
    if not isinstance(listed, TransactionList):
        logger.warning("the gateway's list of unsettled transactions could not be read: %s", listed)
        return 0
    numbers = {attempt.order_number for attempt in watched}
    candidates = [(line.trans_id, line.order_number) for line in listed.lines if line.order_number in numbers]
    concluded = _concluded(trans_id for trans_id, _ in candidates)
    unread: set[str | None] = set()
    examined = 0
    for trans_id, number in candidates:
        if trans_id not in concluded:
            examined += 1
            if isinstance(examine_transaction(trans_id, now=now, gateway=gateway), Unreachable):
                unread.add(number)
    if listed.complete:
        _mark_watched([attempt for attempt in watched if attempt.order_number not in unread], now=now)
    return examined


def _due_attempts(late: datetime, *, now: datetime) -> list[_Watched]:
    """Attempts of unpaid orders after a while, and of paid ones once more at their end: a second payment must show."""
    is_unpaid_and_late = ~Q(payment__state=PaymentState.CAPTURED.value) & Q(token_issued_at__lte=late)
    is_at_its_end = Q(expires_at__lte=now - PAGE_GRACE)
    rows = Attempt.objects.filter(is_unpaid_and_late | is_at_its_end, state=AttemptState.OPEN.value)
    values = rows.order_by("pk").values_list("pk", "payment__order_number", "token_issued_at")
    return [_Watched(pk, number, issued_at) for pk, number, issued_at in values if issued_at is not None]


def _concluded(trans_ids: Iterable[str]) -> frozenset[str]:
    """Those of these transactions about which nothing more is to be learned from a list."""
    rows = GatewayTransaction.objects.filter(trans_id__in=list(trans_ids)).exclude(role__in=_WAITING)
    return frozenset(rows.values_list("trans_id", flat=True))


def _mark_watched(attempts: Sequence[_Watched], *, now: datetime) -> None:
    ids = [attempt.attempt_id for attempt in attempts]
    Attempt.objects.filter(pk__in=ids, state=AttemptState.OPEN.value).update(watched_at=now)


def _settle_voids(late: datetime, *, now: datetime, gateway: Gateway) -> None:
    unsettled = (VoidState.WANTED.value, VoidState.SENT.value)
    rows = GatewayTransaction.objects.filter(void_state__in=unsettled, void_changed_at__lte=late)
    for row_id in list(rows.order_by("pk").values_list("pk", flat=True)[:ROWS_A_RUN]):
        void_surplus(row_id, now=now, gateway=gateway)
