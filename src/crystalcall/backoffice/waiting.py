"""What of the staff room waits: proposals that somebody else has to approve."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from crystalcall.backoffice.words import kind_words
from crystalcall.customers.staff.queries import proposals
from crystalcall.plumbing.waiting import Line, WaitingList, contribute
from crystalcall.rules.staffing import Right


def contribute_all() -> None:
    """Contribute the list of the proposals."""
    contribute(
        WaitingList("staff.proposals", _("Proposals that wait for a second person"), Right.APPROVE_CREDIT, _waiting)
    )


def _waiting(now: datetime) -> Sequence[Line]:
    return [
        Line(
            *("proposal", str(each.proposal_id), kind_words(each.kind)),
            since=each.proposed_at,
            due=each.expires_at,
            amount_micros=each.content.get("amount_micros"),
        )
        for each in proposals(now=now)
    ]
