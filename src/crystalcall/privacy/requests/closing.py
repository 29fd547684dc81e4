"""Moving a request: a closed one keeps no text and no key, and the register says how it was answered."""

from datetime import datetime, timedelta

from crystalcall.privacy.keys.actions import destroy
from crystalcall.privacy.register.actions import enter
from crystalcall.privacy.register.kinds import EntryKind
from crystalcall.privacy.requests.models import OneTimeKey, PrivacyRequest
from crystalcall.privacy.requests.values import KeyRole
from crystalcall.rules.privacy.requesting import CLOSED, RequestKind, RequestReason, RequestState, Unmoved, move

MOVED = ["state", "reason", "closed_at", "sealed_detail", "asked_mailbox", "order_number"]


def move_request(
    row: PrivacyRequest, to: RequestState, reason: RequestReason | None = None, *, now: datetime
) -> Unmoved | None:
    """Put a locked request into a state, if the rules let it; gives why not, else None."""
    moved = move(RequestState(row.state), to, reason)
    if isinstance(moved, Unmoved):
        return moved
    row.state, row.reason = moved.state.value, moved.reason.value if moved.reason else ""
    if moved.state in CLOSED:
        row.closed_at = now
        _forget_what_was_written(row, now=now)
        if was_registered(row):
            # What nobody proved and the site's form alone brought counts against floods for a day, and is deleted then.
            row.asked_mailbox, row.order_number = None, ""
    row.save(update_fields=MOVED)
    if moved.state in CLOSED and was_registered(row):
        enter_closed(row, now=now)
    return None


def was_registered(row: PrivacyRequest) -> bool:
    """Whether its opening was entered: anybody can fill in the site's form, so there only a proved mailbox counts."""
    return row.channel != "site" or row.verified_at is not None


def enter_opened(row: PrivacyRequest, *, now: datetime) -> None:
    """Enter that a request stands, by its reference alone."""
    facts = {"reference": row.reference, "request_kind": row.kind, "channel": row.channel}
    enter(EntryKind.REQUEST_OPENED, facts, now=now)


def enter_closed(row: PrivacyRequest, *, now: datetime) -> None:
    """Enter how a request was answered, and after how many days."""
    facts = {
        "reference": row.reference,
        "request_kind": row.kind,
        "state": row.state,
        "reason": row.reason or None,
        "days": (now - row.received_at) // timedelta(days=1),
        "in_time": now <= row.expected_by,
    }
    enter(EntryKind.REQUEST_CLOSED, facts, now=now)


def _forget_what_was_written(row: PrivacyRequest, *, now: datetime) -> None:
    spare = [KeyRole.LINK.value, KeyRole.CHANGE.value]
    if row.kind not in {RequestKind.ACCESS.value, RequestKind.EXPORT.value}:
        spare.append(KeyRole.TICKET.value)
    OneTimeKey.objects.filter(request=row, role__in=spare).delete()
    if row.sealed_detail is not None:
        row.sealed_detail = None
        destroy((row.pk,), now=now)
