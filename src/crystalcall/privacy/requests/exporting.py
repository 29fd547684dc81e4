"""Everything that is kept about one person, from every keeper, and what is to be said of it (GDPR art. 15 and 20).

The sections come from the rooms, the explanations from the inventory: a field that is declared cannot be missing from
both, and a test holds every declared field to a column.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils import translation

from crystalcall.privacy import keepers
from crystalcall.privacy.inventory import personal_fields
from crystalcall.privacy.inventory_view import Collected, collected
from crystalcall.privacy.keepers import Cell, Person, Section
from crystalcall.privacy.policy.queries import current_number
from crystalcall.privacy.purposes import Purpose
from crystalcall.privacy.reading_columns import read

FORMAT: Final = "crystalcall-personal-data"
FORMAT_VERSION: Final = 1
WARDEN: Final = "crystalcall.privacy."


@dataclass(frozen=True, slots=True)
class SectionRows:
    """One table and the person's rows in it."""

    section: Section
    rows: tuple[tuple[Cell, ...], ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class NotShown:
    """A field that is kept and not in the export, in words, and why it is not."""

    field: str
    words: str
    why: str


@dataclass(frozen=True, slots=True)
class PersonalData:
    """One person's data at a moment, with what is to be said of each kind of it, in one language."""

    made_at: datetime
    language: str
    policy_version: int
    sections: tuple[SectionRows, ...]
    explained: tuple[Collected, ...]
    not_shown: tuple[NotShown, ...]

    @property
    def not_shown_said(self) -> tuple[tuple[str, str], ...]:
        """What is kept and not shown, with its reason, each once: its owner does not know our fields."""
        return tuple(dict.fromkeys((one.words, one.why) for one in self.not_shown))

    @property
    def row_count(self) -> int:
        """How many rows there are in all."""
        return sum(len(each.rows) for each in self.sections)


class ExportContradictionError(Exception):
    """A keeper gave rows that its section does not promise: a mistake in the program."""


def all_sections() -> tuple[Section, ...]:
    """Every section that any keeper promises, in the order of the rooms."""
    return tuple(section for keeper in _readable() for section in keeper.sections)


def _readable() -> list[keepers.Keeper]:
    """The rooms as a reader wants them: what was given and bought first, what was done with it last."""
    return sorted(keepers.all_keepers(), key=lambda keeper: type(keeper).__module__.startswith(WARDEN))


def gather(person: Person, *, now: datetime, language: str) -> PersonalData:
    """Read everything about a person, as of one moment, and keep it nowhere.

    Errors: ExportContradictionError, keys.opening.PurposeRefusedError.
    """
    with translation.override(language):
        with transaction.atomic():
            given = [(keeper, read(keeper, person, purpose=Purpose.PRIVACY_REQUEST, now=now)) for keeper in _readable()]
        return PersonalData(
            made_at=now,
            language=language,
            policy_version=current_number(),
            sections=tuple(each for keeper, rows in given for each in _checked(keeper, rows)),
            explained=collected(),
            not_shown=tuple(_not_shown()),
        )


def _checked(keeper: keepers.Keeper, rows: Mapping[str, Sequence[Sequence[Cell]]]) -> list[SectionRows]:
    surplus = sorted(set(rows) - {section.key for section in keeper.sections})
    if surplus:
        raise ExportContradictionError(f"{keeper.room} gave rows for {', '.join(surplus)}, which it does not promise.")
    checked = []
    for section in keeper.sections:
        mine = tuple(tuple(row) for row in rows.get(section.key, ()))
        if any(len(row) != len(section.columns) for row in mine):
            raise ExportContradictionError(f"{keeper.room} gave rows of {section.key} of another width.")
        checked.append(SectionRows(section, mine))
    return checked


def _not_shown() -> list[NotShown]:
    return [
        NotShown(f"{model}.{name}", str(entry.words), str(entry.not_exported))
        for model, fields in sorted(personal_fields().items())
        for name, entry in fields.items()
        if not entry.is_exported
    ]
