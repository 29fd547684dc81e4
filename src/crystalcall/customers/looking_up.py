"""A customer as staff see them: masked, until somebody says why they need more (clauses C14 and C21)."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from crystalcall.customers.contact_details import mask_email
from crystalcall.customers.models import Customer
from crystalcall.customers.queries import Contact, contact
from crystalcall.privacy.keys.opening import PurposeRefusedError
from crystalcall.privacy.purposes import Purpose
from crystalcall.rules.numbering import mask

HIDDEN = "•••"


@dataclass(frozen=True, slots=True)
class MaskedCustomer:
    """Somebody as a desk shows them: recognizable to whoever knows them already, and to nobody else.

    `telephone` is "" where none is kept; `is_readable` is False where the policy of their time lets staff see nothing.
    """

    customer_id: UUID
    language: str
    since: datetime
    email_changed_at: datetime | None
    is_readable: bool
    name: str = field(repr=False)
    email: str = field(repr=False)
    telephone: str = field(repr=False)


def masked_customer(customer_id: UUID) -> MaskedCustomer | None:
    """A customer, masked; None when nobody (any more) has this id, or their key was destroyed."""
    row = Customer.objects.filter(pk=customer_id).first()
    if row is None:
        return None
    try:
        found = contact(customer_id, purpose=Purpose.CUSTOMER_SERVICE)
    except PurposeRefusedError:
        found = Contact(HIDDEN, HIDDEN, None, row.language)
        readable = False
    else:
        readable = found is not None
    if found is None:
        return None
    return MaskedCustomer(
        customer_id=row.pk,
        language=row.language,
        since=row.created_at,
        email_changed_at=row.email_changed_at,
        is_readable=readable,
        name=f"{found.name[:1]}{HIDDEN}" if readable else HIDDEN,
        email=mask_email(found.email) if readable else HIDDEN,
        telephone=mask(found.telephone) if found.telephone else "",
    )


def unmasked_customer(customer_id: UUID) -> Contact | None:
    """The same in clear, for customer service; whoever asks writes down before why. None as above, or where refused."""
    try:
        return contact(customer_id, purpose=Purpose.CUSTOMER_SERVICE)
    except PurposeRefusedError:
        return None
