"""Four eyes: one proposes, another approves what they saw, and it is done once, in the approver's transaction.

What is approved is a hash over the proposal and its whole content, so that nothing is approved but what was looked at
(ASVS 5.0, 2.3.5 and 8.3.2). Who may do what is asked of the roles as they are then, not as a page once saw them.
"""

import hashlib
import json
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Final, TypeAlias
from uuid import UUID

from django.db import transaction
from django.db.models import Sum

from crystalcall.customers.staff import audit
from crystalcall.customers.staff.kinds import Content, Executed, Kind, NotExecuted, kind_named
from crystalcall.customers.staff.locks import locked_members, locked_proposal, locked_waiting_of
from crystalcall.customers.staff.models import Proposal, StaffRole
from crystalcall.customers.staff.reading import PROPOSAL_REASON, proposal_of
from crystalcall.customers.staff.values import (
    Done,
    Member,
    ProposalRefusal,
    ProposalRefused,
    ProposalState,
    Proposed,
    Subject,
    SubjectKind,
    Withdrawn,
)
from crystalcall.privacy.keys.sealing import seal_field
from crystalcall.privacy.policy.queries import current_number
from crystalcall.rules.privacy.canonical import canonical
from crystalcall.rules.staffing import Role, may

Roles: TypeAlias = Mapping[UUID, frozenset[Role]]

ALONE_WITHIN: Final = timedelta(hours=24)
#: A mistake in a form is no act: it leaves no line.
_MISTAKES: Final = frozenset(
    {
        *(ProposalRefusal.UNKNOWN_KIND, ProposalRefusal.REASON_MISSING),
        *(ProposalRefusal.CONTENT_SENSELESS, ProposalRefusal.UNKNOWN, ProposalRefusal.NOT_DONE),
    }
)


def propose(
    kind: str, content: Content, reason: str, by: Member, *, now: datetime
) -> Proposed | Done | ProposalRefused:
    """Propose something for a second person, or do it at once where it is within what this one may do alone."""
    known = kind_named(kind)
    wrong = _wrong(known, content, reason)
    if known is None or wrong is not None:
        return wrong or ProposalRefused(ProposalRefusal.UNKNOWN_KIND)
    with transaction.atomic():
        roles = _roles_now(by.member_id)[by.member_id]
        if not may(roles, known.proposes):
            refused = ProposalRefused(ProposalRefusal.NO_RIGHT)
            return _refused(refused, "staff.proposed", known.subject(content), by, now)
        row = _new(known, content, reason, by.member_id, now)
        if not _is_within(known, row, roles, now):
            row.save(force_insert=True)
            audit.note(by.member_id, "staff.proposed", _about(row), reason=reason, detail=kind, now=now)
            return Proposed(proposal_of(row, now))
        row.is_alone = True
        return _carry_out(row, known, by.member_id, now, partial(_note_alone, reason))


def amend(proposal_id: UUID, content: Content, reason: str, by: Member, *, now: datetime) -> Proposed | ProposalRefused:
    """Put something else in place of what one proposed: it has a new hash, and waits as if it were new."""
    with transaction.atomic():
        known = _roles_now(by.member_id)
        row = locked_proposal(proposal_id)
        kind = None if row is None else kind_named(row.kind)
        wrong = _why_not_mine(row, by, now) or _wrong(kind, content, reason)
        if row is None or kind is None or wrong is not None:
            refused = wrong or ProposalRefused(ProposalRefusal.UNKNOWN_KIND)
            return _refused(refused, "staff.amended", _of(proposal_id), by, now)
        if not may(known[by.member_id], kind.proposes):
            return _refused(ProposalRefused(ProposalRefusal.NO_RIGHT), "staff.amended", _of(proposal_id), by, now)
        _fill(row, kind, content, reason, now)
        row.save()
        audit.note(by.member_id, "staff.amended", _about(row), reason=reason, detail=row.kind, now=now)
        return Proposed(proposal_of(row, now))


def approve(proposal_id: UUID, seen_hash: str, by: Member, *, now: datetime) -> Done | ProposalRefused:
    """Approve what somebody else proposed, as it was looked at; it is done in this transaction, once, or not at all.

    NOT_DONE where it was approved and could not be done: then nothing was, and the proposal is over.
    """
    with transaction.atomic():
        proposer = Proposal.objects.filter(pk=proposal_id).values_list("proposed_by", flat=True).first()
        roles = _roles_now(by.member_id, *(() if proposer is None else (proposer,)))
        row = locked_proposal(proposal_id)
        kind = None if row is None else kind_named(row.kind)
        refusal = _why_not(row, kind, seen_hash, roles, by, now)
        if row is None or kind is None or refusal is not None:
            refused = ProposalRefused(refusal or ProposalRefusal.UNKNOWN_KIND)
            return _refused(refused, "staff.approved", _of(proposal_id), by, now)
        return _carry_out(row, kind, by.member_id, now, _note_approved)


def withdraw(proposal_id: UUID, by: Member, *, now: datetime) -> Withdrawn | ProposalRefused:
    """Take back what one proposed."""
    with transaction.atomic():
        row = locked_proposal(proposal_id)
        wrong = _why_not_mine(row, by, now)
        if row is None or wrong is not None:
            refused = wrong or ProposalRefused(ProposalRefusal.UNKNOWN)
            return _refused(refused, "staff.withdrawn", _of(proposal_id), by, now)
        _end(row, by.member_id, now)
        return Withdrawn(proposal_of(row, now))


def withdraw_all(member_id: UUID, now: datetime) -> int:
    """Take back whatever somebody proposed that waits, since they are here no more; in the caller's transaction."""
    rows = locked_waiting_of(member_id)
    for row in rows:
        row.state, row.decided_at = ProposalState.WITHDRAWN.value, now
        row.save()
    return len(rows)


def hash_of(proposal_id: UUID, kind: str, content: Content, by: UUID) -> str:
    """What is approved: the proposal, its kind, its proposer and its whole content, in canonical form."""
    said = {"by": str(by), "content": dict(content), "kind": kind, "proposal": str(proposal_id)}
    return hashlib.sha256(canonical(said)).hexdigest()


def _new(kind: Kind, content: Content, reason: str, by: UUID, now: datetime) -> Proposal:
    row = Proposal(id=uuid.uuid4(), kind=kind.name, proposed_by=by, policy_version=current_number())
    _fill(row, kind, content, reason, now)
    return row


def _fill(row: Proposal, kind: Kind, content: Content, reason: str, now: datetime) -> None:
    subject = kind.subject(content)
    row.content = canonical(dict(content)).decode()
    row.hash = hash_of(row.pk, kind.name, content, row.proposed_by)
    row.subject_kind, row.subject_name = subject.kind.value, subject.name
    row.sealed_reason = seal_field(PROPOSAL_REASON, row.proposed_by, audit.tidied(reason), str(row.pk))
    row.weight = 0 if kind.alone is None else kind.alone.weight(content)
    row.proposed_at, row.expires_at = now, now + kind.valid


def _is_within(kind: Kind, row: Proposal, roles: frozenset[Role], now: datetime) -> bool:
    """Whether this is within what its proposer may do alone, with all they did alone in the last day.

    Asked under the proposer's lock, so that two at once do not both fit.
    """
    if kind.alone is None or not may(roles, kind.alone.right):
        return False
    done = Proposal.objects.filter(
        proposed_by=row.proposed_by,
        kind=kind.name,
        is_alone=True,
        state=ProposalState.DONE.value,
        proposed_at__gt=now - ALONE_WITHIN,
    )
    so_far: int = done.aggregate(total=Sum("weight"))["total"] or 0
    return so_far + row.weight <= kind.alone.limit()


def _carry_out(
    row: Proposal, kind: Kind, by: UUID, now: datetime, note: Callable[[Proposal, UUID, datetime], None]
) -> Done | ProposalRefused:
    """Do it, in the caller's transaction; what could not be done leaves nothing behind but the proposal's end."""
    with transaction.atomic():
        said = kind.execute(json.loads(row.content), f"proposal:{row.pk}", now)
        if isinstance(said, NotExecuted):
            transaction.set_rollback(True)
    row.decided_by, row.decided_at = by, now
    outcome: Content = said.outcome if isinstance(said, Executed) else {"why": said.why}
    row.state = (ProposalState.DONE if isinstance(said, Executed) else ProposalState.FAILED).value
    row.outcome = canonical(dict(outcome)).decode()
    row.save()
    note(row, by, now)
    if isinstance(said, NotExecuted):
        return ProposalRefused(ProposalRefusal.NOT_DONE, said.why)
    return Done(proposal_of(row, now))


def _note_alone(reason: str, row: Proposal, by: UUID, now: datetime) -> None:
    if row.state == ProposalState.DONE.value:
        audit.note(by, "staff.did_alone", _about(row), reason=reason, detail=row.kind, now=now)
    else:
        audit.refuse(by, "staff.did_alone", _about(row), why=ProposalRefusal.NOT_DONE.value, now=now)


def _note_approved(row: Proposal, by: UUID, now: datetime) -> None:
    act = "staff.approved" if row.state == ProposalState.DONE.value else "staff.failed"
    audit.note(by, act, _of(row.pk), detail=row.kind, now=now)


def _end(row: Proposal, by: UUID, now: datetime) -> None:
    row.state, row.decided_by, row.decided_at = ProposalState.WITHDRAWN.value, by, now
    row.save()
    audit.note(by, "staff.withdrawn", _of(row.pk), detail=row.kind, now=now)


def _wrong(kind: Kind | None, content: Content, reason: str) -> ProposalRefused | None:
    if kind is None:
        return ProposalRefused(ProposalRefusal.UNKNOWN_KIND)
    if not reason.strip():
        return ProposalRefused(ProposalRefusal.REASON_MISSING)
    why = kind.check(content)
    return ProposalRefused(ProposalRefusal.CONTENT_SENSELESS, why) if why else None


def _why_not_mine(row: Proposal | None, by: Member, now: datetime) -> ProposalRefused | None:
    if row is None:
        return ProposalRefused(ProposalRefusal.UNKNOWN)
    if row.proposed_by != by.member_id:
        return ProposalRefused(ProposalRefusal.NOT_OWN)
    over = _over(row, now)
    return None if over is None else ProposalRefused(over)


def _why_not(
    row: Proposal | None, kind: Kind | None, seen_hash: str, roles: Roles, by: Member, now: datetime
) -> ProposalRefusal | None:
    """Why this person cannot approve this, or None.

    The hash is made anew from the row: one that somebody changed by hand is no longer what it says it is.
    """
    if row is None or kind is None:
        return ProposalRefusal.UNKNOWN
    stands = hash_of(row.pk, row.kind, json.loads(row.content), row.proposed_by)
    checks: tuple[tuple[bool, ProposalRefusal], ...] = (
        (may(roles[by.member_id], kind.approves), ProposalRefusal.NO_RIGHT),
        (row.proposed_by != by.member_id, ProposalRefusal.OWN),
        (_over(row, now) is None, _over(row, now) or ProposalRefusal.DECIDED),
        (stands == row.hash == seen_hash, ProposalRefusal.CHANGED),
        (may(roles.get(row.proposed_by, frozenset()), kind.proposes), ProposalRefusal.NO_RIGHT),
    )
    return next((refusal for is_met, refusal in checks if not is_met), None)


def _over(row: Proposal, now: datetime) -> ProposalRefusal | None:
    if row.state != ProposalState.WAITING.value:
        return ProposalRefusal.DECIDED
    return ProposalRefusal.EXPIRED if row.expires_at <= now else None


def _roles_now(*member_ids: UUID) -> Roles:
    """The roles of these members as they are now, behind their locks; none of whoever is here no more."""
    rows = locked_members(member_ids)
    found: dict[UUID, set[Role]] = {member_id: set() for member_id in member_ids}
    serving = [row.pk for row in rows.values() if row.disabled_at is None]
    for member_id, role in StaffRole.objects.filter(member__in=serving).values_list("member_id", "role"):
        found[member_id].add(Role(role))
    return {member_id: frozenset(roles) for member_id, roles in found.items()}


def _refused(refused: ProposalRefused, act: str, subject: Subject, by: Member, now: datetime) -> ProposalRefused:
    """The refusal, with its line in the log, unless it is only a mistake in a form."""
    if refused.reason not in _MISTAKES:
        audit.refuse(by.member_id, act, subject, why=refused.reason.value, now=now)
    return refused


def _of(proposal_id: UUID) -> Subject:
    return Subject(SubjectKind.PROPOSAL, str(proposal_id))


def _about(row: Proposal) -> Subject:
    """A line about a proposal's beginning names what it is about, so that it is found there."""
    return Subject(SubjectKind(row.subject_kind), row.subject_name)
