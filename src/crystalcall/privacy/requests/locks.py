"""Every row lock of the room of requests."""

from uuid import UUID

from crystalcall.privacy.requests.models import PrivacyRequest


def locked_request(request_id: UUID) -> PrivacyRequest | None:
    """The request, locked until the caller's transaction ends, or None."""
    return PrivacyRequest.objects.select_for_update().filter(pk=request_id).first()


def locked_request_of(reference: str) -> PrivacyRequest | None:
    """The request of this reference, locked until the caller's transaction ends, or None."""
    return PrivacyRequest.objects.select_for_update().filter(reference=reference).first()
