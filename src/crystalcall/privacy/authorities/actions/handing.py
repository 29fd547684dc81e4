"""Handing over: what two officers approved, read without writing, encrypted to the authority, once."""

import hashlib
from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from crystalcall.privacy.authorities.actions.deciding import approved_query
from crystalcall.privacy.authorities.actions.steps import enter_step, serving, shut
from crystalcall.privacy.authorities.actions.telling import speak_if_free
from crystalcall.privacy.authorities.content import letter_of, person_of
from crystalcall.privacy.authorities.locks import locked_case
from crystalcall.privacy.authorities.models import AuthorityCase, AuthorityDisclosure
from crystalcall.privacy.authorities.notices import keep_contact
from crystalcall.privacy.authorities.packing import pack
from crystalcall.privacy.authorities.reading import read
from crystalcall.privacy.authorities.values import CaseRefusal, CaseRefused, CaseState, HandedOver, Query
from crystalcall.privacy.erasures.queries import suspended
from crystalcall.privacy.keys.opening import PurposeRefusedError
from crystalcall.privacy.officers.queries import standing
from crystalcall.privacy.policy.queries import current_number
from crystalcall.privacy.register.kinds import EntryKind
from crystalcall.rules.privacy.canonical import banded

PAIR = 2


def hand_over(reference: str, name: str, write: Callable[[bytes], None], *, now: datetime) -> HandedOver | CaseRefused:
    """Make the package and give it to `write`, in one transaction with its line in the register.

    Refused where two officers who serve have not signed exactly this query, where a field was not given for this, and
    while somebody in it may be a child.
    Where `write` raises, nothing was handed over.
    """
    by = serving(name)
    if isinstance(by, CaseRefused):
        return by
    with transaction.atomic():
        row = locked_case(reference)
        if (closed := shut(row)) is not None or row is None:
            return closed or CaseRefused(CaseRefusal.UNKNOWN_CASE)
        query = _leave(row)
        if isinstance(query, CaseRefused):
            return query
        try:
            rows = read(query, now=now)
        except PurposeRefusedError as refused:
            return CaseRefused(CaseRefusal.FIELD_NOT_FOR_THIS, refused.field)
        package = pack(row.reference, letter_of(row), query, rows, row.subject_hash, now=now)
        _note(row, query, hashlib.sha256(package).hexdigest(), now=now)
        count = sum(len(each.rows) for each in rows)
        facts = {"package": row.package_hash, "hash": row.subject_hash, "rows": banded(count, people=1)}
        enter_step(row, EntryKind.AUTHORITY_PACKAGE, facts | {"officer": by.fingerprint}, now=now)
        speak_if_free(row, now=now)
        write(package)
    return HandedOver(row.reference, row.package_hash, count, row.gag_until if row.told_at is None else None)


def _leave(row: AuthorityCase) -> Query | CaseRefused:
    """The gate to authorities: the query, where everything that is asked for stands."""
    query = approved_query(row, row.subject_hash)
    if isinstance(query, CaseRefused):
        return query
    if len({each.officer.fingerprint for each in standing(row.subject_hash)}) < PAIR:
        return CaseRefused(CaseRefusal.NOT_APPROVED)
    if suspended(person_of(query).disclosure_subjects):
        return CaseRefused(CaseRefusal.CHILD)
    return query


def _note(row: AuthorityCase, query: Query, package_hash: str, *, now: datetime) -> None:
    row.state, row.extracted_at, row.package_hash = CaseState.EXTRACTED.value, now, package_hash
    row.save(update_fields=["state", "extracted_at", "package_hash"])
    version = current_number()
    person = person_of(query)
    AuthorityDisclosure.objects.bulk_create(
        AuthorityDisclosure(case=row, subject=subject, policy_version=version) for subject in person.disclosure_subjects
    )
    keep_contact(row, person)
