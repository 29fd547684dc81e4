"""A letter comes in, and an officer turns its words into a list of fields and days."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import uuid4

from django.db import transaction

from crystalcall.plumbing.ids import random_code
from crystalcall.privacy.authorities import scoping
from crystalcall.privacy.authorities.actions.steps import enter_step, serving, shut
from crystalcall.privacy.authorities.content import hash_of, letter_of, seal_letter, seal_query
from crystalcall.privacy.authorities.locks import locked_case
from crystalcall.privacy.authorities.models import AuthorityCase
from crystalcall.privacy.authorities.packing import is_recipient
from crystalcall.privacy.authorities.queries import view_of
from crystalcall.privacy.authorities.values import (
    CaseKind,
    CaseRefusal,
    CaseRefused,
    CaseState,
    CaseView,
    Instrument,
    Query,
)
from crystalcall.privacy.keepers import NameKind, Person
from crystalcall.privacy.policy.queries import current_number
from crystalcall.privacy.register.kinds import EntryKind
from crystalcall.rules.privacy.canonical import Facts


def record_case(
    kind: CaseKind,
    letter: Instrument,
    name: str,
    *,
    deadline: date | None = None,
    gag_until: datetime | None = None,
    now: datetime,
) -> CaseView | CaseRefused:
    """Enter a request of an authority, or a report to one; nothing is looked up yet.

    `gag_until` is the first moment at which the person may be told; None: at once when something is handed over.
    """
    by = serving(name)
    if isinstance(by, CaseRefused):
        return by
    if not all(word.strip() for word in (letter.authority, letter.instrument, letter.scope)):
        return CaseRefused(CaseRefusal.WORDS_MISSING)
    if not is_recipient(letter.recipient):
        return CaseRefused(CaseRefusal.RECIPIENT_SENSELESS)
    with transaction.atomic():
        row = AuthorityCase(id=uuid4(), reference=random_code(), kind=kind.value, received_at=now)
        row.deadline, row.gag_until, row.policy_version = deadline, gag_until, current_number()
        row.sealed_letter = seal_letter(row, letter)
        row.save(force_insert=True)
        facts: Facts = {"step": "recorded", "case_kind": kind.value, "officer": by.fingerprint}
        enter_step(row, EntryKind.AUTHORITY_REQUEST, facts, letter.as_facts(), now=now)
    return view_of(row)


def scope_case(
    reference: str,
    person: Person,
    wanted: tuple[Sequence[str], date, date],
    name: str,
    *,
    note: str = "",
    now: datetime,
) -> CaseView | CaseRefused:
    """Say exactly what may be handed over: whose, which fields, rows of which days (UTC, both included).

    `note` says what of the letter was left out and why; it is kept sealed. Scoping anew makes another hash, for which
    nobody has signed yet, even where it says what was said before.
    """
    by, (fields, since, until) = serving(name), wanted
    if isinstance(by, CaseRefused):
        return by
    if not person.of(NameKind.CUSTOMER):
        return CaseRefused(CaseRefusal.NOBODY)
    if (problem := scoping.refusal(fields, since, until, now.date())) is not None:
        return problem
    names = tuple(sorted((kind.value, each) for kind, each in person.names))
    query = Query(names, tuple(sorted(set(fields))), since, until)
    with transaction.atomic():
        row = locked_case(reference)
        if (closed := shut(row)) is not None or row is None:
            return closed or CaseRefused(CaseRefusal.UNKNOWN_CASE)
        row.sealed_query, row.state = seal_query(row, query), CaseState.SCOPED.value
        row.scopings += 1
        row.subject_hash = hash_of(row, letter_of(row), query)
        row.save(update_fields=["sealed_query", "state", "scopings", "subject_hash"])
        facts: Facts = {"step": "scoped", "hash": row.subject_hash, "officer": by.fingerprint}
        enter_step(row, EntryKind.AUTHORITY_REQUEST, facts, {"note": note, **query.as_facts()}, now=now)
    return view_of(row)
