"""What every step of a case needs: a serving officer, and its line in the veiled book."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from crystalcall.privacy.authorities.locks import locked_case
from crystalcall.privacy.authorities.models import AuthorityCase
from crystalcall.privacy.authorities.values import CaseRefusal, CaseRefused, CaseState
from crystalcall.privacy.officers.key_file import OfficerKeys
from crystalcall.privacy.officers.queries import officer
from crystalcall.privacy.officers.values import OfficerInfo
from crystalcall.privacy.register.actions import enter
from crystalcall.privacy.register.kinds import EntryKind
from crystalcall.rules.privacy.canonical import Facts

OVER = frozenset({CaseState.EXTRACTED.value, CaseState.REFUSED.value})


def serving(name: str) -> OfficerInfo | CaseRefused:
    """The officer of this name who serves."""
    found = officer(name)
    if found is None:
        return CaseRefused(CaseRefusal.OFFICER_UNKNOWN, name)
    if found.is_active:
        return found
    return CaseRefused(CaseRefusal.OFFICER_NOT_ADMITTED if found.is_proposed else CaseRefusal.OFFICER_RETIRED, name)


def serving_with(keys: OfficerKeys) -> OfficerInfo | CaseRefused:
    """The officer whose key file this is, if they serve and were appointed with these keys."""
    found = serving(keys.name)
    if isinstance(found, OfficerInfo) and found.fingerprint != keys.public.fingerprint:
        return CaseRefused(CaseRefusal.KEYS_OF_ANOTHER, keys.name)
    return found


def shut(row: AuthorityCase | None) -> CaseRefused | None:
    """Why nothing more is done with a case; None where it is open."""
    if row is None:
        return CaseRefused(CaseRefusal.UNKNOWN_CASE)
    return CaseRefused(CaseRefusal.CLOSED) if row.state in OVER else None


def enter_step(
    row: AuthorityCase, kind: EntryKind, facts: Facts, secret: Mapping[str, Any] | None = None, *, now: datetime
) -> None:
    """Enter a step of a locked case, last in its transaction, and remember the line for the notice."""
    entry = enter(kind, {"case": row.reference, **facts}, now=now, secret=secret, veiled=True)
    row.entries = [*row.entries, entry.hash]
    row.save(update_fields=["entries"])


@dataclass(frozen=True, slots=True)
class CaseLines:
    """The lines of a locked case, to which others add what they did because of it."""

    row: AuthorityCase

    @property
    def is_silent(self) -> bool:
        """Whether what is done for the case must stay veiled for now."""
        return self.row.unveiled_at is None

    def add(self, entry_hash: str) -> None:
        """Have a veiled line spoken of together with the case's own."""
        self.row.entries = [*self.row.entries, entry_hash]
        self.row.save(update_fields=["entries"])


def case_lines(reference: str) -> CaseLines | None:
    """The lines of the case of this reference, locked where the caller is in a transaction; None where there is none.

    An officer's row and the register's head are locked after it.
    """
    with transaction.atomic():
        row = locked_case(reference)
    return None if row is None else CaseLines(row)
