"""What this room keeps about people: the limits of a card, under an opaque account that may be somebody's."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from crystalcall.privacy.inventory import declare, impersonal, joined, personal
from crystalcall.privacy.purposes import Purpose

LINK: Final = "customers.AccountLink.ledger_account_id"
_PURPOSES = (
    *(Purpose.CALL_DELIVERY, Purpose.ABUSE_PREVENTION, Purpose.CUSTOMER_SERVICE),
    *(Purpose.PRIVACY_REQUEST, Purpose.LEGAL_OBLIGATION),
)


def declare_all() -> None:
    """Declare the fields of limits and of ranges of risk."""
    wish = joined(
        personal(
            category="user.account.settings",
            purposes=_PURPOSES,
            retention="credit_record",
            erase="unlink",
        ),
        by=LINK,
    )
    carried = joined(
        personal(
            category="user.account.settings",
            purposes=_PURPOSES,
            retention="credit_record",
            erase="unlink",
            label=_("How much of a limit a card had used when credit was moved to it"),
            not_exported=_("counts for one day; the movement itself is in the export"),
        ),
        by=LINK,
    )
    declare(
        "limits.AccountLimits",
        {
            "ledger_account_id": wish,
            "max_calls": wish,
            "day_cap_micros": wish,
            "call_cap_micros": wish,
            "call_cap_seconds": wish,
            "allowed_countries": wish,
            "premium_allowed": wish,
            "satellite_allowed": wish,
            "set_at": wish,
            "carried_at": carried,
            "carried_spent_micros": carried,
            "carried_calls": carried,
            "carried_risk_calls": carried,
        },
    )
    declare(
        "limits.RiskRange",
        {
            "id": impersonal("row number"),
            "prefix": impersonal("the beginning of a whole range of numbers, nobody's number"),
            "note": impersonal("the operator's words about a range"),
            "added_at": impersonal("time of a change to the list of ranges"),
        },
    )
