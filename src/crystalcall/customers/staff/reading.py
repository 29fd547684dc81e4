"""Rows of this room as values, and what is sealed in them, opened."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from crystalcall.customers.signing_in.values import PrincipalContact
from crystalcall.customers.staff.models import AuditEntry, AuditReason, Proposal, StaffMember
from crystalcall.customers.staff.values import AuditInfo, Outcome, ProposalInfo, ProposalState, Subject, SubjectKind
from crystalcall.plumbing.sealing import SealBrokenError
from crystalcall.privacy.keys.opening import Opener, openers
from crystalcall.privacy.keys.sealing import KeyDestroyedError
from crystalcall.privacy.purposes import Purpose

NAME: Final = "staff.StaffMember.sealed_name"
EMAIL: Final = "staff.StaffMember.sealed_email"
PROPOSAL_REASON: Final = "staff.Proposal.sealed_reason"
AUDIT_REASON: Final = "staff.AuditReason.sealed_text"


def reach(member_id: UUID, purpose: Purpose) -> PrincipalContact | None:
    """How mail reaches a member of staff; None where nobody (any more) has this id, or who was disabled."""
    row = StaffMember.objects.filter(pk=member_id, disabled_at__isnull=True).first()
    found = None if row is None else name_and_email(row, purpose)
    if row is None or found is None:
        return None
    return PrincipalContact(*found, row.language, row.policy_version)


def name_and_email(
    row: StaffMember, purpose: Purpose = Purpose.ACCOUNTABILITY, opener: Opener | None = None
) -> tuple[str, str] | None:
    """What a member is called and their address; None where their key is gone. `opener` where several are read."""
    opener, under = opener or openers((row.pk,))[row.pk], row.policy_version
    try:
        return (
            opener.open(NAME, row.sealed_name, purpose=purpose, collected_under=under),
            opener.open(EMAIL, row.sealed_email, purpose=purpose, collected_under=under),
        )
    except KeyDestroyedError:
        return None


def info_of(row: AuditEntry) -> AuditInfo:
    """A line of the log, as it stands."""
    return AuditInfo(
        entry_id=row.pk,
        member_id=row.member_id,
        act=row.act,
        outcome=Outcome(row.outcome),
        subject=Subject(SubjectKind(row.subject_kind), row.subject_name),
        detail=row.detail,
        at=row.at,
        register_hash=row.register_hash,
        has_reason=row.has_reason,
    )


def reason_of(row: AuditReason, opener: Opener) -> str:
    """The words of a reason; "" where its key is gone."""
    return _said(opener, AUDIT_REASON, row.sealed_text, str(row.pk), row.policy_version)


def proposals_of(rows: Sequence[Proposal], now: datetime) -> tuple[ProposalInfo, ...]:
    """Several proposals, their reasons opened by one look at the key store."""
    known = openers({row.proposed_by for row in rows})
    return tuple(_proposal(row, known[row.proposed_by], now) for row in rows)


def proposal_of(row: Proposal, now: datetime) -> ProposalInfo:
    """A proposal as it stands now."""
    return proposals_of((row,), now)[0]


def _proposal(row: Proposal, opener: Opener, now: datetime) -> ProposalInfo:
    """One that waited too long has expired, whatever its row says."""
    state = ProposalState(row.state)
    is_over = state is ProposalState.WAITING and row.expires_at <= now
    return ProposalInfo(
        proposal_id=row.pk,
        kind=row.kind,
        content=json.loads(row.content),
        hash=row.hash,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        expires_at=row.expires_at,
        state=ProposalState.EXPIRED if is_over else state,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        outcome=json.loads(row.outcome),
        reason=_said(opener, PROPOSAL_REASON, row.sealed_reason, str(row.pk), row.policy_version),
    )


def _said(opener: Opener, field: str, sealed: bytes | memoryview | None, row: str, under: int) -> str:
    """A sealed text; "" where there is none, where its key is gone, or where somebody changed its row by hand."""
    if sealed is None:
        return ""
    try:
        return opener.open(field, sealed, row=row, purpose=Purpose.ACCOUNTABILITY, collected_under=under)
    except (KeyDestroyedError, SealBrokenError):
        return ""
