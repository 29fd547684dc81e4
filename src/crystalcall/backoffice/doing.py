"""Acts at the desk, each with its line in the audit log in one transaction: neither stands without the other."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from crystalcall.backoffice import acts
from crystalcall.customers.looking_up import unmasked_customer
from crystalcall.customers.queries import Contact
from crystalcall.customers.signing_in.actions import end_all
from crystalcall.customers.signing_in.values import Audience
from crystalcall.customers.staff import audit
from crystalcall.customers.staff.values import Member, Subject, SubjectKind
from crystalcall.mailings.actions import queue_order_again
from crystalcall.minutes.pins.actions import block_pin, unblock_pin
from crystalcall.minutes.pins.values import PinInfo, UnknownSerial

CONTACT: Final = "customers.contact"
#: What stands beside a blocked PIN; why it was, in words, is kept sealed in the audit log.
BLOCKED_BY_STAFF: Final = "blocked at the desk"


@dataclass(frozen=True, slots=True)
class NotThere:
    """It is not there (any more), or cannot be done with it; nothing was."""


def reveal_contact(customer_id: UUID, reason: str, by: Member, *, now: datetime) -> Contact | NotThere:
    """Name, address and telephone of a customer in clear; the register has its line before anybody sees them."""
    with transaction.atomic():
        found = unmasked_customer(customer_id)
        if found is None:
            return NotThere()
        about = Subject(SubjectKind.CUSTOMER, str(customer_id))
        audit.reveal(by.member_id, acts.REVEALED, about, what=CONTACT, reason=reason, now=now)
    return found


def block(serial: str, reason: str, by: Member, *, now: datetime) -> PinInfo | NotThere:
    """Let a PIN open nothing."""
    with transaction.atomic():
        info = block_pin(serial, reason=BLOCKED_BY_STAFF, now=now)
        if isinstance(info, UnknownSerial):
            return NotThere()
        audit.note(by.member_id, acts.PIN_BLOCKED, Subject(SubjectKind.CARD, serial), reason=reason, now=now)
    return info


def unblock(serial: str, reason: str, by: Member, *, now: datetime) -> PinInfo | NotThere:
    """Let a PIN open its card again."""
    with transaction.atomic():
        info = unblock_pin(serial)
        if isinstance(info, UnknownSerial):
            return NotThere()
        audit.note(by.member_id, acts.PIN_UNBLOCKED, Subject(SubjectKind.CARD, serial), reason=reason, now=now)
    return info


def end_sign_ins(customer_id: UUID, reason: str, by: Member, *, now: datetime) -> int:
    """End every sign-in of a customer, at once and everywhere; gives how many there were."""
    with transaction.atomic():
        ended = end_all(Audience.CUSTOMER, customer_id, now=now)
        about = Subject(SubjectKind.CUSTOMER, str(customer_id))
        audit.note(by.member_id, acts.SIGN_INS_ENDED, about, reason=reason, now=now)
    return ended


def resend(order_number: str, reason: str, by: Member, *, now: datetime) -> int | NotThere:
    """Send an order's mail again to the address that it has; gives the notice's id."""
    with transaction.atomic():
        notice = queue_order_again(order_number, now=now)
        if notice is None:
            return NotThere()
        about = Subject(SubjectKind.ORDER, order_number)
        audit.note(by.member_id, acts.MAIL_RESENT, about, reason=reason, now=now)
    return notice
