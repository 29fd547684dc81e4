"""Many rows of one table by one statement, the same on PostgreSQL and SQLite.

The ORM makes an object for every row and the text of a statement for every query; where hundreds of calls are
committed together that costs more than the database itself. Here a table's statements are written once: PostgreSQL
takes rows by COPY and `unnest`, SQLite by `executemany`, which is cheap there because it runs in the same process.

Fields are named by Django's attribute names (`account_id`), values are plain Python values, and JSON is given and comes
as text. Nothing here begins or ends a transaction: that is the caller's.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final
from uuid import UUID

import psycopg
from django.db import connection, models
from django.utils.dateparse import parse_datetime

Row = tuple[Any, ...]
Convert = Callable[[Any], Any]
# SQLite allows far more variables in a statement; this keeps the texts, which it must parse, short.
SQLITE_PIECE: Final = 500


class RowsetError(Exception):
    """A rowset was asked for a field that its table does not have: a mistake in the program."""


class Rowset:
    """The set-based statements of one model's table."""

    def __init__(self, model: type[models.Model]) -> None:
        self._meta = model._meta  # noqa: SLF001 - Django's documented model API
        self._fields: dict[str, models.Field[Any, Any]] = {}

    def fetch(
        self,
        fields: tuple[str, ...],
        by: str,
        values: Collection[Any],
        *,
        where: str = "",
        order_by: str = "",
        lock: str = "",
    ) -> list[Row]:
        """The rows whose field `by` is one of the values.

        `where` and `order_by` are SQL over column names, written by the program and never from outside; `lock` (such as
        "FOR NO KEY UPDATE") is left out on SQLite, where a writing transaction is alone anyway. On SQLite the order
        holds within pieces of `SQLITE_PIECE` values.
        """
        tail = _tail(where, order_by)
        if connection.vendor == "postgresql":
            array = f"= ANY(%s::{self.plain_type(by)}[])"
            return _postgresql_rows(f"{self._select(fields)} WHERE {self.column(by)} {array}{tail} {lock}", [[*values]])
        return self._fetch_pieces(fields, (by,), [(value,) for value in values], tail)

    def fetch_pairs(self, fields: tuple[str, ...], by: tuple[str, str], values: Collection[Row]) -> list[Row]:
        """The rows whose two fields `by` are one of the pairs."""
        if connection.vendor == "postgresql":
            pairs = f"({self.columns(by)}) IN (SELECT * FROM unnest({self._arrays(by)}))"  # noqa: S608 - our own columns
            return _postgresql_rows(f"{self._select(fields)} WHERE {pairs}", _columns_of([*values], len(by)))
        return self._fetch_pieces(fields, by, [*values], "")

    def insert(self, fields: tuple[str, ...], rows: Sequence[Row]) -> None:
        """Add the rows. Errors: IntegrityError where one breaks a constraint; then none was added."""
        if not rows:
            return
        if connection.vendor != "postgresql":
            self._executemany(f"INSERT INTO {self.table} ({self.columns(fields)}) VALUES", fields, rows)
            return
        text = f"COPY {self.table} ({self.columns(fields)}) FROM STDIN".encode()
        with connection.wrap_database_errors, _cursor() as cursor, cursor.copy(text) as copy:
            for row in rows:
                copy.write_row(row)

    def insert_new(self, fields: tuple[str, ...], rows: Sequence[Row]) -> set[Any]:
        """Add the rows that break no unique constraint; gives the first field of those that were added.

        The first field must be the primary key.
        """
        if not rows:
            return set()
        if connection.vendor == "postgresql":
            text = (
                f"INSERT INTO {self.table} ({self.columns(fields)}) "  # noqa: S608 - names of our own columns
                f"SELECT * FROM unnest({self._arrays(fields)}) ON CONFLICT DO NOTHING "
                f"RETURNING {self.column(fields[0])}"
            )
            return {row[0] for row in _postgresql_rows(text, _columns_of(rows, len(fields)))}
        head = f"INSERT INTO {self.table} ({self.columns(fields)}) VALUES"
        marks = ", ".join("?" * len(fields))
        added = set()
        writers = [self._to_sqlite(field) for field in fields]
        with connection.wrap_database_errors:
            raw = _sqlite()
            for row in rows:
                given = [write(value) for write, value in zip(writers, row, strict=True)]
                if raw.execute(f"{head} ({marks}) ON CONFLICT DO NOTHING", given).rowcount == 1:
                    added.add(row[0])
        return added

    def update(self, fields: tuple[str, ...], rows: Sequence[Row], *, where: str = "") -> int:
        """Set all fields but the first, which is the key; gives how many rows were changed.

        `where` is SQL over `t.column` (the row as it stands) and `v.column` (the values to be set), written by the
        program: rows for which it does not hold stay as they are, and are not counted.
        """
        if not rows:
            return 0
        key, *others = (self.column(field) for field in fields)
        setting = ", ".join(f"{name} = v.{name}" for name in others)
        condition = f"t.{key} = v.{key}" + (f" AND ({where})" if where else "")
        if connection.vendor == "postgresql":
            text = (
                f"UPDATE {self.table} AS t SET {setting} "  # noqa: S608 - names of our own columns
                f"FROM unnest({self._arrays(fields)}) AS v({self.columns(fields)}) WHERE {condition}"
            )
            with connection.wrap_database_errors, _cursor() as cursor:
                cursor.execute(text.encode(), _columns_of(rows, len(fields)), prepare=True)
                return int(cursor.rowcount)
        one = ", ".join(f"? AS {self.column(field)}" for field in fields)
        text = f"UPDATE {self.table} AS t SET {setting} FROM (SELECT {one}) AS v WHERE {condition}"  # noqa: S608
        writers = [self._to_sqlite(field) for field in fields]
        given = [[write(value) for write, value in zip(writers, row, strict=True)] for row in rows]
        with connection.wrap_database_errors:
            return int(_sqlite().executemany(text, given).rowcount)

    @property
    def table(self) -> str:
        """The table's name, quoted."""
        return f'"{self._meta.db_table}"'

    def column(self, field: str) -> str:
        """A field's column, quoted. Errors: RowsetError."""
        return f'"{self.field(field).column}"'

    def columns(self, fields: Sequence[str]) -> str:
        """Columns for a statement."""
        return ", ".join(self.column(field) for field in fields)

    def field(self, name: str) -> "models.Field[Any, Any]":
        """Django's field by its attribute name. Errors: RowsetError."""
        if not self._fields:
            self._fields = {field.attname: field for field in self._meta.concrete_fields}
        try:
            return self._fields[name]
        except KeyError:
            raise RowsetError(f"{self._meta.db_table} has no field {name}.") from None

    def plain_type(self, field: str) -> str:
        """The field's PostgreSQL type without a length: a cast to varchar(40) would cut a text silently."""
        return str(self.field(field).db_type(connection)).partition("(")[0]

    def _arrays(self, fields: Sequence[str]) -> str:
        return ", ".join(f"%s::{self.plain_type(field)}[]" for field in fields)

    def _executemany(self, head: str, fields: tuple[str, ...], rows: Sequence[Row]) -> None:
        writers = [self._to_sqlite(field) for field in fields]
        given = [[write(value) for write, value in zip(writers, row, strict=True)] for row in rows]
        with connection.wrap_database_errors:
            _sqlite().executemany(f"{head} ({', '.join('?' * len(fields))})", given)

    def _to_sqlite(self, field: str) -> Convert:
        return _WRITERS.get(_kind(self.field(field)), _as_it_is)

    def _select(self, fields: tuple[str, ...]) -> str:
        wanted = ", ".join(
            f"{self.column(field)}::text" if self.plain_type(field) == "jsonb" else self.column(field)
            for field in fields
        )
        return f"SELECT {wanted} FROM {self.table}"  # noqa: S608 - names of our own columns

    def _fetch_pieces(self, fields: tuple[str, ...], by: tuple[str, ...], values: list[Row], tail: str) -> list[Row]:
        """SQLite has no arrays: the values stand in the statement as marks, so many at a time."""
        writers = [self._to_sqlite(field) for field in by]
        readers = [_READERS.get(_kind(self.field(field)), _as_it_is) for field in fields]
        one = f"({', '.join('?' * len(by))})"
        found: list[Row] = []
        with connection.wrap_database_errors:
            for start in range(0, len(values), SQLITE_PIECE):
                piece = values[start : start + SQLITE_PIECE]
                text = (
                    f"SELECT {self.columns(fields)} FROM {self.table} "  # noqa: S608 - names of our own columns
                    f"WHERE ({self.columns(by)}) IN (VALUES {', '.join([one] * len(piece))}){tail}"
                )
                given = [write(value) for row in piece for write, value in zip(writers, row, strict=True)]
                for row in _sqlite().execute(text, given):
                    found.append(tuple(read(value) for read, value in zip(readers, row, strict=True)))  # noqa: PERF401
        return found


def _tail(where: str, order_by: str) -> str:
    return (f" AND ({where})" if where else "") + (f" ORDER BY {order_by}" if order_by else "")


def _postgresql_rows(text: str, parameters: Sequence[Any]) -> list[Row]:
    with connection.wrap_database_errors, _cursor() as cursor:
        return cursor.execute(text.encode(), parameters, prepare=True, binary=True).fetchall()


def _cursor() -> "psycopg.Cursor[Row]":
    """A cursor that sends values apart from the text, in the server's own binary form; Django's own does neither."""
    connection.ensure_connection()
    return psycopg.Cursor(connection.connection, row_factory=psycopg.rows.tuple_row)


def _sqlite() -> Any:
    connection.ensure_connection()
    return connection.connection


def _columns_of(rows: Sequence[Row], count: int) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(count)]


@cache
def _kind(field: "models.Field[Any, Any]") -> str:
    """Django's name for the type; a foreign key has that of what it points at."""
    target = field.target_field if isinstance(field, models.ForeignKey) else field
    return str(target.get_internal_type())


def _as_it_is(value: Any) -> Any:
    return value


def _uuid_text(value: UUID | None) -> str | None:
    return None if value is None else value.hex


def _text_uuid(value: str | None) -> UUID | None:
    return None if value is None else UUID(hex=value)


def _moment_text(value: datetime | None) -> str | None:
    """As Django writes moments into SQLite: UTC without an offset."""
    return None if value is None else str(value.astimezone(UTC).replace(tzinfo=None))


def _text_moment(value: str | datetime | None) -> datetime | None:
    moment = parse_datetime(value) if isinstance(value, str) else value
    return None if moment is None else moment.replace(tzinfo=UTC)


_WRITERS: Final[dict[str, Convert]] = {"UUIDField": _uuid_text, "DateTimeField": _moment_text}
_READERS: Final[dict[str, Convert]] = {"UUIDField": _text_uuid, "DateTimeField": _text_moment}
