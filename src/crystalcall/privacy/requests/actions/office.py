"""What officers do with a request: take longer with a reason, refuse with a reason, or say that it was answered."""

from datetime import datetime

from django.db import transaction

from crystalcall.plumbing.announcements import announce
from crystalcall.privacy.requests.closing import move_request
from crystalcall.privacy.requests.detail import open_detail, seal_detail
from crystalcall.privacy.requests.events import RequestDenied, RequestExtended
from crystalcall.privacy.requests.locks import locked_request
from crystalcall.privacy.requests.models import PrivacyRequest
from crystalcall.privacy.requests.values import RequestView, UnknownRequest
from crystalcall.privacy.requests.viewing import view_of
from crystalcall.rules.privacy.requesting import RequestReason, RequestState, Unmoved, UnmovedReason, extend


def extend_request(reference: str, why: str, *, now: datetime) -> RequestView | Unmoved | UnknownRequest:
    """Take two months more, once, within the first; the person is told why (GDPR art. 12(3))."""
    if not why.strip():
        return Unmoved(UnmovedReason.NO_REASON)
    with transaction.atomic():
        row = _locked(reference)
        if row is None:
            return UnknownRequest(reference)
        if row.closed_at is not None:
            return Unmoved(UnmovedReason.CLOSED)
        extended = extend(row.received_at, row.expected_by, now=now)
        if isinstance(extended, Unmoved):
            return extended
        row.expected_by = extended.expected_by
        row.sealed_detail = seal_detail(row, open_detail(row) | {"extended": why.strip()})
        row.save(update_fields=["expected_by", "sealed_detail"])
        announce(RequestExtended(row.reference))
        return view_of(row)


def deny_request(reference: str, reason: RequestReason, *, now: datetime) -> RequestView | Unmoved | UnknownRequest:
    """Refuse a request for a reason of the list; the person is told it, and of the right to complain (art. 12(4))."""
    with transaction.atomic():
        row = _locked(reference)
        if row is None:
            return UnknownRequest(reference)
        unmoved = move_request(row, RequestState.DENIED, reason, now=now)
        if unmoved is not None:
            return unmoved
        announce(RequestDenied(row.reference))
        return view_of(row)


def close_request(reference: str, *, revoked: bool = False, now: datetime) -> RequestView | Unmoved | UnknownRequest:
    """Say that a request was answered by hand, or taken back by its person."""
    with transaction.atomic():
        row = _locked(reference)
        if row is None:
            return UnknownRequest(reference)
        to = RequestState.REVOKED if revoked else RequestState.FULFILLED
        unmoved = move_request(row, to, now=now)
        return view_of(row) if unmoved is None else unmoved


def _locked(reference: str) -> PrivacyRequest | None:
    row = PrivacyRequest.objects.filter(reference=reference).first()
    return None if row is None else locked_request(row.pk)
