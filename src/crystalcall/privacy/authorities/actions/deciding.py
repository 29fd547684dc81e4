"""Two officers approve the same hash, or one refuses."""

from datetime import datetime

from django.db import transaction

from crystalcall.privacy.authorities.actions.steps import enter_step, serving, serving_with, shut
from crystalcall.privacy.authorities.actions.telling import speak_if_free
from crystalcall.privacy.authorities.content import hash_of, letter_of, query_of
from crystalcall.privacy.authorities.locks import locked_case
from crystalcall.privacy.authorities.models import AuthorityCase
from crystalcall.privacy.authorities.queries import view_of
from crystalcall.privacy.authorities.values import CaseRefusal, CaseRefused, CaseState, CaseView, Query
from crystalcall.privacy.officers.actions import approve
from crystalcall.privacy.officers.key_file import OfficerKeys
from crystalcall.privacy.officers.queries import approval_message
from crystalcall.privacy.officers.values import ApprovalRefusal, ApprovalRefused
from crystalcall.privacy.register.kinds import EntryKind
from crystalcall.rules.privacy.canonical import Facts

REFUSED = {
    ApprovalRefusal.ALREADY_APPROVED: CaseRefusal.ALREADY_APPROVED,
    ApprovalRefusal.OFFICER_UNKNOWN: CaseRefusal.OFFICER_UNKNOWN,
    ApprovalRefusal.OFFICER_NOT_ADMITTED: CaseRefusal.OFFICER_NOT_ADMITTED,
    ApprovalRefusal.OFFICER_RETIRED: CaseRefusal.OFFICER_RETIRED,
}


def approve_case(reference: str, seen_hash: str, keys: OfficerKeys, *, now: datetime) -> CaseView | CaseRefused:
    """Sign the hash of letter and query; `seen_hash` is the one that the officer was shown and checked."""
    by = serving_with(keys)
    if isinstance(by, CaseRefused):
        return by
    with transaction.atomic():
        row = locked_case(reference)
        if (closed := shut(row)) is not None or row is None:
            return closed or CaseRefused(CaseRefusal.UNKNOWN_CASE)
        query = approved_query(row, seen_hash)
        if isinstance(query, CaseRefused):
            return query
        signed = approve(row.subject_hash, by.name, keys.sign(approval_message(row.subject_hash)), now=now)
        if isinstance(signed, ApprovalRefused):
            return CaseRefused(REFUSED.get(signed.reason, CaseRefusal.SIGNATURE_WRONG), by.name)
        facts: Facts = {"hash": row.subject_hash, "officer": by.fingerprint, "officers": signed.officers}
        enter_step(row, EntryKind.AUTHORITY_APPROVED, facts, now=now)
    return view_of(row)


def approved_query(row: AuthorityCase, seen_hash: str) -> Query | CaseRefused:
    """The query of a case, if it is still the one whose hash was seen."""
    query = query_of(row)
    if query is None:
        return CaseRefused(CaseRefusal.NOT_SCOPED)
    if hash_of(row, letter_of(row), query) != row.subject_hash or seen_hash != row.subject_hash:
        return CaseRefused(CaseRefusal.ALTERED)
    return query


def refuse_case(reference: str, why: str, name: str, *, now: datetime) -> CaseView | CaseRefused:
    """Hand over nothing; the reason is kept sealed in the register, whose lines are veiled until the silence ends."""
    by = serving(name)
    if isinstance(by, CaseRefused):
        return by
    if not why.strip():
        return CaseRefused(CaseRefusal.WORDS_MISSING)
    with transaction.atomic():
        row = locked_case(reference)
        if (closed := shut(row)) is not None or row is None:
            return closed or CaseRefused(CaseRefusal.UNKNOWN_CASE)
        row.state, row.closed_at = CaseState.REFUSED.value, now
        row.save(update_fields=["state", "closed_at"])
        enter_step(row, EntryKind.AUTHORITY_REFUSED, {"officer": by.fingerprint}, {"why": why}, now=now)
        speak_if_free(row, now=now)
    return view_of(row)
