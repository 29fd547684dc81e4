"""Every row lock of the staff room.

The order, for all: members by id, then set-up links, then proposals by id; then whatever signing in locks.
"""

from collections.abc import Collection
from uuid import UUID

from crystalcall.customers.staff.models import Proposal, SetUpLink, StaffMember
from crystalcall.customers.staff.values import ProposalState
from crystalcall.rules.staffing import Role


def locked_member(member_id: UUID) -> StaffMember | None:
    """The member, locked until the caller's transaction ends, or None."""
    return StaffMember.objects.select_for_update().filter(pk=member_id).first()


def locked_members(member_ids: Collection[UUID]) -> dict[UUID, StaffMember]:
    """Several members, locked in the order of their ids."""
    rows = StaffMember.objects.select_for_update().filter(pk__in=member_ids).order_by("pk")
    return {row.pk: row for row in rows}


def lock_member_and_administrators(member_id: UUID) -> tuple[StaffMember | None, frozenset[UUID]]:
    """A member, and who is an administrator and serves: all locked together, so that no two leave at once."""
    administrators = StaffMember.objects.filter(roles__role=Role.ADMINISTRATOR.value, disabled_at__isnull=True)
    wanted = {member_id, *administrators.values_list("pk", flat=True)}
    rows = locked_members(wanted)
    # Asked again behind the locks: somebody may have left while these were waited for.
    serving = frozenset(administrators.filter(pk__in=wanted).values_list("pk", flat=True))
    return rows.get(member_id), serving


def locked_link(digest: bytes) -> SetUpLink | None:
    """The set-up link with this secret's hash, locked, or None."""
    return SetUpLink.objects.select_for_update().filter(digest=digest).first()


def locked_proposal(proposal_id: UUID) -> Proposal | None:
    """The proposal, locked, or None."""
    return Proposal.objects.select_for_update().filter(pk=proposal_id).first()


def locked_waiting_of(member_id: UUID) -> list[Proposal]:
    """Whatever somebody proposed that waits, locked."""
    rows = Proposal.objects.select_for_update().filter(proposed_by=member_id, state=ProposalState.WAITING.value)
    return list(rows.order_by("pk"))
