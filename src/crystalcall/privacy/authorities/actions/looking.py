"""Looking: an officer reads a letter, and the line of it is veiled for as long as its case."""

from datetime import datetime

from django.db import transaction

from crystalcall.privacy.authorities.actions.steps import case_lines
from crystalcall.privacy.authorities.content import letter_of, query_of
from crystalcall.privacy.authorities.values import CaseRefusal, CaseRefused, Instrument, Query
from crystalcall.privacy.officers.actions import enter_reveal
from crystalcall.privacy.officers.values import OfficerRefused

WHAT = "authority.case"


def look_into(
    reference: str, name: str, reason: str, *, now: datetime
) -> tuple[Instrument, Query | None] | CaseRefused | OfficerRefused:
    """The letter and the query of a case, entered before they are given."""
    with transaction.atomic():
        lines = case_lines(reference)
        if lines is None:
            return CaseRefused(CaseRefusal.UNKNOWN_CASE)
        if lines.row.forgotten_at is not None:
            return CaseRefused(CaseRefusal.FORGOTTEN)
        entry = enter_reveal(WHAT, 1, name=name, reason=reason, now=now, veiled=lines.is_silent)
        if isinstance(entry, OfficerRefused):
            return entry
        if lines.is_silent:
            lines.add(entry.hash)
        return letter_of(lines.row), query_of(lines.row)
