"""What happens to what we know of people."""

import uuid
from datetime import datetime
from uuid import UUID

from django.db import transaction

from crystalcall.customers import seals
from crystalcall.customers.contact_details import ContactProblems, canonical_email, read_contact
from crystalcall.customers.models import AccountLink, Customer
from crystalcall.privacy.keys.actions import ensure
from crystalcall.privacy.keys.sealing import find_index, seal_field
from crystalcall.privacy.policy.queries import current_number


class ContactError(ValueError):
    """Details that `read_contact` does not take were to be kept: a mistake in the program."""


class LinkContradictionError(Exception):
    """A ledger account was to belong to a second person: a mistake in the program."""


def record_guest(name: str, email: str, telephone: str | None, language: str, *, now: datetime) -> UUID:
    """Keep a guest's details, sealed under a key of their own, and give the new customer's id.

    Errors: ContactError when the details were not read by `read_contact` first.
    """
    details = read_contact(name, email, telephone, language)
    if isinstance(details, ContactProblems):
        raise ContactError(", ".join(f"{problem.field}: {problem.reason}" for problem in details.problems))
    customer_id = uuid.uuid4()
    ensure((customer_id,), now=now)
    with transaction.atomic():
        Customer.objects.create(
            id=customer_id,
            sealed_name=seal_field(seals.NAME, customer_id, details.name),
            sealed_email=seal_field(seals.EMAIL, customer_id, details.email),
            email_index=find_index(canonical_email(details.email), seals.EMAIL_INDEX),
            sealed_telephone=(
                seal_field(seals.TELEPHONE, customer_id, details.telephone) if details.telephone else None
            ),
            language=details.language,
            policy_version=current_number(),
            created_at=now,
        )
    return customer_id


def link_account(customer_id: UUID, account_id: UUID, *, now: datetime) -> None:
    """Make a ledger account this customer's; repeating changes nothing.

    Errors: LinkContradictionError when the account is another customer's.
    """
    with transaction.atomic():
        link, _created = AccountLink.objects.get_or_create(
            ledger_account_id=account_id,
            defaults={"customer_id": customer_id, "linked_at": now, "policy_version": current_number()},
        )
        if link.customer_id != customer_id:
            raise LinkContradictionError("This ledger account belongs to another customer.")
