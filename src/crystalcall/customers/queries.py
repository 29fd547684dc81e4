"""What we know of people, opened for a purpose, as frozen values."""

from dataclasses import dataclass, field
from uuid import UUID

from crystalcall.customers import seals
from crystalcall.customers.contact_details import mask_email
from crystalcall.customers.models import AccountLink, Customer


@dataclass(frozen=True, slots=True)
class Contact:
    """How to reach a customer; the telephone is in E.164, the language "en" or "ru"."""

    name: str = field(repr=False)
    email: str = field(repr=False)
    telephone: str | None = field(repr=False)
    language: str


def contact(customer_id: UUID) -> Contact | None:
    """The contact details of a customer, or None when nobody (any more) has this id."""
    row = Customer.objects.filter(pk=customer_id).first()
    if row is None:
        return None
    telephone = None if row.sealed_telephone is None else seals.open_field(row.sealed_telephone, row.id, "telephone")
    return Contact(
        name=seals.open_field(row.sealed_name, row.id, "name"),
        email=seals.open_field(row.sealed_email, row.id, "email"),
        telephone=telephone,
        language=row.language,
    )


def masked_email(customer_id: UUID) -> str | None:
    """The customer's address as "a•••@example.org", or None when nobody has this id."""
    row = Customer.objects.filter(pk=customer_id).only("id", "sealed_email").first()
    return None if row is None else mask_email(seals.open_field(row.sealed_email, row.id, "email"))


def accounts_of(customer_id: UUID) -> tuple[UUID, ...]:
    """The ledger accounts of a customer, oldest link first."""
    links = AccountLink.objects.filter(customer_id=customer_id).order_by("pk")
    return tuple(links.values_list("ledger_account_id", flat=True))
