"""The audit log, and who works here: for administrators (the log for privacy officers too); both are only read."""

from typing import Final
from uuid import UUID

from django.db import transaction
from django.http import HttpResponse

from crystalcall.backoffice.acts import LOG_READ
from crystalcall.backoffice.doors import DeskRequest, desk_page
from crystalcall.backoffice.words import DETAILS, PLACES, ROLES, SUBJECTS
from crystalcall.customers.staff import acts, audit
from crystalcall.customers.staff.queries import audit_page, members
from crystalcall.customers.staff.values import Outcome, Subject, SubjectKind
from crystalcall.hall.fragments import fragment
from crystalcall.plumbing import clock
from crystalcall.rules.staffing import Right

LINES: Final = 50
#: Where the desk has a page for what a line is about.
PAGES: Final = {
    SubjectKind.CUSTOMER: "desk-customer",
    SubjectKind.ORDER: "desk-order",
    SubjectKind.CARD: "desk-card",
    SubjectKind.PROPOSAL: "desk-proposal",
}


@desk_page(Right.SEE_AUDIT)
def log(request: DeskRequest) -> HttpResponse:
    """The audit log, newest first, of everybody or of one member or act; reading it is a line of it."""
    now = clock.now()
    chosen_member, chosen_act = _id(request.GET.get("member")), str(request.GET.get("act") or "")
    chosen_act = chosen_act if chosen_act in {each.name for each in acts.registered()} else ""
    before = _number(request.GET.get("before"))
    with transaction.atomic():
        lines = audit_page(before=before, member_id=chosen_member, act=chosen_act, limit=LINES + 1)
        about = Subject(SubjectKind.PAGE, "log")
        audit.note(request.member.member_id, LOG_READ, about, now=now)
    shown = [
        {
            "line": each,
            "words": acts.words(each.entry.act),
            "kind": SUBJECTS[each.entry.subject.kind],
            "detail": DETAILS.get(each.entry.detail, ""),
            "place": PLACES.get(each.entry.subject.name, "") if each.entry.subject.kind is SubjectKind.PAGE else "",
            "page": PAGES.get(each.entry.subject.kind, "") if request.member.may(Right.LOOK_UP) else "",
            "is_refused": each.entry.outcome is Outcome.REFUSED,
        }
        for each in lines[:LINES]
    ]
    context = {
        "lines": shown,
        "older": lines[LINES - 1].entry.entry_id if len(lines) > LINES else None,
        "acts": [(each.name, each.words) for each in acts.registered()],
        "members": members(now=now),
        "chosen_member": str(chosen_member or ""),
        "chosen_act": chosen_act,
    }
    return fragment(request, "backoffice/log.html", context)


@desk_page(Right.SEE_STAFF)
def staff(request: DeskRequest) -> HttpResponse:
    """Who works here with which roles; changed on the command line alone."""
    found = [{"info": each, "roles": [ROLES[role] for role in sorted(each.roles)]} for each in members(now=clock.now())]
    return fragment(request, "backoffice/staff.html", {"members": found})


def _id(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None


def _number(text: str | None) -> int | None:
    said = text or ""
    return int(said) if said.isascii() and said.isdigit() and len(said) < 19 else None  # noqa: PLR2004 - of 64 bits
