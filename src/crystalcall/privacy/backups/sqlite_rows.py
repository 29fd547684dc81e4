"""SQLite: the snapshot as rows, read in one read transaction while others write, and a new file filled with them.

SQLite's own backup call wants a second database to copy into: a copy in clear on the disk, or all of it in memory; and
it begins anew whenever another process writes. Rows can be streamed, and what is loaded passed every constraint again.
"""

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import msgspec
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.sqlite3._functions import register as register_functions  # type: ignore[import-untyped]

from crystalcall.privacy.backups.envelope import flush_folder, not_written
from crystalcall.privacy.backups.values import BackupError, Reason, Snapshot, Tell

ENGINE: Final = "sqlite"
ROWS_AT_ONCE: Final = 500
WAIT_SECONDS: Final = 20
SEQUENCES: Final = "sqlite_sequence"
LOADING: Final = ".restoring"
_ORDER: Final = "CASE type WHEN 'index' THEN 1 WHEN 'view' THEN 2 ELSE 3 END, name"


class _Schema(msgspec.Struct, tag="schema"):
    """What makes the tables, and what is put on them once they are filled."""

    tables: list[str]
    after: list[str]


class _Rows(msgspec.Struct, tag="rows"):
    """Some rows of one table."""

    table: str
    columns: list[str]
    rows: list[list[Any]]


def path() -> Path:
    """The file of the shop's database."""
    return Path(connections[DEFAULT_DB_ALIAS].settings_dict["NAME"])


@contextmanager
def snapshot(tell: Tell) -> Iterator[Snapshot]:
    """The database as it is now, for as long as the block lasts; writers go on. Errors: BackupError (BUSY)."""
    try:
        with closing(_reading()) as connection:
            tables = _tables(connection)
            # Counting is the first read: from here on this connection sees one moment.
            counts = {table: connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0] for table in tables}  # noqa: S608 - the database's own names
            heads = dict(connection.execute("SELECT app, max(name) FROM django_migrations GROUP BY app"))
            yield Snapshot(ENGINE, heads, counts, _pieces(connection, counts, tell))
    except sqlite3.OperationalError as problem:
        raise BackupError(Reason.BUSY, f"The database cannot be read now ({problem}); try again.") from None


def is_empty() -> bool:
    """Whether there is nothing in the shop's place: no file, or one without tables."""
    if not path().exists():
        return True
    with closing(_reading()) as connection:
        return not _tables(connection)


def load(pieces: Iterable[bytes], tell: Tell, whole: int) -> int:
    """Make the shop's database anew from a snapshot, and put it in its place; gives how many rows there are.

    The new file is filled beside the old one and takes its name once it is whole; a failure leaves the old one as it
    is. Errors: BackupError (IN_USE where a process of the shop still has the old one open; ALTERED; DISK_FULL).
    """
    place = path()
    place.parent.mkdir(parents=True, exist_ok=True)
    fresh = place.with_name(place.name + LOADING)
    fresh.unlink(missing_ok=True)
    try:
        _leave(place)
        os.close(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        rows = _fill(fresh, pieces, tell, whole)
        fresh.replace(place)
        flush_folder(place.parent)
    except sqlite3.Error as problem:
        raise _refusal(problem) from None
    except OSError as problem:
        raise not_written(place, problem) from None
    finally:
        for left in (fresh, fresh.with_name(fresh.name + "-journal")):
            left.unlink(missing_ok=True)
    return rows


def _reading() -> sqlite3.Connection:
    address = f"file:{quote(str(path()))}?mode=ro"
    connection = sqlite3.connect(address, uri=True, isolation_level=None, timeout=WAIT_SECONDS)
    connection.execute("BEGIN")
    return connection


def _tables(connection: sqlite3.Connection) -> list[str]:
    """Every table, and what SQLite counts ids by where there is any."""
    found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
    return [name for (name,) in found if name == SEQUENCES or not name.startswith("sqlite_")]


def _pieces(connection: sqlite3.Connection, counts: dict[str, int], tell: Tell) -> Iterator[bytes]:
    encode, done, whole = msgspec.msgpack.encode, 0, sum(counts.values())
    statement = (
        "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND type"
    )
    tables = [sql for (sql,) in connection.execute(f"{statement} = 'table' ORDER BY name")]
    after = [sql for (sql,) in connection.execute(f"{statement} <> 'table' ORDER BY {_ORDER}")]
    yield encode(_Schema(tables, after))
    for table in counts:
        # What is computed from other columns (hidden 2 and 3) is computed again.
        known = connection.execute(f'PRAGMA table_xinfo("{table}")').fetchall()
        columns = [name for _, name, _, _, _, _, hidden in known if not hidden]
        listed = ", ".join(f'"{name}"' for name in columns)
        cursor = connection.execute(f'SELECT {listed} FROM "{table}"')  # noqa: S608 - the database's own names
        while rows := cursor.fetchmany(ROWS_AT_ONCE):
            yield encode(_Rows(table, columns, [list(row) for row in rows]))
            done += len(rows)
            tell("rows", done, whole)


def _leave(place: Path) -> None:
    """Make sure that nobody has the old file open, and that its log is in it: only then may it be replaced."""
    if not place.exists():
        return
    with closing(sqlite3.connect(place, isolation_level=None, timeout=0)) as connection:
        try:
            # Only who is alone with a file may take it out of the mode with a log of its own.
            [mode] = connection.execute("PRAGMA journal_mode=DELETE").fetchone()
        except sqlite3.OperationalError:
            mode = "in use"
        if mode != "delete":
            raise BackupError(Reason.IN_USE, f"{place} is in use: stop every process of the shop first.")


def _fill(fresh: Path, pieces: Iterable[bytes], tell: Tell, whole: int) -> int:
    decoder, done = msgspec.msgpack.Decoder(_Schema | _Rows), 0
    after: Sequence[str] = ()
    with closing(sqlite3.connect(fresh, isolation_level=None)) as connection:
        register_functions(connection)  # the tables' constraints call some of Django's
        connection.execute("BEGIN")
        for piece in pieces:
            part: Any = decoder.decode(piece)
            if isinstance(part, _Schema):
                after = part.after
                for statement in part.tables:
                    connection.execute(statement)
            else:
                _insert(connection, part)
                done += len(part.rows)
                tell("rows", done, whole)
        for statement in after:
            connection.execute(statement)
        connection.execute("COMMIT")
        if connection.execute("PRAGMA foreign_key_check").fetchone():
            raise BackupError(Reason.ALTERED, "Rows of this backup point at rows that are not in it: do not use it.")
        connection.execute("PRAGMA journal_mode=WAL")
    return done


def _insert(connection: sqlite3.Connection, part: _Rows) -> None:
    listed, marks = ", ".join(f'"{name}"' for name in part.columns), ", ".join("?" * len(part.columns))
    if part.table == SEQUENCES:
        connection.execute(f"DELETE FROM {SEQUENCES}")  # noqa: S608 - SQLite's own name; it counted while rows came in
    connection.executemany(f'INSERT INTO "{part.table}" ({listed}) VALUES ({marks})', part.rows)  # noqa: S608 - as above


def _refusal(problem: sqlite3.Error) -> BackupError:
    if "full" in str(problem):
        return BackupError(Reason.DISK_FULL, "The disk is full: nothing was restored, and the old database stands.")
    return BackupError(Reason.ALTERED, f"The content of this backup does not fit together ({problem}).")
