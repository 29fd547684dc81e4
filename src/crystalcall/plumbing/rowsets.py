"""Many rows of one table by one statement, the same on PostgreSQL and SQLite.

The ORM makes an object for every row and the text of a statement for every query; where hundreds of calls are
committed together that costs more than the database itself. Here a table's statements are written once: PostgreSQL
takes rows by COPY and `unnest`, in its own binary form, SQLite by `executemany`, which is cheap there because it runs
in the same process.

Fields are named by Django's attribute names (`account_id`), values are plain Python values, and JSON is given and comes
as text. Nothing here begins or ends a transaction: that is the caller's.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime
from functools import cache, lru_cache
from struct import Struct
from typing import Any, Final
from uuid import UUID
from weakref import WeakSet

import psycopg
from django.db import connection, models
from django.utils.dateparse import parse_datetime
from psycopg.adapt import Dumper

Row = tuple[Any, ...]
Fields = tuple[str, ...]
Convert = Callable[[Any], Any]
# SQLite allows far more variables in a statement; this keeps the texts, which it must parse, short.
SQLITE_PIECE: Final = 500
# More statements than the program has; each is a few hundred bytes.
KEPT_TEXTS: Final = 1000


class RowsetError(Exception):
    """A rowset was asked for a field that its table does not have: a mistake in the program."""


class Rowset:
    """The set-based statements of one model's table."""

    def __init__(self, model: type[models.Model]) -> None:
        self._postgresql = _Postgresql(model)
        self._sqlite = _Sqlite(model)

    def fetch(
        self,
        fields: Fields,
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
        tail = (f" AND ({where})" if where else "") + (f" ORDER BY {order_by}" if order_by else "")
        if connection.vendor == "postgresql":
            return self._postgresql.fetch(fields, by, values, f"{tail} {lock}")
        return self._sqlite.fetch(fields, (by,), [(value,) for value in values], tail)

    def fetch_pairs(self, fields: Fields, by: tuple[str, str], values: Collection[Row]) -> list[Row]:
        """The rows whose two fields `by` are one of the pairs."""
        if connection.vendor == "postgresql":
            return self._postgresql.fetch_pairs(fields, by, values)
        return self._sqlite.fetch(fields, by, [*values], "")

    def insert(self, fields: Fields, rows: Sequence[Row]) -> None:
        """Add the rows. Errors: IntegrityError where one breaks a constraint; then none was added."""
        if rows:
            (self._postgresql if connection.vendor == "postgresql" else self._sqlite).insert(fields, rows)

    def insert_new(self, fields: Fields, rows: Sequence[Row]) -> set[Any]:
        """Add the rows that break no unique constraint; gives the first field of those that were added.

        The first field must be the primary key.
        """
        if not rows:
            return set()
        return (self._postgresql if connection.vendor == "postgresql" else self._sqlite).insert_new(fields, rows)

    def update(self, fields: Fields, rows: Sequence[Row], *, where: str = "") -> int:
        """Set all fields but the first, which is the key; gives how many rows were changed.

        `where` is SQL over `t.column` (the row as it stands) and `v.column` (the values to be set), written by the
        program: rows for which it does not hold stay as they are, and are not counted.
        """
        if not rows:
            return 0
        return (self._postgresql if connection.vendor == "postgresql" else self._sqlite).update(fields, rows, where)


class _Table:
    """A model's table: its name, its columns, and the types of its fields."""

    def __init__(self, model: type[models.Model]) -> None:
        self._meta = model._meta  # noqa: SLF001 - Django's documented model API
        self._fields: dict[str, models.Field[Any, Any]] = {}

    @property
    def name(self) -> str:
        """The table's name, quoted."""
        return f'"{self._meta.db_table}"'

    def field(self, name: str) -> "models.Field[Any, Any]":
        """Django's field by its attribute name. Errors: RowsetError."""
        if not self._fields:
            self._fields = {field.attname: field for field in self._meta.concrete_fields}
        try:
            return self._fields[name]
        except KeyError:
            raise RowsetError(f"{self._meta.db_table} has no field {name}.") from None

    def column(self, field: str) -> str:
        """A field's column, quoted. Errors: RowsetError."""
        return f'"{self.field(field).column}"'

    def columns(self, fields: Sequence[str]) -> str:
        """Columns for a statement."""
        return ", ".join(map(self.column, fields))


class _Postgresql(_Table):
    """The statements as PostgreSQL takes them: arrays in, rows out, both in its binary form."""

    def fetch(self, fields: Fields, by: str, values: Collection[Any], tail: str) -> list[Row]:
        return ask(self._by_value(fields, by, tail), [self._array(by, [*values])])

    def fetch_pairs(self, fields: Fields, by: tuple[str, str], values: Collection[Row]) -> list[Row]:
        return ask(self._by_pair(fields, by), self._columns_of(by, [*values]))

    def insert(self, fields: Fields, rows: Sequence[Row]) -> None:
        text, types = self._copying(fields)
        with connection.wrap_database_errors, _cursor() as cursor, cursor.copy(text) as copy:
            if types:
                copy.set_types(types)
            write = copy.write_row
            for row in rows:
                write(row)

    def insert_new(self, fields: Fields, rows: Sequence[Row]) -> set[Any]:
        return {row[0] for row in ask(self._inserting(fields), self._columns_of(fields, rows))}

    def update(self, fields: Fields, rows: Sequence[Row], where: str) -> int:
        with connection.wrap_database_errors, _cursor() as cursor:
            return cursor.execute(self._updating(fields, where), self._columns_of(fields, rows), prepare=True).rowcount

    @lru_cache(maxsize=KEPT_TEXTS)  # noqa: B019 - rowsets live as long as the program
    def _by_value(self, fields: Fields, by: str, tail: str) -> bytes:
        return f"{self._select(fields)} WHERE {self.column(by)} = ANY(%b::{self._type(by)}[]){tail}".encode()

    @lru_cache(maxsize=KEPT_TEXTS)  # noqa: B019 - as above
    def _by_pair(self, fields: Fields, by: Fields) -> bytes:
        pairs = f"({self.columns(by)}) IN (SELECT * FROM unnest({self._arrays(by)}))"  # noqa: S608 - our own columns
        return f"{self._select(fields)} WHERE {pairs}".encode()

    @lru_cache(maxsize=KEPT_TEXTS)  # noqa: B019 - as above
    def _copying(self, fields: Fields) -> tuple[bytes, list[str]]:
        """The text, and the types of its binary form; none where a column has to be read from text (JSON)."""
        types = [_COPY_TYPES.get(kind, kind) for kind in map(self._type, fields)]
        form = "" if "jsonb" in types else " (FORMAT BINARY)"
        text = f"COPY {self.name} ({self.columns(fields)}) FROM STDIN{form}".encode()
        return text, types if form else []

    @lru_cache(maxsize=KEPT_TEXTS)  # noqa: B019 - as above
    def _inserting(self, fields: Fields) -> bytes:
        return (
            f"INSERT INTO {self.name} ({self.columns(fields)}) "  # noqa: S608 - names of our own columns
            f"SELECT * FROM unnest({self._arrays(fields)}) ON CONFLICT DO NOTHING RETURNING {self.column(fields[0])}"
        ).encode()

    @lru_cache(maxsize=KEPT_TEXTS)  # noqa: B019 - as above
    def _updating(self, fields: Fields, where: str) -> bytes:
        key, *others = map(self.column, fields)
        setting = ", ".join(f"{name} = v.{name}" for name in others)
        condition = f"t.{key} = v.{key}" + (f" AND ({where})" if where else "")
        return (
            f"UPDATE {self.name} AS t SET {setting} "  # noqa: S608 - names of our own columns
            f"FROM unnest({self._arrays(fields)}) AS v({self.columns(fields)}) WHERE {condition}"
        ).encode()

    def _type(self, field: str) -> str:
        """The field's type without a length: a cast to varchar(40) would cut a text silently."""
        return str(self.field(field).db_type(connection)).partition("(")[0]

    def _columns_of(self, fields: Fields, rows: Sequence[Row]) -> list[list[Any]]:
        if not rows:
            return [[] for _ in fields]
        return [self._array(field, [*column]) for field, column in zip(fields, zip(*rows, strict=True), strict=True)]

    def _array(self, field: str, values: list[Any]) -> list[Any]:
        return UuidArray(values) if _kind(self.field(field)) == "UUIDField" else values

    def _arrays(self, fields: Sequence[str]) -> str:
        return ", ".join(f"%b::{self._type(field)}[]" for field in fields)

    def _select(self, fields: Fields) -> str:
        wanted = ", ".join(self.column(field) + ("::text" if self._type(field) == "jsonb" else "") for field in fields)
        return f"SELECT {wanted} FROM {self.name}"  # noqa: S608 - names of our own columns


class _Sqlite(_Table):
    """The statements as SQLite takes them: it has no arrays, so that values stand as marks."""

    def fetch(self, fields: Fields, by: Fields, values: list[Row], tail: str) -> list[Row]:
        writers = self._writers(by)
        readers = [_READERS.get(_kind(self.field(field)), _as_it_is) for field in fields]
        one = f"({', '.join('?' * len(by))})"
        found: list[Row] = []
        with connection.wrap_database_errors:
            for start in range(0, len(values), SQLITE_PIECE):
                piece = values[start : start + SQLITE_PIECE]
                text = (
                    f"SELECT {self.columns(fields)} FROM {self.name} "  # noqa: S608 - names of our own columns
                    f"WHERE ({self.columns(by)}) IN (VALUES {', '.join([one] * len(piece))}){tail}"
                )
                given = [write(value) for row in piece for write, value in zip(writers, row, strict=True)]
                for row in _sqlite_connection().execute(text, given):
                    found.append(tuple(read(value) for read, value in zip(readers, row, strict=True)))  # noqa: PERF401
        return found

    def insert(self, fields: Fields, rows: Sequence[Row]) -> None:
        with connection.wrap_database_errors:
            _sqlite_connection().executemany(self._inserting(fields), self._given(fields, rows))

    def insert_new(self, fields: Fields, rows: Sequence[Row]) -> set[Any]:
        text, added = f"{self._inserting(fields)} ON CONFLICT DO NOTHING", set()
        with connection.wrap_database_errors:
            raw = _sqlite_connection()
            for row, given in zip(rows, self._given(fields, rows), strict=True):
                if raw.execute(text, given).rowcount == 1:
                    added.add(row[0])
        return added

    def update(self, fields: Fields, rows: Sequence[Row], where: str) -> int:
        key, *others = map(self.column, fields)
        setting = ", ".join(f"{name} = v.{name}" for name in others)
        one = ", ".join(f"? AS {self.column(field)}" for field in fields)
        condition = f"t.{key} = v.{key}" + (f" AND ({where})" if where else "")
        text = f"UPDATE {self.name} AS t SET {setting} FROM (SELECT {one}) AS v WHERE {condition}"  # noqa: S608
        with connection.wrap_database_errors:
            return int(_sqlite_connection().executemany(text, self._given(fields, rows)).rowcount)

    @lru_cache(maxsize=KEPT_TEXTS)  # noqa: B019 - rowsets live as long as the program
    def _inserting(self, fields: Fields) -> str:
        marks = ", ".join("?" * len(fields))
        return f"INSERT INTO {self.name} ({self.columns(fields)}) VALUES ({marks})"  # noqa: S608 - our own columns

    def _given(self, fields: Fields, rows: Sequence[Row]) -> list[list[Any]]:
        writers = self._writers(fields)
        return [[write(value) for write, value in zip(writers, row, strict=True)] for row in rows]

    def _writers(self, fields: Fields) -> list[Convert]:
        return [_WRITERS.get(_kind(self.field(field)), _as_it_is) for field in fields]


def ask(text: bytes, parameters: Sequence[Any]) -> list[Row]:
    """The rows that PostgreSQL answers to a statement of the program's own, prepared and in binary form."""
    with connection.wrap_database_errors, _cursor() as cursor:
        return cursor.execute(text, parameters, prepare=True, binary=True).fetchall()


class UuidArray(list[UUID | None]):
    """UUIDs on their way to PostgreSQL: written out at once, where psycopg asks each for its bytes by itself."""


class _UuidArrayDumper(Dumper):
    """The binary form of uuid[] (PostgreSQL's array_send): one dimension, its elements with their lengths."""

    format = psycopg.pq.Format.BINARY
    oid = psycopg.adapters.types["uuid"].array_oid

    def dump(self, obj: Any) -> bytes:
        """The bytes of a list."""
        if not obj:
            return _EMPTY_ARRAY
        parts = [_NULL if each is None else _UUID_LENGTH + each.int.to_bytes(16, "big") for each in obj]
        return _ARRAY_HEAD.pack(1, int(_NULL in parts), _UUID_OID, len(obj), 1) + b"".join(parts)


_UUID_OID: Final = psycopg.adapters.types["uuid"].oid
_ARRAY_HEAD: Final = Struct("!iiIii")
_EMPTY_ARRAY: Final = Struct("!iiI").pack(0, 0, _UUID_OID)
_UUID_LENGTH: Final = (16).to_bytes(4, "big")
_NULL: Final = (-1).to_bytes(4, "big", signed=True)
_prepared: Final[WeakSet[Any]] = WeakSet()


def _cursor() -> "psycopg.Cursor[Row]":
    """A cursor that sends values apart from the text, which Django's own does not."""
    connection.ensure_connection()
    raw = connection.connection
    if raw not in _prepared:
        raw.adapters.register_dumper(UuidArray, _UuidArrayDumper)
        _prepared.add(raw)
    return psycopg.Cursor(raw, row_factory=psycopg.rows.tuple_row)


def _sqlite_connection() -> Any:
    connection.ensure_connection()
    return connection.connection


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


# What COPY's binary form calls the types that Django names otherwise.
_COPY_TYPES: Final = {
    "timestamp with time zone": "timestamptz",
    "double precision": "float8",
    "bigint": "int8",
    "integer": "int4",
    "smallint": "int2",
    "boolean": "bool",
}
_WRITERS: Final[dict[str, Convert]] = {"UUIDField": _uuid_text, "DateTimeField": _moment_text}
_READERS: Final[dict[str, Convert]] = {"UUIDField": _text_uuid, "DateTimeField": _text_moment}
