"""What a query may name: columns of the published export, each by its declared field; never everything."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from crystalcall.privacy import keepers
from crystalcall.privacy.authorities.values import CaseRefusal, CaseRefused
from crystalcall.privacy.inventory import Personal, declaration_of
from crystalcall.privacy.keepers import Column, ColumnKind, Section
from crystalcall.privacy.purposes import Purpose

NEVER: Final = frozenset({"authorities", "archive"})
EVERYTHING: Final = frozenset({"*", "all", "everything", "any"})


def is_asked(section: Section, column: Column, fields: Iterable[str]) -> bool:
    """Whether a column shows one of these fields, or is impersonal and named as "section.column"."""
    wanted = set(fields)
    return not wanted.isdisjoint(column.fields) if column.fields else f"{section.key}.{column.key}" in wanted


def dated_by(section: Section) -> int | None:
    """Which column dates a section's rows; None where none does."""
    return next((place for place, each in enumerate(section.columns) if each.kind is ColumnKind.MOMENT), None)


def nameable() -> tuple[str, ...]:
    """Every name that a query may contain, sorted."""
    found: set[str] = set()
    for section in _sections():
        for column in section.columns:
            names = column.fields or (f"{section.key}.{column.key}",)
            found |= {name for name in names if _problem(name) is None}
    return tuple(sorted(found))


def refusal(fields: Sequence[str], since: date, until: date, today: date) -> CaseRefused | None:
    """Why a query with these fields and days is refused; None where it may be approved."""
    if not fields:
        return CaseRefused(CaseRefusal.NO_FIELDS)
    for name in fields:
        if name.strip().lower() in EVERYTHING or "*" in name:
            return CaseRefused(CaseRefusal.EVERYTHING, name)
        if (problem := _problem(name)) is not None:
            return CaseRefused(problem, name)
    if set(nameable()) <= set(fields):
        return CaseRefused(CaseRefusal.EVERYTHING)
    if until < since or since > today:
        return CaseRefused(CaseRefusal.DATES_SENSELESS)
    return None


def _problem(name: str) -> CaseRefusal | None:
    shown = [(section, each) for section in _sections() for each in section.columns if is_asked(section, each, [name])]
    if not shown:
        return CaseRefusal.FIELD_UNKNOWN
    if any(column.kind is ColumnKind.WITHHELD for _section, column in shown):
        return CaseRefusal.FIELD_WITHHELD
    declared = declaration_of(name)
    if isinstance(declared, Personal) and Purpose.LEGAL_OBLIGATION not in declared.purposes:
        return CaseRefusal.FIELD_NOT_FOR_THIS
    return CaseRefusal.FIELD_UNDATED if all(dated_by(section) is None for section, _column in shown) else None


def _sections() -> tuple[Section, ...]:
    """What one authority got is not told to another, nor what lies sealed for two officers."""
    rooms = [each for each in keepers.all_keepers() if each.room not in NEVER]
    return tuple(section for keeper in rooms for section in keeper.sections)
