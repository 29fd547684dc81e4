"""What every page of the desk knows: its languages, and the menu of whoever is signed in."""

from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest
from django.utils.translation import gettext as _

from crystalcall.customers.staff.values import Member
from crystalcall.plumbing.middleware.language import ENGLISH, RUSSIAN, in_language, language_of
from crystalcall.rules.staffing import Right

NAMES: Final = {ENGLISH: "English", RUSSIAN: "Русский"}
#: Pages without an entry of their own, under the one that they belong to.
INSIDE: Final = {
    "desk-look-up": ("desk-order", "desk-customer", "desk-card"),
    "desk-proposals": ("desk-proposal",),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the menu."""

    name: str
    words: str
    is_here: bool
    is_own: bool
    """About the member's own sign-in, and set apart."""


def desk(request: HttpRequest) -> dict[str, Any]:
    """The context processor: one `site` for each page, as the hall's templates expect it."""
    return {"site": Desk(request)}


class Desk:
    """What a page of the desk shows around its content; nothing of it is read from the database."""

    base = "backoffice/base.html"
    sheets: tuple[str, ...] = ()
    beside_sign_in = ""
    may_register = False

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self.path = "/" + request.path.lstrip("/")
        self.language = language_of(self.path)
        self.other_language = ENGLISH if self.language == RUSSIAN else RUSSIAN
        self.other_name = NAMES[self.other_language]
        self.other_address = in_language(self.path, self.other_language)

    @property
    def member(self) -> Member | None:
        """Who is signed in, where that was asked already."""
        return getattr(self._request, "member", None)

    @property
    def menu_name(self) -> str:
        """What the menu is called."""
        return _("Desk")

    @property
    def menu(self) -> tuple[Entry, ...]:
        """The pages that whoever is signed in may open; none before they are let in."""
        if self.member is None or not getattr(self._request, "is_inside", False):
            return ()
        match = self._request.resolver_match
        here = (match.url_name or "") if match else ""
        return tuple(
            Entry(name, words, is_here=here in {name, *INSIDE.get(name, ())}, is_own=is_own)
            for name, words, right, is_own in _entries()
            if right is None or self.member.may(right)
        )


def _entries() -> tuple[tuple[str, str, Right | None, bool], ...]:
    return (
        ("account", _("What waits"), None, False),
        ("desk-look-up", _("Look up"), Right.LOOK_UP, False),
        ("desk-proposals", _("Proposals"), Right.PROPOSE_CREDIT, False),
        ("desk-log", _("Audit log"), Right.SEE_AUDIT, False),
        ("desk-staff", _("Staff"), Right.SEE_STAFF, False),
        ("account-second-factor", _("Second factor"), None, True),
        ("account-password", _("Password"), None, True),
        ("account-sign-ins", _("Sign-ins"), None, True),
    )
