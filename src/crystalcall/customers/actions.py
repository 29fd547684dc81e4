"""What happens to what we know of people."""

import uuid
from datetime import datetime
from uuid import UUID

from django.db import transaction

from crystalcall.customers import seals
from crystalcall.customers.contact_details import ContactProblems, canonical_email, read_contact
from crystalcall.customers.models import AccountLink, Customer
from crystalcall.plumbing.sealing import blind_index


class ContactError(ValueError):
    """Details that `read_contact` does not take were to be kept: a mistake in the program."""


class LinkContradictionError(Exception):
    """A ledger account was to belong to a second person: a mistake in the program."""


def record_guest(name: str, email: str, telephone: str | None, language: str, *, now: datetime) -> UUID:
    """Keep a guest's details, sealed, and give the new customer's id.

    Errors: ContactError when the details were not read by `read_contact` first.
    """
    details = read_contact(name, email, telephone, language)
    if isinstance(details, ContactProblems):
        raise ContactError(", ".join(f"{problem.field}: {problem.reason}" for problem in details.problems))
    customer_id = uuid.uuid4()
    with transaction.atomic():
        Customer.objects.create(
            id=customer_id,
            sealed_name=seals.seal_field(details.name, customer_id, "name"),
            sealed_email=seals.seal_field(details.email, customer_id, "email"),
            email_index=blind_index(canonical_email(details.email), seals.EMAIL_INDEX),
            sealed_telephone=(
                seals.seal_field(details.telephone, customer_id, "telephone") if details.telephone else None
            ),
            language=details.language,
            created_at=now,
        )
    return customer_id


def link_account(customer_id: UUID, account_id: UUID, *, now: datetime) -> None:
    """Make a ledger account this customer's; repeating changes nothing.

    Errors: LinkContradictionError when the account is another customer's.
    """
    with transaction.atomic():
        link, _created = AccountLink.objects.get_or_create(
            ledger_account_id=account_id, defaults={"customer_id": customer_id, "linked_at": now}
        )
        if link.customer_id != customer_id:
            raise LinkContradictionError("This ledger account belongs to another customer.")
