"""What of the books waits for a person: findings of the last audit, or that there was none lately."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from crystalcall.minutes.ledger.auditing import last_audit
from crystalcall.plumbing.waiting import Line, WaitingList, contribute
from crystalcall.rules.staffing import Right

AUDITED_WITHIN: Final = timedelta(days=2)


def contribute_all() -> None:
    """Contribute the list of this room."""
    contribute(
        WaitingList(
            "ledger.findings",
            _("The books"),
            Right.SEE_MONEY_LISTS,
            _findings,
            _("The command crystalcall ledger verify names every finding. No money moves by itself because of one."),
        )
    )


def _findings(now: datetime) -> Sequence[Line]:
    audit = last_audit()
    if audit is None or audit.ended_at < now - AUDITED_WITHIN:
        return [Line("", "", _("the books were not audited in the last two days"))]
    if not audit.findings:
        return []
    words = ngettext_lazy("%(number)s finding in the books", "%(number)s findings in the books", audit.findings)
    return [Line("", "", words % {"number": audit.findings}, since=audit.ended_at)]
