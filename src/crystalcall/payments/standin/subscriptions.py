"""Webhooks: who is told of what."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from crystalcall.payments.standin.state import State, stamp

PAYMENT_EVENTS = (
    "net.authorize.payment.authorization.created",
    "net.authorize.payment.authcapture.created",
    "net.authorize.payment.capture.created",
    "net.authorize.payment.priorAuthCapture.created",
    "net.authorize.payment.refund.created",
    "net.authorize.payment.void.created",
    "net.authorize.payment.fraud.held",
    "net.authorize.payment.fraud.approved",
    "net.authorize.payment.fraud.declined",
)
CUSTOMER_EVENTS = (
    "net.authorize.customer.created",
    "net.authorize.customer.updated",
    "net.authorize.customer.deleted",
    "net.authorize.customer.paymentProfile.created",
    "net.authorize.customer.paymentProfile.updated",
    "net.authorize.customer.paymentProfile.deleted",
    "net.authorize.customer.subscription.created",
    "net.authorize.customer.subscription.updated",
    "net.authorize.customer.subscription.suspended",
    "net.authorize.customer.subscription.terminated",
    "net.authorize.customer.subscription.cancelled",
    "net.authorize.customer.subscription.expiring",
)
EVENT_TYPES = PAYMENT_EVENTS + CUSTOMER_EVENTS
ACTIVE = "active"
INACTIVE = "inactive"
# The webhook that the server makes from its environment, renewed at each start.
NAME_AT_START = "from the environment"


@dataclass(frozen=True, slots=True)
class Webhook:
    """One subscription."""

    webhook_id: str
    name: str
    url: str
    event_types: tuple[str, ...]
    status: str


def _webhook(row: dict[str, Any]) -> Webhook:
    return Webhook(
        webhook_id=row["webhook_id"],
        name=row["name"],
        url=row["url"],
        event_types=tuple(msgspec.json.decode(row["event_types"], type=list[str])),
        status=row["status"],
    )


def new_webhook(name: str, url: str, event_types: tuple[str, ...], status: str) -> Webhook:
    """A webhook with a fresh id, not yet written."""
    return Webhook(str(uuid.uuid4()), name, url, event_types, status)


def save(state: State, webhook: Webhook, now: datetime) -> Webhook:
    """Write a webhook, new or changed."""
    state.run(
        "INSERT INTO webhook (webhook_id, name, url, event_types, status, created_at) VALUES (?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (webhook_id) DO UPDATE SET name = excluded.name, url = excluded.url, "
        "event_types = excluded.event_types, status = excluded.status",
        webhook.webhook_id,
        webhook.name,
        webhook.url,
        msgspec.json.encode(webhook.event_types).decode(),
        webhook.status,
        stamp(now),
    )
    return webhook


def every(state: State) -> list[Webhook]:
    """All webhooks, oldest first."""
    return [_webhook(row) for row in state.rows("SELECT * FROM webhook ORDER BY created_at, webhook_id")]


def find(state: State, webhook_id: str) -> Webhook | None:
    """The webhook of that id, or None."""
    row = state.row("SELECT * FROM webhook WHERE webhook_id = ?", webhook_id)
    return _webhook(row) if row else None


def remove(state: State, webhook_id: str) -> bool:
    """Delete a webhook and stop what was still on its way to it; False when there was none."""
    state.run(
        "UPDATE notification SET status = 'Failed', next_try_at = NULL "
        "WHERE webhook_id = ? AND next_try_at IS NOT NULL",
        webhook_id,
    )
    return state.run("DELETE FROM webhook WHERE webhook_id = ?", webhook_id) == 1


def deactivate(state: State, webhook_id: str) -> None:
    """Stop telling: the address failed to the end of the retry table."""
    state.run("UPDATE webhook SET status = ? WHERE webhook_id = ?", INACTIVE, webhook_id)


def ensure_at_start(state: State, url: str, now: datetime) -> None:
    """The webhook of the environment exists, is active and points to ``url``; none when ``url`` is empty."""
    with state.writing():
        mine = next((webhook for webhook in every(state) if webhook.name == NAME_AT_START), None)
        if not url:
            if mine:
                remove(state, mine.webhook_id)
            return
        fresh = new_webhook(NAME_AT_START, url, PAYMENT_EVENTS, ACTIVE)
        webhook_id = mine.webhook_id if mine else fresh.webhook_id
        save(state, Webhook(webhook_id, fresh.name, fresh.url, fresh.event_types, fresh.status), now)
