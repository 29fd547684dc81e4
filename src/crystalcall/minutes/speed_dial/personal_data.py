"""What this room keeps about people: whom they call often, sealed, under an opaque account that may be somebody's."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from crystalcall.privacy.inventory import declare, impersonal, personal
from crystalcall.privacy.purposes import Purpose

_PURPOSES: Final = (Purpose.CALL_DELIVERY, Purpose.CUSTOMER_SERVICE, Purpose.PRIVACY_REQUEST)
_SHOWN: Final = (Purpose.CUSTOMER_SERVICE, Purpose.PRIVACY_REQUEST)


def declare_all() -> None:
    """Declare every field of this room."""
    place = personal(
        category="user.account.settings",
        purposes=_PURPOSES,
        retention="until_stopped",
        erase="destroy",
        label=_("Short codes of your speed dial"),
    )
    declare(
        "speed_dial.SpeedDialEntry",
        {
            "id": impersonal("row number"),
            "ledger_account_id": place,
            "code": place,
            "sealed_number": personal(
                category="user.contact.phone_number",
                purposes=_PURPOSES,
                retention="until_stopped",
                erase="destroy",
                label=_("Numbers of your speed dial"),
            ),
            "sealed_label": personal(
                category="user.content.private",
                purposes=_SHOWN,
                retention="until_stopped",
                erase="destroy",
                label=_("What you call the numbers of your speed dial"),
            ),
            "policy_version": impersonal("number of the policy in force when it was collected"),
        },
    )
