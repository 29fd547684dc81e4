"""What every step of a case needs: a serving officer, and its line in the veiled book."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

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
    return found if found.is_active else CaseRefused(CaseRefusal.OFFICER_RETIRED, name)


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
