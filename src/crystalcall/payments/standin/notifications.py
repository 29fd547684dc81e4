"""Notifications: written with their fact in one transaction, as the exact bytes that will be signed and sent."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from crystalcall.payments.standin import subscriptions
from crystalcall.payments.standin.faults import Faults
from crystalcall.payments.standin.state import State, moment, stamp
from crystalcall.payments.standin.transactions import Transaction

PENDING = "Pending"
RETRY_PENDING = "RetryPending"
DELIVERED = "Delivered"
FAILED = "Failed"

_ENCODER = msgspec.json.Encoder(decimal_format="number")


@dataclass(frozen=True, slots=True)
class Notification:
    """One message to one webhook."""

    sequence: int
    notification_id: str
    webhook_id: str
    event_type: str
    event_date: str
    body: bytes
    status: str
    tries: int
    next_try_at: datetime | None


@dataclass(frozen=True, slots=True)
class DeliveryTry:
    """One try to deliver and how it went."""

    tried_at: datetime
    outcome: str


def _notification(row: dict[str, Any]) -> Notification:
    return Notification(**{**row, "next_try_at": moment(row["next_try_at"]) if row["next_try_at"] else None})


def event_date(now: datetime) -> str:
    """UTC with seven fractional digits and Z, as the real bodies have it."""
    return f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}0Z"


def payment_payload(transaction: Transaction) -> dict[str, Any]:
    """The payload of a payment event: authAmount printed with two decimals, empty keys absent."""
    payload: dict[str, Any] = {"responseCode": transaction.response_code}
    if transaction.auth_code:
        payload["authCode"] = transaction.auth_code
    if transaction.avs:
        payload["avsResponse"] = transaction.avs
    payload["authAmount"] = transaction.amount
    if transaction.status.startswith("FDS"):
        payload["fraudList"] = [{"fraudFilter": name, "fraudAction": action} for name, action in transaction.triggered]
    if transaction.ref_id:
        payload["merchantReferenceId"] = transaction.ref_id
    if transaction.invoice_number:
        payload["invoiceNumber"] = transaction.invoice_number
    payload["entityName"] = "transaction"
    payload["id"] = transaction.trans_id
    return payload


def body_of(event_type: str, webhook_id: str, payload: dict[str, Any], now: datetime) -> tuple[str, bytes]:
    """A fresh notification id and the bytes of its body, keys in the gateway's order."""
    notification_id = str(uuid.uuid4())
    body = {
        "notificationId": notification_id,
        "eventType": event_type,
        "eventDate": event_date(now),
        "webhookId": webhook_id,
        "payload": payload,
    }
    return notification_id, _ENCODER.encode(body)


def enqueue(state: State, event_type: str, transaction: Transaction, faults: Faults, now: datetime) -> int:
    """The event of a transaction, for each active webhook that asked; call inside the fact's transaction.

    Returns:
        How many were written.
    """
    return enqueue_payload(state, event_type, payment_payload(transaction), faults, now)


def enqueue_payload(state: State, event_type: str, payload: dict[str, Any], faults: Faults, now: datetime) -> int:
    """One notification for each active webhook that asked for the event; how many were written."""
    written = 0
    for webhook in subscriptions.every(state):
        if webhook.status != subscriptions.ACTIVE or event_type not in webhook.event_types:
            continue
        notification_id, body = body_of(event_type, webhook.webhook_id, payload, now)
        first_try = stamp(now + timedelta(seconds=faults.wait_seconds()))
        if faults.reorder:
            # Older ones still unsent wait along, so that this one can overtake them.
            state.run("UPDATE notification SET next_try_at = ? WHERE status = ? AND tries = 0", first_try, PENDING)
        state.run(
            "INSERT INTO notification (notification_id, webhook_id, event_type, event_date, body, status, next_try_at) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            notification_id,
            webhook.webhook_id,
            event_type,
            event_date(now),
            body,
            FAILED if faults.drop else PENDING,
            None if faults.drop else first_try,
        )
        written += 1
    return written


def due(state: State, now: datetime, *, newest_first: bool = False) -> list[Notification]:
    """What is to be sent by now, to active webhooks only."""
    rows = state.rows(
        "SELECT notification.* FROM notification JOIN webhook USING (webhook_id) "
        "WHERE next_try_at <= ? AND webhook.status = 'active' ORDER BY sequence",
        stamp(now),
    )
    if newest_first:
        rows.reverse()
    return [_notification(row) for row in rows]


def next_due_at(state: State) -> datetime | None:
    """When the next try is due, or None when nothing waits."""
    row = state.row(
        "SELECT min(next_try_at) AS soonest FROM notification JOIN webhook USING (webhook_id) "
        "WHERE webhook.status = 'active'"
    )
    return moment(row["soonest"]) if row and row["soonest"] else None


def record_try(
    state: State, notification: Notification, outcome: str, now: datetime, *, status: str, next_try_at: datetime | None
) -> None:
    """Write one try, its outcome and what follows from it."""
    with state.writing():
        state.run(
            "INSERT INTO delivery_try (notification_id, tried_at, outcome) VALUES (?, ?, ?)",
            notification.notification_id,
            stamp(now),
            outcome,
        )
        state.run(
            "UPDATE notification SET status = ?, tries = tries + 1, next_try_at = ? WHERE notification_id = ?",
            status,
            stamp(next_try_at) if next_try_at else None,
            notification.notification_id,
        )


def find(state: State, notification_id: str) -> Notification | None:
    """The notification of that id, or None."""
    row = state.row("SELECT * FROM notification WHERE notification_id = ?", notification_id)
    return _notification(row) if row else None


def tries_of(state: State, notification_id: str) -> list[DeliveryTry]:
    """Every try of a notification, oldest first."""
    rows = state.rows("SELECT * FROM delivery_try WHERE notification_id = ? ORDER BY rowid", notification_id)
    return [DeliveryTry(moment(row["tried_at"]), row["outcome"]) for row in rows]


def every(state: State) -> list[Notification]:
    """All notifications, newest first."""
    return [_notification(row) for row in state.rows("SELECT * FROM notification ORDER BY sequence DESC")]
