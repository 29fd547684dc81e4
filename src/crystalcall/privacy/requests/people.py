"""Whose request it is: looked up anew each time, by the keyed name of the mailbox or the order's number."""

from crystalcall.privacy import keepers
from crystalcall.privacy.keepers import NameKind, Person
from crystalcall.privacy.requests.models import PrivacyRequest


def person_of(row: PrivacyRequest) -> Person:
    """The person with all their names; empty when nobody has this mailbox or order (any more).

    The request itself is one of the person's, whichever of the two led there.
    """
    mailbox = bytes(row.mailbox).hex() if row.mailbox is not None else None
    person = keepers.find(mailbox=mailbox, order_number=row.order_number or None)
    return person.joined(NameKind.REQUEST, [row.reference]) if person else person
