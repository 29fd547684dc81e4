"""A request's row as the value that others see."""

from crystalcall.privacy.requests.models import PrivacyRequest
from crystalcall.privacy.requests.values import Channel, RequestView
from crystalcall.rules.privacy.requesting import RequestKind, RequestReason, RequestState


def view_of(row: PrivacyRequest) -> RequestView:
    """The request without a word of what was written."""
    return RequestView(
        request_id=row.pk,
        reference=row.reference,
        kind=RequestKind(row.kind),
        channel=Channel(row.channel),
        state=RequestState(row.state),
        reason=RequestReason(row.reason) if row.reason else None,
        language=row.language,
        received_at=row.received_at,
        expected_by=row.expected_by,
        verified_at=row.verified_at,
        closed_at=row.closed_at,
        has_text=row.sealed_detail is not None,
    )
