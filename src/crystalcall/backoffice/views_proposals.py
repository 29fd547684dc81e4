"""What takes two: the list, one proposal with its hash, approving it, taking it back."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _

from crystalcall.backoffice.acts import APPROVED
from crystalcall.backoffice.doors import DOOR, DeskRequest, desk_page, not_allowed
from crystalcall.backoffice.words import PROPOSAL_STATES, kind_words, refusal_words
from crystalcall.customers.staff import four_eyes
from crystalcall.customers.staff.kinds import kind_named
from crystalcall.customers.staff.queries import name_of, proposal, proposals
from crystalcall.customers.staff.values import (
    ProposalInfo,
    ProposalRefused,
    ProposalState,
    Subject,
    SubjectKind,
)
from crystalcall.hall.fragments import fragment, go
from crystalcall.hall.saying import address_after, said_done
from crystalcall.hall.typed import typed
from crystalcall.plumbing import clock
from crystalcall.rules.staffing import Right

HASH_CHARACTERS: Final = 64


@desk_page(Right.PROPOSE_CREDIT)
def all_proposals(request: DeskRequest) -> HttpResponse:
    """What waits for a second person, and what was decided lately."""
    now = clock.now()
    found = [_facts(each) for each in proposals(now=now, state=None)]
    waiting = [each for each in found if each["info"].state is ProposalState.WAITING]
    decided = [each for each in found if each["info"].state is not ProposalState.WAITING]
    return fragment(request, "backoffice/proposals.html", {"waiting": waiting, "decided": decided})


@desk_page(Right.PROPOSE_CREDIT)
def one_proposal(request: DeskRequest, proposal_id: UUID) -> HttpResponse:
    """One proposal as it would be done; whoever approves it approves exactly this."""
    if request.method != "POST":
        return _page(request, proposal_id)
    act = typed(request.POST, "act")
    if act == "approve":
        return _approved(request, proposal_id)
    if act == "withdraw":
        answer = four_eyes.withdraw(proposal_id, request.member, now=clock.now())
        if isinstance(answer, ProposalRefused):
            return _refused(request, proposal_id, answer)
        return go(address_after("desk-proposal", "withdrawn", str(proposal_id)))
    return _page(request, proposal_id)


def _approved(request: DeskRequest, proposal_id: UUID) -> HttpResponse:
    """Money moves: the right is asked here, the password of the last five minutes too, and the rest by the act."""
    if not request.member.may(Right.APPROVE_CREDIT):
        return not_allowed(request, APPROVED, Subject(SubjectKind.PROPOSAL, str(proposal_id)))
    if not request.signed_in.is_fresh(clock.now()):
        return DOOR.asked(request)
    seen = typed(request.POST, "hash", HASH_CHARACTERS)
    answer = four_eyes.approve(proposal_id, seen, request.member, now=clock.now())
    if isinstance(answer, ProposalRefused):
        return _refused(request, proposal_id, answer)
    return go(address_after("desk-proposal", "approved", str(proposal_id)))


def _refused(request: DeskRequest, proposal_id: UUID, refused: ProposalRefused) -> HttpResponse:
    return _page(request, proposal_id, {"wrong": refusal_words(refused.reason, refused.why)}, 422)


def _page(
    request: DeskRequest, proposal_id: UUID, more: Mapping[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    info = proposal(proposal_id, now=clock.now())
    if info is None:
        return fragment(request, "backoffice/nothing_there.html", status=404)
    words = {
        "approved": _("Approved, and done."),
        "withdrawn": _("Taken back."),
    }
    waits, is_own = info.state is ProposalState.WAITING, info.proposed_by == request.member.member_id
    shown = {
        **_facts(info),
        "is_own": is_own,
        "may_approve": waits and not is_own and request.member.may(Right.APPROVE_CREDIT),
        "may_withdraw": waits and is_own,
        "done": said_done(request, words),
        **(more or {}),
    }
    return fragment(request, "backoffice/proposal.html", shown, status)


def _facts(info: ProposalInfo) -> dict[str, Any]:
    known = kind_named(info.kind)
    return {
        "info": info,
        "words": kind_words(info.kind),
        "state": PROPOSAL_STATES[info.state],
        "subject": None if known is None else known.subject(info.content),
        "by": name_of(info.proposed_by),
        "decided": name_of(info.decided_by) if info.decided_by else "",
        "amount_micros": info.content.get("amount_micros"),
    }
