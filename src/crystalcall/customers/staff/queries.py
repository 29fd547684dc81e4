"""What can be known of the staff room, as frozen values."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from crystalcall.customers.contact_details import canonical_email
from crystalcall.customers.signing_in.queries import factors_of, has_credential
from crystalcall.customers.signing_in.values import Audience, SignedIn
from crystalcall.customers.staff.finding import email_index
from crystalcall.customers.staff.models import AuditEntry, AuditReason, Proposal, SetUpLink, StaffMember, StaffRole
from crystalcall.customers.staff.reading import info_of, name_and_email, proposal_of, proposals_of, reason_of
from crystalcall.customers.staff.setting_up import look_at_set_up
from crystalcall.customers.staff.values import (
    AuditLine,
    Member,
    MemberInfo,
    NotInside,
    Outcome,
    Outside,
    ProposalInfo,
    ProposalState,
    Subject,
)
from crystalcall.privacy.keys.opening import openers
from crystalcall.rules.staffing import Role

__all__ = [
    "acts_of",
    "audit_page",
    "did_since",
    "look_at_set_up",
    "member",
    "member_of_address",
    "members",
    "name_of",
    "proposal",
    "proposals",
    "who",
]

LIMIT: Final = 50


def who(signed_in: SignedIn, *, now: datetime) -> Member | NotInside:
    """Who asks at the back office, and whether they are let in; every page behind its door asks this first.

    One statement, and nothing is opened. Whoever signed in without a second factor is let in nowhere (ASVS 6.3.3).
    """
    rows = StaffRole.objects.filter(member_id=signed_in.principal_id, member__disabled_at__isnull=True)
    found = list(rows.values_list("role", "member__language", "member__factor_until"))
    if not found or signed_in.audience is not Audience.STAFF:
        return NotInside(Outside.NOBODY)
    roles = frozenset(Role(role) for role, _language, _until in found)
    known = Member(signed_in.principal_id, roles, found[0][1])
    if signed_in.has_second_factor:
        return known
    until = found[0][2]
    is_open = until is not None and now < until and not factors_of(Audience.STAFF, known.member_id).has_any
    return NotInside(Outside.FACTOR_WANTED, known) if is_open else NotInside(Outside.FACTOR_OVERDUE)


def members(*, now: datetime) -> tuple[MemberInfo, ...]:
    """Everybody who works here or did, in the order they came; whoever is forgotten is not among them."""
    rows = StaffMember.objects.prefetch_related("roles").select_related("set_up_link").order_by("added_at", "pk")
    return tuple(info for row in rows if (info := _member(row, now)) is not None)


def member(member_id: UUID, *, now: datetime) -> MemberInfo | None:
    """One member of staff, or None."""
    row = StaffMember.objects.select_related("set_up_link").filter(pk=member_id).first()
    return None if row is None else _member(row, now)


def member_of_address(email: str) -> UUID | None:
    """Who has this address, however it was typed; None for nobody."""
    index = email_index(canonical_email(email))
    return StaffMember.objects.filter(email_index=index).values_list("pk", flat=True).first()


def name_of(member_id: UUID) -> str:
    """What a member is called; "" where nobody (any more) has this id."""
    row = StaffMember.objects.filter(pk=member_id).first()
    found = None if row is None else name_and_email(row)
    return "" if found is None else found[0]


def audit_page(
    *,
    before: int | None = None,
    member_id: UUID | None = None,
    act: str = "",
    subject: Subject | None = None,
    limit: int = LIMIT,
) -> tuple[AuditLine, ...]:
    """Lines of the log, newest first, with names and reasons opened; `before` is the last line of the page before.

    Whoever shows them notes `staff.log_read` in the same transaction.
    """
    rows = AuditEntry.objects.order_by("-pk")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    if member_id is not None:
        rows = rows.filter(member_id=member_id)
    if act:
        rows = rows.filter(act=act)
    if subject is not None:
        rows = rows.filter(subject_kind=subject.kind.value, subject_name=subject.name)
    found = list(rows[:limit])
    people = StaffMember.objects.filter(pk__in={row.member_id for row in found if row.member_id is not None})
    reasons = list(AuditReason.objects.filter(pk__in=[row.pk for row in found]))
    # All keys by one look at their store, however many lines there are.
    known = openers({row.pk for row in people} | {row.sealed_for for row in reasons})
    names = {row.pk: said[0] for row in people if (said := name_and_email(row, opener=known[row.pk])) is not None}
    words = {row.pk: reason_of(row, known[row.sealed_for]) for row in reasons}
    return tuple(AuditLine(info_of(row), _name(row, names), words.get(row.pk, "")) for row in found)


def acts_of(member_id: UUID, since: datetime, act: str) -> int:
    """How many lines of this act a member has made since then, done or refused."""
    return AuditEntry.objects.filter(member_id=member_id, act=act, at__gt=since).count()


def did_since(member_id: UUID, since: datetime, act: str, subject: Subject) -> bool:
    """Whether a member has done this to this subject since then."""
    rows = AuditEntry.objects.filter(member_id=member_id, act=act, at__gt=since, outcome=Outcome.DONE.value)
    return rows.filter(subject_kind=subject.kind.value, subject_name=subject.name).exists()


def proposals(
    *, now: datetime, state: ProposalState | None = ProposalState.WAITING, limit: int = LIMIT
) -> tuple[ProposalInfo, ...]:
    """Proposals that stand so now (None: all), newest first."""
    rows = Proposal.objects.order_by("-proposed_at", "pk")
    if state is ProposalState.WAITING:
        rows = rows.filter(state=state.value, expires_at__gt=now)
    elif state is ProposalState.EXPIRED:
        rows = rows.filter(state=ProposalState.WAITING.value, expires_at__lte=now)
    elif state is not None:
        rows = rows.filter(state=state.value)
    return proposals_of(list(rows[:limit]), now)


def proposal(proposal_id: UUID, *, now: datetime) -> ProposalInfo | None:
    """One proposal, or None."""
    row = Proposal.objects.filter(pk=proposal_id).first()
    return None if row is None else proposal_of(row, now)


def _member(row: StaffMember, now: datetime) -> MemberInfo | None:
    found = name_and_email(row)
    if found is None:
        return None
    link: SetUpLink | None = getattr(row, "set_up_link", None)
    return MemberInfo(
        member_id=row.pk,
        name=found[0],
        email=found[1],
        language=row.language,
        roles=frozenset(Role(each.role) for each in row.roles.all()),
        added_at=row.added_at,
        disabled_at=row.disabled_at,
        is_set_up=has_credential(Audience.STAFF, row.pk),
        has_second_factor=factors_of(Audience.STAFF, row.pk).has_any,
        set_up_until=link.expires_at if link is not None and link.expires_at > now else None,
    )


def _name(row: AuditEntry, names: Mapping[UUID, str]) -> str:
    return "" if row.member_id is None else names.get(row.member_id, "")
