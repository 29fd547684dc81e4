"""What happens to what we know of people."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from crystalcall.customers import seals
from crystalcall.customers.contact_details import ContactProblems, canonical_email, read_contact
from crystalcall.customers.keeping_people import LANGUAGE, CustomersKeeper
from crystalcall.customers.models import AccountLink, Customer
from crystalcall.customers.queries import contact
from crystalcall.privacy.holds.locks import lock_people
from crystalcall.privacy.holds.prior import is_customer_held, keep_prior
from crystalcall.privacy.keepers import Correction, NameKind, Person
from crystalcall.privacy.keys.actions import destroy, ensure
from crystalcall.privacy.keys.sealing import find_index, seal_field
from crystalcall.privacy.policy.actions import take_back
from crystalcall.privacy.policy.queries import current_number
from crystalcall.privacy.purposes import Purpose


class ContactError(ValueError):
    """Details that `read_contact` does not take were to be kept: a mistake in the program."""


class LinkContradictionError(Exception):
    """A ledger account was to belong to a second person: a mistake in the program."""


@dataclass(frozen=True, slots=True)
class DetailsChanged:
    """The details are as they were given; `is_new` where anything was different before."""

    is_new: bool


@dataclass(frozen=True, slots=True)
class NobodyKnown:
    """Nobody (any more) has this id."""


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


def change_details(
    customer_id: UUID, *, name: str, telephone: str, language: str, now: datetime
) -> DetailsChanged | ContactProblems | NobodyKnown:
    """Put right what a customer is called, where they can be rung up (empty: nowhere), and which language they read.

    What stood there before is sealed away for the records (clause C13), and kept where the law orders it. The e-mail
    address has a way of its own.
    """
    with transaction.atomic():
        lock_people((customer_id,))
        row = Customer.objects.select_for_update().filter(pk=customer_id).first()
        known = None if row is None else contact(customer_id, purpose=Purpose.CUSTOMER_SERVICE)
        if row is None or known is None:
            return NobodyKnown()
        read = read_contact(name, known.email, telephone, language)
        if isinstance(read, ContactProblems):
            return read
        person = Person().joined(NameKind.CUSTOMER, (customer_id,))
        wanted = Correction(name=read.name, telephone=read.telephone or "")
        corrected = CustomersKeeper().correct(person, wanted, now=now)
        spoken = row.language != language
        if spoken:
            keep_prior(row.pk, {LANGUAGE: row.language}, now=now, collected_under=row.policy_version)
            Customer.objects.filter(pk=customer_id).update(language=language)
    return DetailsChanged(any(corrected.values()) or spoken)


def join_guest(guest_id: UUID, customer_id: UUID, *, now: datetime) -> bool:
    """Make a guest of the same proven mailbox this customer: what the guest had is theirs, the copy of details goes.

    Whoever calls this knows that the mailbox is proven; here it is held to be the same one. False where it is not,
    where nobody (any more) is this guest, or where a legal hold wants the guest as they are.
    """
    if guest_id == customer_id:
        return False
    with transaction.atomic():
        lock_people((guest_id, customer_id))
        if is_customer_held(guest_id):
            return False
        rows = {row.pk: row for row in Customer.objects.select_for_update().filter(pk__in=(guest_id, customer_id))}
        if len(rows) != len({guest_id, customer_id}):
            return False
        if bytes(rows[guest_id].email_index) != bytes(rows[customer_id].email_index):
            return False
        AccountLink.objects.filter(customer_id=guest_id).update(customer_id=customer_id)
        take_back(guest_id)
        rows[guest_id].delete()
        # Only once it is certain: nothing brings a key back.
        transaction.on_commit(lambda: destroy((guest_id,), now=now))
    return True


def forget_links(account_ids: Collection[UUID]) -> int:
    """Forget whose these ledger accounts are; gives how many were somebody's. The books stay whole."""
    return AccountLink.objects.filter(ledger_account_id__in=account_ids).delete()[0]
