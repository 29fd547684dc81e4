"""Writing into the audit log: one line an act, in the act's own transaction, so that neither stands without the other.

A line names members and subjects by opaque ids. A reason in free words is sealed beside it and can be erased without
it. Where something personal was shown, the privacy register gets a line too, which is published and chained by hashes
(ASVS 5.0, 16.2.1, 16.3.2, 16.4.2).
"""

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from crystalcall.customers.staff.acts import act_named
from crystalcall.customers.staff.models import AuditEntry, AuditReason
from crystalcall.customers.staff.reading import AUDIT_REASON, info_of
from crystalcall.customers.staff.values import AuditInfo, Member, Outcome, Subject, SubjectKind
from crystalcall.privacy import keepers
from crystalcall.privacy.keys.sealing import seal_field
from crystalcall.privacy.policy.queries import current_number
from crystalcall.privacy.register.actions import enter
from crystalcall.privacy.register.kinds import EntryKind
from crystalcall.rules.privacy.canonical import banded

REASON_LIMIT_CHARACTERS: Final = 500

_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_CODE: Final = re.compile(r"[0-9A-Z][0-9A-Z-]{2,31}")
_WORD: Final = re.compile(r"[a-z][a-z0-9_.-]{0,39}")
_NAMES: Final[Mapping[SubjectKind, re.Pattern[str]]] = {
    SubjectKind.CUSTOMER: _ID,
    SubjectKind.ORDER: _CODE,
    SubjectKind.CARD: _CODE,
    SubjectKind.REQUEST: _CODE,
    SubjectKind.MEMBER: _ID,
    SubjectKind.PROPOSAL: _ID,
    SubjectKind.PAGE: _WORD,
}


class AuditError(Exception):
    """A line that may not be written like this: a mistake in the program."""


class ReasonMissingError(AuditError):
    """The act takes a reason, and none was given: the form was to be checked first."""


def may(member: Member, act: str) -> bool:
    """Whether this member may do this act. Errors: acts.UnknownActError."""
    right = act_named(act).right
    return right is None or member.may(right)


def note(
    by: UUID | None, act: str, subject: Subject, *, reason: str = "", detail: str = "", now: datetime
) -> AuditInfo:
    """Write down that an act was done, in its own transaction. `by` is a member, None the command line.

    Errors: AuditError outside a transaction, for a subject that is no opaque name, a detail that is no word, or a
    reason that is missing; acts.UnknownActError. Then nothing may have been done.
    """
    if act_named(act).needs_reason and not reason.strip():
        raise ReasonMissingError(f"The act {act} takes a reason.")
    return _write(AuditEntry(member_id=by, act=act, outcome=Outcome.DONE.value, detail=detail, at=now), subject, reason)


def refuse(by: UUID | None, act: str, subject: Subject, *, why: str, now: datetime) -> AuditInfo:
    """Write down that an act was refused, and by which word. Whatever the act began must be undone before."""
    act_named(act)
    return _write(AuditEntry(member_id=by, act=act, outcome=Outcome.REFUSED.value, detail=why, at=now), subject, "")


def reveal(  # noqa: PLR0913 - each says something of what is shown; all but the first three by name
    by: UUID, act: str, subject: Subject, *, what: str, count: int = 1, reason: str, now: datetime
) -> AuditInfo:
    """Write down that personal data is about to be shown unmasked: what ("customers.contact"), of how many people.

    To be called before anything is shown, and last in the transaction: the register's line makes others wait. Who it
    was stands sealed beside that line, with a hash of why; published are only what, and how many.
    Errors: as `note`; a reason is always needed.
    """
    if not reason.strip():
        raise ReasonMissingError(f"The act {act} shows personal data and takes a reason.")
    _check(act, subject, what)
    facts = {"what": what, "count": banded(count)}
    # Not the words themselves, which may name somebody and must go with them: a hash that shows whether they changed.
    why = hashlib.sha256(tidied(reason).encode()).hexdigest()
    secret = {"staff": str(by), "count": count, "reason_sha256": why}
    entered = enter(EntryKind.REVEALED, facts, now=now, secret=secret)
    entry = AuditEntry(
        member_id=by, act=act, outcome=Outcome.DONE.value, detail=what, at=now, register_hash=entered.hash
    )
    return _write(entry, subject, reason)


def tidied(reason: str) -> str:
    """A reason as it may be kept: on one line, of a sensible length, without a payment card's number (clause C22)."""
    return keepers.screened(" ".join(reason.split())[:REASON_LIMIT_CHARACTERS])


def _write(entry: AuditEntry, subject: Subject, reason: str) -> AuditInfo:
    _check(entry.act, subject, entry.detail)
    told = tidied(reason)
    entry.subject_kind, entry.subject_name = subject.kind.value, subject.name
    entry.has_reason = bool(told)
    entry.save(force_insert=True)
    if told:
        _keep(entry, told)
    return info_of(entry)


def _keep(entry: AuditEntry, reason: str) -> None:
    """Seal the reason under the key of the member who gave it; of the command line, under that of whom it is about."""
    owner = entry.member_id
    if owner is None:
        if entry.subject_kind != SubjectKind.MEMBER.value:
            raise AuditError("On the command line only acts about a member have a reason that could be sealed.")
        owner = UUID(entry.subject_name)
    AuditReason.objects.create(
        entry=entry,
        sealed_for=owner,
        sealed_text=seal_field(AUDIT_REASON, owner, reason, str(entry.pk)),
        policy_version=current_number(),
    )


def _check(act: str, subject: Subject, detail: str) -> None:
    if not transaction.get_connection().in_atomic_block:
        raise AuditError(f"The act {act} must be written down in its own transaction.")
    if not _NAMES[subject.kind].fullmatch(subject.name):
        raise AuditError(f"A {subject.kind.value} is not named like that: a line of the log names things by their ids.")
    if detail and not _WORD.fullmatch(detail):
        raise AuditError(f"The detail of {act} is no word.")
    act_named(act)
