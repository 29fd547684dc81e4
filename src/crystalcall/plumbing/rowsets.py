"""Many rows of one table by one statement, the same on PostgreSQL and SQLite.

The ORM makes an object for every row and the text of a statement for every query; where hundreds of calls are
committed together that costs more than the database itself. Here a table's statements are written once: PostgreSQL
takes rows by `unnest` and COPY, in its own binary form, SQLite by `executemany`, which is cheap there because it runs
in the same process. What is asked within a block of `together()` goes to PostgreSQL by one round trip; `ask` and
`change` are for that, since their answers can be read later.

Fields are named by Django's attribute names (`account_id`), values are plain Python values, and JSON is given and comes
as text. Nothing here begins or ends a transaction: that is the caller's.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from itertools import chain
from typing import Any, Final

import psycopg
from django.db import connection, models

from crystalcall.plumbing import together
from crystalcall.plumbing.arrays import Kind, Pack, kind_of
from crystalcall.plumbing.embedded import READERS, WRITERS, Convert, change_sqlite, sqlite_connection
from crystalcall.plumbing.together import NOTHING, Answer, Ready, Row, on_postgresql

Fields = tuple[str, ...]
# SQLite allows far more variables in a statement; this keeps the texts, which it must parse, short. A power of two.
SQLITE_PIECE: Final = 512
# More statements than the program has; each is a few hundred bytes.
KEPT_TEXTS: Final = 1000
# From so many rows on COPY is quicker than an array for each column.
COPIED_ROWS: Final = 1000


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
        return self.ask(fields, by, values, where=where, order_by=order_by, lock=lock).rows()

    def ask(
        self,
        fields: Fields,
        by: str,
        values: Collection[Any],
        *,
        where: str = "",
        order_by: str = "",
        lock: str = "",
    ) -> Answer:
        """Ask for the same rows, to be read when the others of `together()` are answered."""
        if not values:
            return NOTHING
        tail = (f" AND ({where})" if where else "") + (f" ORDER BY {order_by}" if order_by else "")
        if on_postgresql():
            return self._postgresql.ask(fields, by, values, f"{tail} {lock}")
        return Ready(self._sqlite.fetch(fields, (by,), [(value,) for value in values], tail))

    def fetch_pairs(self, fields: Fields, by: tuple[str, str], values: Collection[Row]) -> list[Row]:
        """The rows whose two fields `by` are one of the pairs."""
        return self.ask_pairs(fields, by, values).rows()

    def ask_pairs(self, fields: Fields, by: tuple[str, str], values: Collection[Row]) -> Answer:
        """Ask for the same, to be read when the others of `together()` are answered."""
        if not values:
            return NOTHING
        if on_postgresql():
            return self._postgresql.ask_pairs(fields, by, values)
        return Ready(self._sqlite.fetch(fields, by, [*values], ""))

    def insert(self, fields: Fields, rows: Sequence[Row]) -> None:
        """Add the rows.

        Errors: IntegrityError where one breaks a constraint, and then none was added; within `together()` it is raised
        where the rows are sent.
        """
        if rows:
            (self._postgresql if on_postgresql() else self._sqlite).insert(fields, rows)

    def insert_new(self, fields: Fields, rows: Sequence[Row]) -> set[Any]:
        """Add the rows that break no unique constraint; gives the first field of those that were added.

        The first field must be the primary key.
        """
        if not rows:
            return set()
        return (self._postgresql if on_postgresql() else self._sqlite).insert_new(fields, rows)

    def update(self, fields: Fields, rows: Sequence[Row], *, where: str = "") -> int:
        """Set all fields but the first, which is the key; gives how many rows were changed.

        `where` is SQL over `t.column` (the row as it stands) and `v.column` (the values to be set), written by the
        program: rows for which it does not hold stay as they are, and are not counted.
        """
        return self.change(fields, rows, where=where).count()

    def change(self, fields: Fields, rows: Sequence[Row], *, where: str = "") -> Answer:
        """Set the same; the answer counts the rows that were changed, once the others of `together()` are answered."""
        if not rows:
            return NOTHING
        if on_postgresql():
            return self._postgresql.change(fields, rows, where)
        return Ready([], self._sqlite.update(fields, rows, where))


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

    def ask(self, fields: Fields, by: str, values: Collection[Any], tail: str) -> Answer:
        return together.ask(self._by_value(fields, by, tail), [self._kind(by).pack([*values])])

    def ask_pairs(self, fields: Fields, by: tuple[str, str], values: Collection[Row]) -> Answer:
        return together.ask(self._by_pair(fields, by), self._columns_of(by, values))

    def insert(self, fields: Fields, rows: Sequence[Row]) -> None:
        if len(rows) < COPIED_ROWS:
            together.ask(self._inserting(fields, ""), self._columns_of(fields, rows))
            return
        together.send()
        text, types = self._copying(fields)
        with connection.wrap_database_errors, _cursor() as cursor, cursor.copy(text) as copy:
            if types:
                copy.set_types(types)
            write = copy.write_row
            for row in rows:
                write(row)

    def insert_new(self, fields: Fields, rows: Sequence[Row]) -> set[Any]:
        tail = f" ON CONFLICT DO NOTHING RETURNING {self.column(fields[0])}"
        return {row[0] for row in together.ask(self._inserting(fields, tail), self._columns_of(fields, rows)).rows()}

    def change(self, fields: Fields, rows: Sequence[Row], where: str) -> Answer:
        return together.ask(self._updating(fields, where), self._columns_of(fields, rows))

    @lru_cache(maxsize=KEPT_TEXTS)  # noqa: B019 - rowsets live as long as the program
    def _by_value(self, fields: Fields, by: str, tail: str) -> bytes:
        return f"{self._select(fields)} WHERE {self.column(by)} = ANY({self._arrays((by,))}){tail}".encode()

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
    def _inserting(self, fields: Fields, tail: str) -> bytes:
        return (
            f"INSERT INTO {self.name} ({self.columns(fields)}) "  # noqa: S608 - names of our own columns
            f"SELECT * FROM unnest({self._arrays(fields)}){tail}"
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

    @lru_cache(maxsize=KEPT_TEXTS)  # noqa: B019 - as above
    def _kind(self, field: str) -> Kind:
        return kind_of(self._type(field))

    def _type(self, field: str) -> str:
        """The field's type without a length: a cast to varchar(40) would cut a text silently."""
        return str(self.field(field).db_type(connection)).partition("(")[0]

    def _columns_of(self, fields: Fields, rows: Collection[Row]) -> list[bytes]:
        columns = zip(*rows, strict=True) if rows else [()] * len(fields)
        return [pack(column) for pack, column in zip(self._packers(fields), columns, strict=True)]

    @lru_cache(maxsize=KEPT_TEXTS)  # noqa: B019 - as above
    def _packers(self, fields: Fields) -> list[Pack]:
        return [self._kind(field).pack for field in fields]

    def _arrays(self, fields: Fields) -> str:
        return ", ".join(f"${place}::{self._kind(field).name}[]" for place, field in enumerate(fields, 1))

    def _select(self, fields: Fields) -> str:
        wanted = ", ".join(self.column(field) + ("::text" if self._type(field) == "jsonb" else "") for field in fields)
        return f"SELECT {wanted} FROM {self.name}"  # noqa: S608 - names of our own columns


class _Sqlite(_Table):
    """The statements as SQLite takes them: it has no arrays, so that values stand as marks."""

    def fetch(self, fields: Fields, by: Fields, values: Collection[Row], tail: str) -> list[Row]:
        given = [*self._given(by, values)]
        found: list[Row] = []
        with connection.wrap_database_errors:
            execute = sqlite_connection().execute
            for start in range(0, len(given), SQLITE_PIECE):
                piece = given[start : start + SQLITE_PIECE]
                # The next power of two: few lengths are few texts, which SQLite keeps instead of parsing them again.
                length = 1 << (len(piece) - 1).bit_length()
                piece += piece[-1:] * (length - len(piece))
                text = self._by_values(fields, by, length, tail)
                found += execute(text, [*chain.from_iterable(piece)]).fetchall()
        return self._read(fields, found)

    def insert(self, fields: Fields, rows: Sequence[Row]) -> None:
        change_sqlite(self._inserting(fields), self._given(fields, rows))

    def insert_new(self, fields: Fields, rows: Sequence[Row]) -> set[Any]:
        text, added = f"{self._inserting(fields)} ON CONFLICT DO NOTHING", set()
        with connection.wrap_database_errors:
            raw = sqlite_connection()
            for row, given in zip(rows, self._given(fields, rows), strict=True):
                if raw.execute(text, given).rowcount == 1:
                    added.add(row[0])
        return added

    def update(self, fields: Fields, rows: Sequence[Row], where: str) -> int:
        return change_sqlite(self._updating(fields, where), self._given(fields, rows))

    @lru_cache(maxsize=KEPT_TEXTS)  # noqa: B019 - rowsets live as long as the program
    def _by_values(self, fields: Fields, by: Fields, length: int, tail: str) -> str:
        # A moment stands as an expression, or Django's converter would read it before ours.
        wanted = ", ".join("+" * (self._kind(field) == "DateTimeField") + self.column(field) for field in fields)
        marks = ", ".join([f"({', '.join('?' * len(by))})"] * length)
        return f"SELECT {wanted} FROM {self.name} WHERE ({self.columns(by)}) IN (VALUES {marks}){tail}"  # noqa: S608

    @lru_cache(maxsize=KEPT_TEXTS)  # noqa: B019 - as above
    def _inserting(self, fields: Fields) -> str:
        marks = ", ".join("?" * len(fields))
        return f"INSERT INTO {self.name} ({self.columns(fields)}) VALUES ({marks})"  # noqa: S608 - our own columns

    @lru_cache(maxsize=KEPT_TEXTS)  # noqa: B019 - as above
    def _updating(self, fields: Fields, where: str) -> str:
        """Values stand by number, so that the condition may name them too: a join with a row of them costs more."""
        key, *others = map(self.column, fields)
        setting = ", ".join(f"{name} = ?{place}" for place, name in enumerate(others, 2))
        places = {self.column(field).strip('"'): place for place, field in enumerate(fields, 1)}
        condition = _VALUE.sub(lambda named: f"?{places[named[1]]}", where)
        return (
            f"UPDATE {self.name} AS t SET {setting} "  # noqa: S608 - names of our own columns
            f"WHERE t.{key} = ?1{f' AND ({condition})' if condition else ''}"
        )

    def _given(self, fields: Fields, rows: Collection[Row]) -> Iterator[Row]:
        return _converted(self._converters(fields, WRITERS), rows)

    def _read(self, fields: Fields, rows: list[Row]) -> list[Row]:
        converters = self._converters(fields, READERS)
        return [*_converted(converters, rows)] if any(converters) else rows

    def _converters(self, fields: Fields, known: Mapping[str, Convert]) -> list[Convert | None]:
        return [known.get(self._kind(field)) for field in fields]

    def _kind(self, field: str) -> str:
        return _kind(self.field(field))


def _converted(converters: Sequence[Convert | None], rows: Collection[Row]) -> Iterator[Row]:
    """The same rows, each of their columns converted as a whole."""
    columns = zip(*rows, strict=True) if rows else [()] * len(converters)
    return zip(
        *(convert(column) if convert else column for convert, column in zip(converters, columns, strict=True)),
        strict=True,
    )


def _cursor() -> "psycopg.Cursor[Row]":
    """A cursor that can copy, which Django's own cannot."""
    connection.ensure_connection()
    return psycopg.Cursor(connection.connection, row_factory=psycopg.rows.tuple_row)


@cache
def _kind(field: "models.Field[Any, Any]") -> str:
    """Django's name for the type; a foreign key has that of what it points at."""
    target = field.target_field if isinstance(field, models.ForeignKey) else field
    return str(target.get_internal_type())


# What COPY's binary form calls the types that Django names otherwise.
_COPY_TYPES: Final = {
    "timestamp with time zone": "timestamptz",
    "double precision": "float8",
    "bigint": "int8",
    "integer": "int4",
    "smallint": "int2",
    "boolean": "bool",
}
# A value in the condition of an update: "v.seat".
_VALUE: Final = re.compile(r"\bv\.(\w+)")
