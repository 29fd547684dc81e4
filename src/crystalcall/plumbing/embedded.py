"""Columns of values as SQLite keeps them, and statements of the program's own over its connection.

SQLite has neither UUIDs nor moments: Django writes both as text, and what is written here is the same to the letter, so
that the ORM, older rows and these statements can be mixed freely. What costs is Python's conversion of each value, more
than SQLite takes to find it; so a column is converted as a whole, and what was converted lately is remembered: the same
few hundred accounts, calls and moments come again in one statement of a batch after the other.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.utils.dateparse import parse_datetime

from crystalcall.plumbing.ids import uuid_of_bytes

Column = Sequence[Any]
Convert = Callable[[Column], Column]

# Some megabytes at most: more than the ids of the batches that are under way, and many moments to each.
_KEPT_IDS: Final = 16_000
_KEPT_MOMENTS: Final = 4_000
_OFFSET: Final = "+00:00"


def uuids_of(texts: Column) -> Column:
    """UUIDs from 32 hexadecimal digits each; None stays None."""
    return [*map(_uuid_of, texts)]


def moments_of(texts: Column) -> Column:
    """Moments, aware and in UTC, to the microsecond as they were written; None stays None."""
    return [*map(_moment_of, texts)]


def written_uuids(values: Column) -> Column:
    """UUIDs as 32 hexadecimal digits each."""
    return [None if value is None else value.int.to_bytes(16, "big").hex() for value in values]


def written_moments(values: Column) -> Column:
    """Moments as Django writes them: in UTC, without an offset, and without a fraction where there is none."""
    return [
        None if value is None else _written_moment(value if value.tzinfo is UTC else value.astimezone(UTC))
        for value in values
    ]


#: By Django's names for types; columns of any other type are given and kept as they are.
WRITERS: Final[dict[str, Convert]] = {"UUIDField": written_uuids, "DateTimeField": written_moments}
READERS: Final[dict[str, Convert]] = {"UUIDField": uuids_of, "DateTimeField": moments_of}


def sqlite_connection() -> Any:
    """The driver's own connection of this thread, inside whatever transaction Django has begun over it."""
    connection.ensure_connection()
    return connection.connection


def ask_sqlite(text: str, *parameters: int | str | datetime | Sequence[UUID]) -> list[tuple[Any, ...]]:
    """The rows that SQLite answers to a statement of the program's own, plain as they lie there.

    UUIDs are given as a sequence, which the statement reads by `SELECT value FROM json_each(?)`. A column that holds
    moments is to be asked for as an expression (`+name`), or Django converts it. Errors: Django's.
    """
    given = [_parameter(each) for each in parameters]
    with connection.wrap_database_errors:
        rows: list[tuple[Any, ...]] = sqlite_connection().execute(text, given).fetchall()
        return rows


def change_sqlite(text: str, rows: Iterable[Sequence[Any]]) -> int:
    """Execute a statement of the program's own for each of these rows of SQLite's values; gives how many rows changed.

    Errors: Django's.
    """
    with connection.wrap_database_errors:
        return int(sqlite_connection().executemany(text, rows).rowcount)


def _parameter(value: int | str | datetime | Sequence[UUID]) -> int | str:
    if isinstance(value, datetime):
        return str(written_moments([value])[0])
    if isinstance(value, int | str):
        return value
    return json.dumps(written_uuids(value))


@lru_cache(maxsize=_KEPT_IDS)
def _uuid_of(text: str | None) -> UUID | None:
    return None if text is None else uuid_of_bytes(bytes.fromhex(text))


@lru_cache(maxsize=_KEPT_MOMENTS)
def _moment_of(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text + _OFFSET)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is not UTC:
        # Written by another hand: a day alone, a zone of its own, or a form that only Django reads.
        moment = parse_datetime(text)
        if moment is not None:
            moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return moment


@lru_cache(maxsize=_KEPT_MOMENTS)
def _written_moment(moment: datetime) -> str:
    """Of moments in UTC alone: in another zone two moments may compare equal although they are an hour apart."""
    return str(moment.replace(tzinfo=None))
