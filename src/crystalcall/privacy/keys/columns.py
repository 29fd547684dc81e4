"""Every sealed column of the program, named by the room that owns it: what rotation must reach, and nothing may escape.

The key store knows no room; a room registers its columns in its AppConfig.ready. A test finds any that was forgotten.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import models


class UnknownColumnError(Exception):
    """A sealed column that no room registered, or one registered twice, differently: a mistake in the program."""


def _whole_field(_row: Any) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class PersonColumn:
    """A column sealed under the key of a person (or of a card): `subject` names the column that says whose.

    `row` gives what a value is sealed for beyond its field and subject. `old_context` is what `plumbing.sealing`
    bound the value to before there were keys for each person; None for a column that is younger.
    """

    model: type[models.Model]
    column: str
    subject: str
    row: Callable[[Any], str] = _whole_field
    old_context: Callable[[UUID, str], str] | None = None

    @property
    def field(self) -> str:
        """The column's name in the inventory, which seals are bound to."""
        return f"{self.model._meta.label}.{self.column}"  # noqa: SLF001 - Django's documented model API


@dataclass(frozen=True, slots=True)
class OuterColumn:
    """A column sealed under the outer key itself (`plumbing.sealing`), because it tells nothing about a person."""

    model: type[models.Model]
    column: str
    context: Callable[[Any], str]
    related: tuple[str, ...] = ()

    @property
    def field(self) -> str:
        """The column's name in the inventory."""
        return f"{self.model._meta.label}.{self.column}"  # noqa: SLF001 - Django's documented model API


_columns: Final[dict[str, PersonColumn | OuterColumn]] = {}


def register(*columns: PersonColumn | OuterColumn) -> None:
    """Name sealed columns. Errors: UnknownColumnError where one is named twice as two kinds."""
    for column in columns:
        known = _columns.setdefault(column.field, column)
        if type(known) is not type(column):
            raise UnknownColumnError(f"{column.field} is registered twice, differently.")


def person_columns() -> tuple[PersonColumn, ...]:
    """Every column sealed under a person's key, by name."""
    return tuple(column for _, column in sorted(_columns.items()) if isinstance(column, PersonColumn))


def outer_columns() -> tuple[OuterColumn, ...]:
    """Every column sealed under the outer key, by name."""
    return tuple(column for _, column in sorted(_columns.items()) if isinstance(column, OuterColumn))


def old_context(field: str, subject: UUID, row: str) -> str:
    """What a value of format 1 in this column is bound to. Errors: UnknownColumnError."""
    column = _columns.get(field)
    if not isinstance(column, PersonColumn) or column.old_context is None:
        raise UnknownColumnError(f"{field} never held values sealed under the outer key.")
    return column.old_context(subject, row)
