"""What of the mails waits for a person: notices about orders that could not be sent."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from crystalcall.mailings.queries import failed_notices
from crystalcall.plumbing.waiting import AT_MOST, Line, WaitingList, contribute
from crystalcall.rules.staffing import Right


def contribute_all() -> None:
    """Contribute the list of this room."""
    contribute(
        WaitingList(
            "mailings.failed",
            _("Mails that were not delivered"),
            Right.RESEND_MAIL,
            _failed,
            _("Look at the order; with a better address its mail can be sent again."),
        )
    )


def _failed(_now: datetime) -> Sequence[Line]:
    found = [each for each in failed_notices() if each.order_number]
    return [Line("order", each.order_number, _("the mail server refused it")) for each in found[:AT_MOST]]
