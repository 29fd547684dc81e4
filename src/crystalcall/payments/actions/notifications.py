"""The gateway's messages: believed only with their signature, kept once, and looked into, never taken at their word."""

from datetime import datetime, timedelta

from django.db import transaction

from crystalcall.payments import locks, tasks
from crystalcall.payments.actions.examination import examine_transaction
from crystalcall.payments.authorizenet.hooks import (
    Malformed,
    Notification,
    SignatureCheck,
    check_signature,
    read_notification,
)
from crystalcall.payments.decisions import (
    Accepted,
    Duplicate,
    Examination,
    Ignored,
    IgnoredReason,
    Refused,
    RefusedReason,
    Unreachable,
)
from crystalcall.payments.gateway import Gateway
from crystalcall.payments.models import GatewayNotification
from crystalcall.plumbing import settings
from crystalcall.privacy.policy.queries import current_number

#: A message may outrun the gateway's own reporting; for so long "not found" is not believed.
NOT_FOUND_PATIENCE = timedelta(hours=1)
#: What is written of a message that points at no transaction.
NOT_A_PAYMENT = "not_a_payment"

_REFUSALS = {
    SignatureCheck.MISSING: RefusedReason.MISSING_SIGNATURE,
    SignatureCheck.WRONG: RefusedReason.WRONG_SIGNATURE,
}


def receive_notification(raw: bytes, signature: str | None, *, now: datetime) -> Accepted | Duplicate | Refused:
    """Take a message as its raw bytes came. Nothing but its ids is kept; the look into it is enqueued with its row."""
    check = check_signature(raw, signature, settings.current().gateway_signature_key)
    if check is not SignatureCheck.VALID:
        return Refused(_REFUSALS[check])
    message = read_notification(raw)
    if isinstance(message, Malformed):
        return Refused(RefusedReason.MALFORMED)
    with transaction.atomic():
        row, is_new = GatewayNotification.objects.get_or_create(
            notification_id=message.notification_id, defaults=_fields(message, now=now)
        )
        if not is_new:
            return Duplicate()
        if row.trans_id:
            tasks.enqueue_examination(row.pk)
        return Accepted(row.pk)


def examine_notification(
    notification_row_id: int, *, now: datetime, gateway: Gateway | None = None
) -> Examination | None:
    """Look into what a kept message points at; None when that was done before. An outage leaves it for later."""
    row = GatewayNotification.objects.filter(pk=notification_row_id, examined_at__isnull=True).first()
    if row is None:
        return None
    found = examine_transaction(row.trans_id, now=now, gateway=gateway)
    if not _is_for_later(found, row.received_at, now=now):
        _mark(notification_row_id, found, now=now)
    return found


def _fields(message: Notification, *, now: datetime) -> dict[str, object]:
    fields: dict[str, object] = {
        "event_type": message.event_type,
        "trans_id": message.trans_id,
        "received_at": now,
        "policy_version": current_number(),
    }
    if not message.trans_id:
        fields |= {"examined_at": now, "outcome": NOT_A_PAYMENT}
    return fields


def _is_for_later(found: Examination, received_at: datetime, *, now: datetime) -> bool:
    if isinstance(found, Unreachable):
        return True
    is_missing = isinstance(found, Ignored) and found.reason is IgnoredReason.NOT_FOUND
    return is_missing and now - received_at < NOT_FOUND_PATIENCE


def _mark(notification_row_id: int, found: Examination, *, now: datetime) -> None:
    with transaction.atomic():
        row = locks.notification(notification_row_id)
        if row is not None and row.examined_at is None:
            row.examined_at = now
            row.outcome = found.reason.value if isinstance(found, Ignored) else type(found).__name__.lower()
            row.save(update_fields=["examined_at", "outcome"])
