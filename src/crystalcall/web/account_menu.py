"""The menu of Your Account: what stands there, in which order; each entry is an address without parts."""

from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest
from django.utils.translation import gettext as _


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the menu."""

    name: str
    words: str
    is_here: bool


#: Pages without an entry of their own, under the one that they belong to.
INSIDE: Final = {
    "account-orders": ("account-order", "account-order-returned", "account-checkout"),
    "account-cards": ("account-card", "account-card-lost", "account-card-limits"),
    "account-speed-dial": ("account-speed-dial-card",),
    "account-privacy": ("account-agree", "account-delete"),
}


def menu(request: HttpRequest) -> tuple[Entry, ...]:
    """Every entry in the reader's language, the one of this page marked."""
    match = request.resolver_match
    here = match.url_name if match else ""
    return tuple(Entry(name, words, is_here=here in {name, *INSIDE.get(name, ())}) for name, words in _entries())


def _entries() -> tuple[tuple[str, str], ...]:
    return (
        ("account", _("Overview")),
        ("account-details", _("Edit Account Information")),
        ("account-orders", _("Orders")),
        ("account-cards", _("Cards")),
        ("account-calls", _("Calls")),
        ("account-speed-dial", _("Speed dial")),
        ("account-privacy", _("Privacy")),
        ("account-email", _("E-mail")),
        ("account-password", _("Password")),
        ("account-second-factor", _("Second factor")),
        ("account-sign-ins", _("Sign-ins")),
    )
