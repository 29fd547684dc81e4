"""Who is an officer, and whose signature is whose."""

from crystalcall.privacy.officers.key_file import is_signed
from crystalcall.privacy.officers.models import Approval, Officer
from crystalcall.privacy.officers.values import ApprovalInfo, OfficerInfo

APPROVAL_FORMAT = "crystalcall-approval-1"


def officer(name: str) -> OfficerInfo | None:
    """The officer of this name, retired or not; None for nobody."""
    row = Officer.objects.filter(name=name).first()
    return None if row is None else officer_info(row)


def officers() -> tuple[OfficerInfo, ...]:
    """Everybody who ever was an officer, in the order they came."""
    return tuple(officer_info(row) for row in Officer.objects.order_by("pk"))


def active() -> tuple[OfficerInfo, ...]:
    """The officers who serve, in the order they came."""
    return tuple(
        officer_info(row)
        for row in Officer.objects.filter(retired_at__isnull=True, admitted_at__isnull=False).order_by("pk")
    )


def verify(name: str, message: bytes, signature: bytes) -> bool:
    """Whether the officer of this name signed the message; a retired one's old signatures stay what they are."""
    found = officer(name)
    return found is not None and is_signed(found.verify_key, message, signature)


def approval_message(subject_hash: str) -> bytes:
    """The bytes that an officer signs to approve a hash."""
    return f"{APPROVAL_FORMAT}\n{subject_hash}".encode()


def approvals(subject_hash: str) -> tuple[ApprovalInfo, ...]:
    """Who approved this hash, in their order; each signature is checked again: forged rows count for nothing."""
    rows = Approval.objects.filter(subject_hash=subject_hash).select_related("officer").order_by("pk")
    found = (
        ApprovalInfo(subject_hash, officer_info(row.officer), _bytes(row.signature), row.approved_at) for row in rows
    )
    message = approval_message(subject_hash)
    return tuple(each for each in found if is_signed(each.officer.verify_key, message, each.signature))


def standing(subject_hash: str) -> tuple[ApprovalInfo, ...]:
    """The approvals by officers who still serve: two of them open what takes two."""
    return tuple(each for each in approvals(subject_hash) if each.officer.is_active)


def officer_info(row: Officer) -> OfficerInfo:
    """An officer as a value."""
    return OfficerInfo(
        *(row.name, row.fingerprint, row.age_recipient, row.verify_key),
        added_at=row.added_at,
        retired_at=row.retired_at,
        admitted_at=row.admitted_at,
    )


def _bytes(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""
