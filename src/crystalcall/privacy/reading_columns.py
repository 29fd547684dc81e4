"""The reading gate for whole people: what rooms give is given for a stated purpose, and asked about column by column.

The rooms open what is sealed for that purpose alone; this asks the same of every column that lies open. So it does not
depend on whoever asks that a field goes nowhere it was not given for (clauses C01 and C04).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final, TypeAlias
from uuid import UUID

from crystalcall.privacy.keepers import Cell, Column, Keeper, NameKind, Person, Section
from crystalcall.privacy.keys.opening import check_purpose
from crystalcall.privacy.purposes import Purpose

Wanted: TypeAlias = Callable[[Section, Column], bool]

POLICY_VERSION: Final = "policy_version"
OLDEST: Final = 1
"""Under which policy something counts as collected where its table does not say: the one that promised most."""
NOBODY: Final = UUID(int=0)


def read(
    keeper: Keeper,
    person: Person,
    *,
    purpose: Purpose,
    now: datetime,
    wanted: Wanted | None = None,
    deciding: Wanted | None = None,
) -> Mapping[str, Sequence[Sequence[Cell]]]:
    """A room's rows by section, for a purpose; a column that is not wanted is empty, a section without any is missing.

    `deciding` names columns by which the caller chooses rows and which it gives to nobody: they are there, unasked.

    Errors: keys.opening.PurposeRefusedError where a wanted column shows a field that the inventory does not declare for
    the purpose, or that was collected under a policy without it; then nothing is given.
    """
    if wanted is not None and not any(wanted(section, each) for section in keeper.sections for each in section.columns):
        return {}
    given = dict(keeper.export(person, now=now, purpose=purpose))
    leave = _Leave(person, purpose)
    for section in keeper.sections:
        rows = given.get(section.key, ())
        shown = {place for place, each in enumerate(section.columns) if wanted is None or wanted(section, each)}
        if not shown:
            given.pop(section.key, None)
            continue
        for row, under in _dated(section, rows):
            leave.ask(section, shown, row, under)
        if wanted is not None:
            places = shown | {
                place for place, each in enumerate(section.columns) if deciding and deciding(section, each)
            }
            given[section.key] = [
                tuple(cell if place in places else None for place, cell in enumerate(row)) for row in rows
            ]
    return given


class _Leave:
    """Asks about each field once for each policy it was collected under."""

    def __init__(self, person: Person, purpose: Purpose) -> None:
        self._people = person.ids(NameKind.CUSTOMER) or (NOBODY,)
        self._purpose = purpose
        self._given: set[tuple[str, int]] = set()

    def ask(self, section: Section, shown: set[int], row: Sequence[Cell], under: int) -> None:
        """Errors: keys.opening.PurposeRefusedError."""
        for place in shown:
            if place < len(row) and row[place] is not None:
                self._ask(section.columns[place], under)

    def _ask(self, column: Column, under: int) -> None:
        for field in column.fields:
            if (field, under) not in self._given:
                for who in self._people:
                    check_purpose(field, self._purpose, under, subject=who)
                self._given.add((field, under))


def _dated(section: Section, rows: Sequence[Sequence[Cell]]) -> Iterator[tuple[Sequence[Cell], int]]:
    """Each row with the version of the policy that it was collected under."""
    place = next((place for place, each in enumerate(section.columns) if each.key == POLICY_VERSION), None)
    for row in rows:
        under = row[place] if place is not None and place < len(row) else OLDEST
        yield row, under if isinstance(under, int) else OLDEST
