"""What the rooms of the program are called where people read of them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

ROOMS: Final[Mapping[str, "_StrPromise"]] = {
    "customers": _("People and their contact details"),
    "signing_in": _("Signing in"),
    "staff": _("Our staff"),
    "gifts": _("Gifts"),
    "orders": _("Orders"),
    "payments": _("Payments"),
    "calls": _("Calls"),
    "pins": _("Cards and PINs"),
    "ledger": _("The books"),
    "limits": _("Limits of cards"),
    "speed_dial": _("Speed dial"),
    "mailings": _("Letters"),
    "privacy": _("Privacy requests and the register"),
    "keys": _("Keys"),
}


def room_words(app_label: str) -> str:
    """The words for a room; its own name where it has no words yet."""
    return str(ROOMS.get(app_label, app_label))
