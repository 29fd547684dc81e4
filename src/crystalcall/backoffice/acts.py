"""What is done at the desk, as the audit log calls it."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from crystalcall.customers.staff import acts
from crystalcall.customers.staff.values import Act
from crystalcall.rules.staffing import Right

LOOKED_UP: Final = "backoffice.looked_up"
REVEALED: Final = "backoffice.revealed"
PIN_BLOCKED: Final = "backoffice.pin_blocked"
PIN_UNBLOCKED: Final = "backoffice.pin_unblocked"
SIGN_INS_ENDED: Final = "backoffice.sign_ins_ended"
MAIL_RESENT: Final = "backoffice.mail_resent"
OPENED: Final = "backoffice.page"
PROPOSED: Final = "staff.proposed"
APPROVED: Final = "staff.approved"
LOG_READ: Final = "staff.log_read"


def register_all() -> None:
    """Add this door's acts to the closed list."""
    acts.register(
        Act(LOOKED_UP, _("looked something up"), Right.LOOK_UP),
        Act(REVEALED, _("had masked data shown"), Right.REVEAL, needs_reason=True),
        Act(PIN_BLOCKED, _("blocked a PIN"), Right.BLOCK_PIN, needs_reason=True),
        Act(PIN_UNBLOCKED, _("unblocked a PIN"), Right.UNBLOCK_PIN, needs_reason=True),
        Act(SIGN_INS_ENDED, _("ended all sign-ins of a customer"), Right.END_SIGN_INS, needs_reason=True),
        Act(MAIL_RESENT, _("had an order’s mail sent again"), Right.RESEND_MAIL, needs_reason=True),
        Act(OPENED, _("opened a page of the desk")),
    )
