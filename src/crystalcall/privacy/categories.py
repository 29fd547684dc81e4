"""What kinds of data about people the program may keep: fideslang's keys, each with words for readers.

A closed list: a test holds every key to the fideslang package (which itself would accept an invented one), and the
program does not start over a field of any other kind.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

CATEGORIES: Final[Mapping[str, "_StrPromise"]] = {
    "user.name": _("Name"),
    "user.contact.email": _("E-mail address"),
    "user.contact.phone_number": _("Telephone number"),
    "user.demographic.language": _("Language of the pages and mails"),
    "user.behavior.purchase_history": _("Your orders: what, when, for how much"),
    "user.financial": _("Payments (without card numbers)"),
    "user.account": _("Your cards and credit"),
    "user.account.settings": _("Limits you set for a card"),
    "user.behavior": _("Your calls: when, how long, where to, price"),
    "user.contact": _("Which mails we sent you"),
    "user.authorization.credentials": _("Keys that open your own pages"),
    "user.privacy_preferences": _("What you agreed to or refused"),
    "user.content.private": _("What you wrote to us"),
    "user.unique_id": _("Numbers that stand for you"),
    "user.unique_id.pseudonymous": _("Numbers that stand for you, without your name"),
    "user": _("Who got what about you, and when"),
    "user.job_title": _("Names of our own staff"),
}


def words_for(category: str) -> "_StrPromise | str":
    """The words for a category; "" for one that nobody declared."""
    return CATEGORIES.get(category, "")
