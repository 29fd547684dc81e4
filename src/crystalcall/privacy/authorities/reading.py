"""Reading exactly what was approved, in a transaction that cannot write."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.utils import translation

from crystalcall.privacy import keepers, reading_columns
from crystalcall.privacy.authorities.content import person_of
from crystalcall.privacy.authorities.scoping import dated_by, is_asked
from crystalcall.privacy.authorities.values import PackageRows, Query
from crystalcall.privacy.keepers import Cell, Column, ColumnKind, Section
from crystalcall.privacy.purposes import Purpose


@contextmanager
def read_only() -> Iterator[None]:
    """A transaction in which the database itself refuses every write (ASVS 5.0, 13.2.2: least privilege)."""
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.vendor == "postgresql":
        # Within a transaction it holds for the innermost savepoint, and ends with it.
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
            yield
        return
    connection.ensure_connection()
    try:
        with transaction.atomic():
            connection.connection.execute("PRAGMA query_only = ON")
            yield
    finally:
        # Past Django, which executes nothing in a transaction that is to be rolled back.
        connection.connection.execute("PRAGMA query_only = OFF")


def read(query: Query, *, now: datetime) -> tuple[PackageRows, ...]:
    """The approved columns of the rows of the approved days, and not even the date by which these were chosen.

    Errors: keys.opening.PurposeRefusedError where a field was not given for this.
    """
    person, found = person_of(query), []
    with translation.override("en"), read_only():
        for keeper in keepers.all_keepers():
            asked = [each for each in keeper.sections if _places(each, query)]
            rows = reading_columns.read(
                keeper,
                person,
                purpose=Purpose.LEGAL_OBLIGATION,
                now=now,
                wanted=partial(_is_wanted, query),
                deciding=_decides,
            )
            found += [_narrowed(section, rows.get(section.key, ()), query) for section in asked]
    return tuple(found)


def _places(section: Section, query: Query) -> tuple[int, ...]:
    if dated_by(section) is None:
        return ()
    columns = enumerate(section.columns)
    return tuple(
        place
        for place, each in columns
        if each.kind is not ColumnKind.WITHHELD and is_asked(section, each, query.fields)
    )


def _is_wanted(query: Query, section: Section, column: Column) -> bool:
    """Whether a column is handed over."""
    return any(section.columns[place] is column for place in _places(section, query))


def _decides(section: Section, column: Column) -> bool:
    """Whether the days are cut by this column, which is not handed over by that."""
    dated = dated_by(section)
    return dated is not None and section.columns[dated] is column


def _narrowed(section: Section, rows: Sequence[Sequence[Cell]], query: Query) -> PackageRows:
    dated = dated_by(section)
    assert dated is not None  # noqa: S101 - sections without a date were left out
    places = _places(section, query)
    names = tuple(section.columns[place].key for place in places)
    kept = [row for row in rows if _is_within(row[dated], query.since, query.until)]
    return PackageRows(section.key, names, tuple(_record(names, [row[place] for place in places]) for row in kept))


def _is_within(cell: Cell, since: date, until: date) -> bool:
    return isinstance(cell, datetime) and since <= cell.astimezone(UTC).date() <= until


def _record(names: Sequence[str], cells: Sequence[Cell]) -> Mapping[str, Any]:
    return {name: _plain(cell) for name, cell in zip(names, cells, strict=True)}


def _plain(cell: Cell) -> Any:
    if isinstance(cell, datetime):
        return cell.astimezone(UTC).isoformat()
    return list(cell) if isinstance(cell, tuple) else cell
