"""What we know of people, opened for a purpose, as frozen values."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from crystalcall.customers import seals
from crystalcall.customers.contact_details import canonical_email, mask_email
from crystalcall.customers.models import AccountLink, Customer
from crystalcall.privacy.keys.opening import Opener, PurposeRefusedError, open_field, openers_meanwhile
from crystalcall.privacy.keys.sealing import KeyDestroyedError, find_index
from crystalcall.privacy.purposes import Purpose

AT_ONCE: Final = 5000
"""How many ids one statement names: SQLite takes some thirty thousand at most."""


@dataclass(frozen=True, slots=True)
class Contact:
    """How to reach a customer; the telephone is in E.164, the language "en" or "ru"."""

    name: str = field(repr=False)
    email: str = field(repr=False)
    telephone: str | None = field(repr=False)
    language: str


def contact(customer_id: UUID, *, purpose: Purpose) -> Contact | None:
    """The contact details of a customer, or None when nobody (any more) has this id, or their key was destroyed.

    The telephone is left out where it was not given for this purpose. Errors: PurposeRefusedError where name and
    address were not.
    """
    with openers_meanwhile((customer_id,)) as opening:
        row = Customer.objects.filter(pk=customer_id).first()
        if row is None:
            return None
        opener, under = opening()[row.id], row.policy_version
    try:
        name = opener.open(seals.NAME, row.sealed_name, purpose=purpose, collected_under=under)
        email = opener.open(seals.EMAIL, row.sealed_email, purpose=purpose, collected_under=under)
        telephone = _telephone(row, opener, purpose)
    except KeyDestroyedError:
        return None
    return Contact(name=name, email=email, telephone=telephone, language=row.language)


def collected_under(customer_id: UUID) -> int | None:
    """The version of the policy under which somebody gave their details, or None when nobody (any more) has this id."""
    return Customer.objects.filter(pk=customer_id).values_list("policy_version", flat=True).first()


def masked_email(customer_id: UUID, *, purpose: Purpose) -> str | None:
    """The customer's address as "a•••@example.org", or None when nobody (any more) has this id.

    None also once it was changed: whoever placed the order need not be who has that mailbox, and is told nothing of
    the new one. Errors: PurposeRefusedError.
    """
    row = Customer.objects.filter(pk=customer_id, email_changed_at__isnull=True).first()
    if row is None:
        return None
    try:
        address = open_field(seals.EMAIL, row.id, row.sealed_email, purpose=purpose, collected_under=row.policy_version)
    except KeyDestroyedError:
        return None
    return mask_email(address)


def customers_of_mailbox(email: str) -> tuple[UUID, ...]:
    """Every customer with this e-mail address, oldest first: found by its keyed hash, and nothing is opened."""
    index = find_index(canonical_email(email), seals.EMAIL_INDEX)
    rows = Customer.objects.filter(email_index=index).order_by("created_at", "pk")
    return tuple(rows.values_list("pk", flat=True))


def accounts_of(customer_id: UUID) -> tuple[UUID, ...]:
    """The ledger accounts of a customer, oldest link first."""
    links = AccountLink.objects.filter(customer_id=customer_id).order_by("pk")
    return tuple(links.values_list("ledger_account_id", flat=True))


def mailboxes(customer_ids: Collection[UUID]) -> dict[UUID, bytes]:
    """A keyed hash of each customer's e-mail address: customers with the same one share a mailbox.

    Guests are never joined into one person by it; it keeps a mailbox from getting the same mail twice.
    """
    wanted = list(customer_ids)
    found: dict[UUID, bytes] = {}
    for start in range(0, len(wanted), AT_ONCE):
        rows = Customer.objects.filter(pk__in=wanted[start : start + AT_ONCE]).values_list("pk", "email_index")
        found |= {customer_id: bytes(index) for customer_id, index in rows}
    return found


def sharing_mailbox(customer_id: UUID) -> tuple[UUID, ...]:
    """Every customer with the e-mail address of this one, this one among them; empty when nobody has this id."""
    index = Customer.objects.filter(pk=customer_id).values_list("email_index", flat=True).first()
    if index is None:
        return ()
    rows = Customer.objects.filter(email_index=bytes(index)).order_by("created_at", "pk")
    return tuple(rows.values_list("pk", flat=True))


def _telephone(row: Customer, opener: Opener, purpose: Purpose) -> str | None:
    if row.sealed_telephone is None:
        return None
    try:
        return opener.open(seals.TELEPHONE, row.sealed_telephone, purpose=purpose, collected_under=row.policy_version)
    except PurposeRefusedError:
        return None
