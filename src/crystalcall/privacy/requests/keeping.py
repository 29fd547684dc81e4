"""Requests as part of what is kept about a person: shown, cut loose from the person, and given up in time."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q, QuerySet

from crystalcall.privacy.keepers import Cell, Counts
from crystalcall.privacy.keys.sealing import KeyDestroyedError
from crystalcall.privacy.purposes import Purpose
from crystalcall.privacy.requests.actions.tidying import forget_closed
from crystalcall.privacy.requests.closing import move_request
from crystalcall.privacy.requests.detail import open_detail
from crystalcall.privacy.requests.models import OneTimeKey, PrivacyRequest
from crystalcall.rules.privacy.requesting import RequestKind, RequestState

__all__ = ["forget_closed", "references_of", "rows_of", "unlink"]


def references_of(mailboxes: Collection[str]) -> tuple[str, ...]:
    """The references of every request of these mailboxes."""
    return tuple(_of(mailboxes).values_list("reference", flat=True)) if mailboxes else ()


def rows_of(mailboxes: Collection[str], purpose: Purpose) -> list[tuple[Cell, ...]]:
    """Every request of these mailboxes, oldest first, with what was written while it is open, for its writer alone."""
    return [
        (
            *(row.reference, row.kind, row.channel, row.state, row.reason or None, _written(row, purpose)),
            *(row.received_at, row.expected_by, row.closed_at, row.policy_version),
        )
        for row in _of(mailboxes).order_by("received_at", "pk")
    ]


def unlink(mailboxes: Collection[str], order_numbers: Collection[str], *, now: datetime) -> Counts:
    """Leave a line without a person of each request; an open one for deletion is fulfilled by it, others are moot.

    Also of those that somebody typed one of these orders' numbers into, so that nothing leads from them to it.
    """
    typed = Q(order_number__in=[number for number in order_numbers if number])
    rows = list(PrivacyRequest.objects.filter(_about(mailboxes) | typed).select_for_update().order_by("pk"))
    for row in rows:
        if row.closed_at is None:
            done = RequestState.FULFILLED if row.kind == RequestKind.DELETION.value else RequestState.REVOKED
            move_request(row, done, now=now)
        row.mailbox, row.asked_mailbox, row.order_number = None, None, ""
        row.save(update_fields=["mailbox", "asked_mailbox", "order_number"])
    OneTimeKey.objects.filter(request__in=rows).delete()
    return {"requests_unlinked": len(rows)}


def _of(mailboxes: Collection[str]) -> "QuerySet[PrivacyRequest]":
    return PrivacyRequest.objects.filter(_about(mailboxes))


def _about(mailboxes: Collection[str]) -> Q:
    """Whose link went to these mailboxes, or would have gone."""
    names = [bytes.fromhex(name) for name in mailboxes]
    return Q(mailbox__in=names) | Q(mailbox__isnull=True, asked_mailbox__in=names)


def _written(row: PrivacyRequest, purpose: Purpose) -> str | None:
    """What stands in a letter of theirs: of one that nobody proved, anybody may have been the writer."""
    if purpose is not Purpose.PRIVACY_REQUEST or row.verified_at is None:
        return None
    try:
        return "\n".join(open_detail(row).values())
    except KeyDestroyedError:
        return ""
