"""Whose request it is: what was typed says where a link goes, and the mailbox that got it says whose data it opens.

An order's number leads to the mail address of that order's own customer and no further. A mailbox leads to everything
that was mailed to it. Nothing leads from an order to what else its mailbox has, and once a link was mailed, nothing
that was typed is asked any more (decision 0029).
"""

from dataclasses import dataclass, field

from crystalcall.privacy import keepers
from crystalcall.privacy.keepers import MailAddress, NameKind, Person
from crystalcall.privacy.requests.models import PrivacyRequest


@dataclass(frozen=True, slots=True)
class Addressee:
    """Where a mail about a request goes, by which keyed name, and under which opaque name the gate records it."""

    to: MailAddress = field(repr=False)
    mailbox: bytes = field(repr=False)
    subject: str


def person_of(row: PrivacyRequest) -> Person:
    """The person whose mailbox was proved, with all their names; empty before the proof, and when nobody has it now."""
    if row.verified_at is None or row.mailbox is None:
        return Person()
    person = keepers.find(mailbox=bytes(row.mailbox).hex())
    return person.joined(NameKind.REQUEST, [row.reference]) if person else person


def is_correctable(person: Person) -> bool:
    """Whether a correction reaches anything of this person's: not what was given with orders never paid."""
    return any(keeper.is_correctable(person) for keeper in keepers.all_keepers())


def person_meant(row: PrivacyRequest) -> Person:
    """Whom a request is about as far as anybody says: for mailing them and for sparing them, never to show them."""
    mailbox = row.mailbox if row.mailbox is not None else row.asked_mailbox
    person = keepers.find(mailbox=bytes(mailbox).hex()) if mailbox is not None else Person()
    if not person and row.mailbox is None and row.order_number:
        person = keepers.find(order_number=row.order_number)
    return person.joined(NameKind.REQUEST, [row.reference]) if person else person


def addressee_of(row: PrivacyRequest) -> Addressee | None:
    """The address on file that a mail about this request goes to; None where there is none."""
    person = person_meant(row)
    to = keepers.mail_address(person)
    name = keepers.mailbox(to.address) if to is not None else None
    if to is None or name is None:
        return None
    return Addressee(to, bytes.fromhex(name), person.of(NameKind.CUSTOMER)[0])
