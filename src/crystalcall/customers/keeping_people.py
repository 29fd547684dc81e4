"""How this room finds, shows, corrects and forgets a person: the details, and which cards are whose."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crystalcall.customers import seals
from crystalcall.customers.card_numbers import RUN_OF_DIGITS, holds_card_number
from crystalcall.customers.contact_details import ContactProblemReason, canonical_email, read_email
from crystalcall.customers.models import AccountLink, Customer
from crystalcall.customers.queries import Contact, contact
from crystalcall.plumbing.rowsets import Rowset
from crystalcall.privacy import keepers
from crystalcall.privacy.holds.locks import lock_people
from crystalcall.privacy.holds.prior import keep_prior, prior_values
from crystalcall.privacy.keepers import (
    Cell,
    Column,
    ColumnKind,
    Correction,
    Counts,
    Erasing,
    Keeper,
    MailAddress,
    NameKind,
    Person,
    Section,
)
from crystalcall.privacy.keys.sealing import find_index, seal_field
from crystalcall.privacy.purposes import Purpose

PIECE: Final = 5000
ARCHIVE_CLASS: Final = "sealed_archive"
LANGUAGE: Final = "customers.Customer.language"
POLICY_PLACE: Final = 6
"""Of a row of details: under which policy it was collected."""
POLICY_VERSION: Final = Column("policy_version", _("Policy under which it was collected"), ColumnKind.INTEGER)

LANGUAGES: Final = {
    "en": pgettext_lazy("export", "English"),
    "ru": pgettext_lazy("export", "Russian"),
}

DETAILS: Final = Section(
    "details",
    _("Who you are to us"),
    (
        Column("customer_id", _("Your number in our records"), fields=("customers.Customer.id",)),
        Column("name", _("Name"), fields=(seals.NAME,)),
        Column("email", _("E-mail address"), fields=(seals.EMAIL,)),
        Column("telephone", _("Telephone number"), fields=(seals.TELEPHONE,)),
        Column(
            "language",
            _("Language of the pages and mails"),
            fields=(LANGUAGE,),
            words=LANGUAGES,
        ),
        Column("recorded_at", _("Recorded"), ColumnKind.MOMENT, ("customers.Customer.created_at",)),
        POLICY_VERSION,
        Column(
            "delivered",
            _("Something was delivered here, or an account confirmed (name and telephone are shown only then)"),
            ColumnKind.FLAG,
        ),
    ),
)
ACCOUNTS: Final = Section(
    "accounts",
    _("Which credit is yours"),
    (
        Column(
            *("account_id", _("Number of the credit in our books")),
            fields=("customers.AccountLink.ledger_account_id",),
        ),
        Column("customer_id", _("Your number in our records"), fields=("customers.AccountLink.customer",)),
        Column("linked_at", _("Yours since"), ColumnKind.MOMENT, ("customers.AccountLink.linked_at",)),
        POLICY_VERSION,
    ),
)


# A page of somebody's own asks who they are in a dozen statements: the ORM takes ten times as long to word them.
_customers: Final = Rowset(Customer)
_links: Final = Rowset(AccountLink)


class CustomersKeeper(Keeper):
    """People's details, sealed, and the links from people to ledger accounts."""

    room = "customers"
    sections = (DETAILS, ACCOUNTS)

    def mailbox(self, email: str) -> str | None:
        """The keyed hash of the canonical address, in hexadecimal digits."""
        read = read_email(email)
        if isinstance(read, ContactProblemReason):
            return None
        return find_index(canonical_email(read), seals.EMAIL_INDEX).hex()

    def screen(self, text: str) -> str:
        """The text with every run of digits that holds a payment card's number made unreadable."""
        return RUN_OF_DIGITS.sub(_without_card, text) if holds_card_number(text) else text

    def resolve(self, person: Person) -> Iterable[tuple[NameKind, str]]:
        """Customers of a mailbox or an account; mailbox and accounts of a customer."""
        boxes = [bytes.fromhex(index) for index in person.of(NameKind.MAILBOX)]
        yield from ((NameKind.CUSTOMER, str(pk)) for (pk,) in _customers.fetch(("id",), "email_index", boxes))
        owners = _links.fetch(("customer_id",), "ledger_account_id", person.ids(NameKind.ACCOUNT))
        yield from ((NameKind.CUSTOMER, str(pk)) for (pk,) in owners)
        mine = person.ids(NameKind.CUSTOMER)
        yield from ((NameKind.MAILBOX, bytes(box).hex()) for (box,) in _customers.fetch(("email_index",), "id", mine))
        links = _links.fetch(("ledger_account_id",), "customer_id", mine)
        yield from ((NameKind.ACCOUNT, str(pk)) for (pk,) in links)

    def everybody(self) -> Iterator[UUID]:
        """Every customer's id."""
        yield from Customer.objects.values_list("pk", flat=True).iterator(PIECE)

    def mail_address(self, person: Person) -> MailAddress | None:
        """The address as it was written last, by somebody who proved it if there is one."""
        proven = _proven(person)
        rows = Customer.objects.filter(pk__in=person.ids(NameKind.CUSTOMER)).order_by("-created_at", "pk")
        for customer_id in sorted(rows.values_list("pk", flat=True), key=lambda each: each not in proven):
            found = contact(customer_id, purpose=Purpose.PRIVACY_REQUEST)
            if found is not None:
                return MailAddress(found.email, found.language)
        return None

    def export(self, person: Person, *, now: datetime, purpose: Purpose) -> Mapping[str, Sequence[Sequence[Cell]]]:
        """The details as given, one row for each purchase's; and the accounts."""
        mine = person.ids(NameKind.CUSTOMER)
        proven = _proven(person)
        rows = Customer.objects.filter(pk__in=mine).order_by("created_at", "pk")
        links = AccountLink.objects.filter(customer_id__in=mine).order_by("pk")
        return {
            DETAILS.key: [
                line for row in rows for line in _details_and_prior(row, purpose, is_proven=row.pk in proven)
            ],
            ACCOUNTS.key: [
                (str(link.ledger_account_id), str(link.customer_id), link.linked_at, link.policy_version)
                for link in links
            ],
        }

    def is_correctable(self, person: Person) -> bool:
        """Whether anything was delivered to this person, or an account confirmed."""
        return bool(_proven(person))

    def correct(self, person: Person, correction: Correction, *, now: datetime) -> Counts:
        """Put right what is told wherever it stands otherwise; what stood before is sealed away, and kept under a hold.

        Only where something was delivered, or an account confirmed: an order that was never paid may be that of
        somebody who typed another person's address, and would be shown the new one by the payment form.
        """
        lock_people(person.ids(NameKind.CUSTOMER))
        rows = Customer.objects.select_for_update().filter(pk__in=_proven(person)).order_by("pk")
        changed = sum(_correct(row, correction, now=now) for row in rows)
        return {"details_corrected": changed}

    def erase(self, person: Person, erasing: Erasing) -> Counts:
        """Delete the details and both links; where they may be archived, they are sealed away first."""
        mine = person.ids(NameKind.CUSTOMER)
        rows = list(Customer.objects.select_for_update().filter(pk__in=mine).order_by("pk"))
        if erasing.archives:
            for row in rows:
                known = contact(row.pk, purpose=Purpose.RECORD_KEEPING)
                if known is not None:
                    _seal_away(row, _values(known), now=erasing.now)
        links, _by_model = AccountLink.objects.filter(customer_id__in=mine).delete()
        Customer.objects.filter(pk__in=mine).delete()
        return {"customers": len(rows), "account_links": links}


def _proven(person: Person) -> frozenset[UUID]:
    """Those of the person's rows to whose address a card was delivered, or that another room knows to be proven."""
    links = AccountLink.objects.filter(customer_id__in=person.ids(NameKind.CUSTOMER))
    confirmed = (each for keeper in keepers.all_keepers() for each in keeper.proven(person))
    return frozenset((*links.values_list("customer_id", flat=True), *confirmed))


def _details_and_prior(row: Customer, purpose: Purpose, *, is_proven: bool) -> Iterator[tuple[Cell, ...]]:
    """The row as it stands; for an obligation of the law also as it stood before each change that a hold saw."""
    now_stands = _details(row, purpose, is_proven=is_proven)
    yield now_stands
    places = {seals.NAME: 1, seals.EMAIL: 2, seals.TELEPHONE: 3, LANGUAGE: 4}
    stood = list(now_stands)
    for _moment, together in groupby(reversed(prior_values(row.pk, purpose=purpose)), lambda each: each.changed_at):
        for each in together:
            stood[places[each.name]] = each.text or None
            stood[POLICY_PLACE] = each.policy_version
        yield tuple(stood)


def _details(row: Customer, purpose: Purpose, *, is_proven: bool) -> tuple[Cell, ...]:
    """One row; whoever proved a mailbox is not told what a stranger typed who gave it with an order never delivered."""
    known = contact(row.pk, purpose=purpose) or Contact("", "", None, row.language)
    is_shown = is_proven or purpose is not Purpose.PRIVACY_REQUEST
    return (
        str(row.pk),
        known.name if is_shown else None,
        known.email,
        known.telephone if is_shown else None,
        row.language,
        row.created_at,
        row.policy_version,
        is_proven,
    )


def _correct(row: Customer, correction: Correction, *, now: datetime) -> bool:
    """Change what differs; gives whether anything did."""
    known = contact(row.pk, purpose=Purpose.PRIVACY_REQUEST)
    if known is None:
        return False
    wanted = {seals.NAME: correction.name, seals.EMAIL: correction.email, seals.TELEPHONE: correction.telephone}
    before = _values(known)
    changes = {name: text for name, text in wanted.items() if text is not None and text != before.get(name, "")}
    if not changes:
        return False
    replaced = {name: before[name] for name in changes if name in before}
    # Under a hold that there was none is kept as well.
    keep_prior(row.pk, {name: before.get(name, "") for name in changes}, now=now, collected_under=row.policy_version)
    _seal_away(row, replaced, now=now)
    for name, text in changes.items():
        setattr(row, name.rpartition(".")[2], seal_field(name, row.pk, text) if text else None)
    if seals.EMAIL in changes:
        row.email_index = find_index(canonical_email(changes[seals.EMAIL]), seals.EMAIL_INDEX)
        row.email_changed_at = now
    row.save()
    return True


def _seal_away(row: Customer, before: Mapping[str, str], *, now: datetime) -> None:
    keepers.seal_away(row.pk, ARCHIVE_CLASS, before, now=now, collected_under=row.policy_version)


def _values(known: Contact) -> dict[str, str]:
    given = {seals.NAME: known.name, seals.EMAIL: known.email, seals.TELEPHONE: known.telephone or ""}
    return {name: text for name, text in given.items() if text}


def _without_card(run: re.Match[str]) -> str:
    return "•" * len(run.group()) if holds_card_number(run.group()) else run.group()
