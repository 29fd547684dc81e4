"""PostgreSQL: its own client programs dump and restore (custom format); the server's snapshot is shared with them.

A password goes to them by the environment, never as an argument that every user of the machine could read.
"""

import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections, transaction
from psycopg.conninfo import make_conninfo

from crystalcall.plumbing.openings import opening
from crystalcall.privacy.backups.values import BackupError, Reason, Snapshot, Tell

ENGINE: Final = "postgresql"
READ_AT_ONCE: Final = 1 << 18
WAIT: Final = "60s"
BEFORE: Final = "before_restore"
"""What the replaced schema is called until the new one stands."""
TABLES: Final = (
    "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE n.nspname = 'public' AND c.relkind = 'r' ORDER BY 1"
)
WITHOUT_OWNERS: Final = ("--no-owner", "--no-privileges")

OTHERS: Final = (
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
)


@dataclass(frozen=True, slots=True)
class _Program:
    """One of PostgreSQL's programs at work, and where in memory its complaints go: those of a restore quote rows."""

    process: "subprocess.Popen[bytes]"
    complaints: int

    def end(self) -> None:
        """Wait for its end. Errors: BackupError with what it said."""
        if self.process.wait() == 0:
            return
        os.lseek(self.complaints, 0, os.SEEK_SET)
        said = _first_line(os.read(self.complaints, READ_AT_ONCE).decode(errors="replace"))
        reason = Reason.BUSY if "lock timeout" in said else Reason.DATABASE_PROGRAM
        raise BackupError(reason, f"PostgreSQL refused: {said}")


@contextmanager
def snapshot(tell: Tell) -> Iterator[Snapshot]:
    """The database as it is now, for as long as the block lasts. Errors: BackupError (BUSY, DATABASE_PROGRAM)."""
    try:
        with transaction.atomic(), connections[DEFAULT_DB_ALIAS].cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            counts = _counts(cursor)
            cursor.execute("SELECT app, max(name) FROM django_migrations GROUP BY app")
            heads = dict(cursor.fetchall())
            cursor.execute("SELECT pg_export_snapshot()")
            [name] = cursor.fetchone()
            options = ("--format=custom", f"--snapshot={name}", f"--lock-wait-timeout={WAIT}", *WITHOUT_OWNERS)
            with _running("pg_dump", *options) as program:
                yield Snapshot(ENGINE, heads, counts, _pieces(program, tell))
    except DatabaseError as problem:
        raise BackupError(Reason.BUSY, f"The database cannot be read now ({_first_line(str(problem))}).") from None


def is_empty() -> bool:
    """Whether the shop's database holds no table. Errors: BackupError (NO_ACCESS)."""
    try:
        with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
            cursor.execute(TABLES)
            return cursor.fetchone() is None
    except DatabaseError as problem:
        sentence = f"The database to restore into cannot be reached: {_first_line(str(problem))}"
        raise BackupError(Reason.NO_ACCESS, sentence) from None


def load(pieces: Iterable[bytes], tell: Tell, whole: int) -> int:
    """Make the shop's tables anew from a dump; gives how many rows there are.

    What stood there is put aside and comes back when anything fails. Errors: BackupError (DATABASE_PROGRAM, IN_USE).
    """
    _refuse_company()
    _execute(f"SET lock_timeout = '{WAIT}'", f"ALTER SCHEMA public RENAME TO {BEFORE}", "CREATE SCHEMA public")
    try:
        _restore(pieces, tell, whole)
    except BaseException:
        _execute("DROP SCHEMA public CASCADE", f"ALTER SCHEMA {BEFORE} RENAME TO public")
        raise
    # The grants that PostgreSQL itself gives a new database.
    _execute(f"DROP SCHEMA {BEFORE} CASCADE", "ALTER SCHEMA public OWNER TO pg_database_owner")
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        return sum(_counts(cursor).values())


def _refuse_company() -> None:
    """Others would go on writing into what is being replaced. Errors: BackupError (IN_USE)."""
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(OTHERS)
        [others] = cursor.fetchone()
    if others:
        sentence = f"{others} other connections use this database: stop every process of the shop first."
        raise BackupError(Reason.IN_USE, sentence)


def _restore(pieces: Iterable[bytes], tell: Tell, whole: int) -> None:
    # The schema's own entry is left out by --schema: it stands already.
    options = ("--schema=public", "--exit-on-error", "--single-transaction", *WITHOUT_OWNERS)
    done = 0
    with _running("pg_restore", *options) as program:
        pipe: Any = program.process.stdin
        # Where it ends before its time, it says why itself.
        with suppress(BrokenPipeError):
            for piece in pieces:
                pipe.write(piece)
                done += len(piece)
                tell("bytes", done, whole)
            pipe.close()
        program.end()


def programs() -> Path:
    """The folder of PostgreSQL's client programs, the newest version first. Errors: BackupError."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    on_path = shutil.which("pg_dump")
    for folder in [*folders, *([Path(on_path).parent] if on_path else [])]:
        if (folder / "pg_dump").exists() and (folder / "pg_restore").exists():
            return folder
    sentence = "PostgreSQL's client programs are missing on this machine: install Debian's package postgresql-client."
    raise BackupError(Reason.DATABASE_PROGRAM, sentence)


def _counts(cursor: Any) -> dict[str, int]:
    cursor.execute(TABLES)
    counts = {}
    for (table,) in cursor.fetchall():
        cursor.execute(f'SELECT count(*) FROM "{table}"')  # noqa: S608 - the database's own names
        [counts[table]] = cursor.fetchone()
    return counts


def _pieces(program: _Program, tell: Tell) -> Iterator[bytes]:
    done, pipe = 0, program.process.stdout
    while pipe is not None and (data := pipe.read(READ_AT_ONCE)):
        yield data
        done += len(data)
        tell("bytes", done, 0)
    program.end()


@contextmanager
def _running(name: str, *options: str) -> Iterator[_Program]:
    """One of PostgreSQL's programs on the shop's database, ended with the block."""
    place, secret = _address(connections[DEFAULT_DB_ALIAS].settings_dict)
    command = [str(programs() / name), *options, f"--dbname={place}"]
    complaints = os.memfd_create("complaints")
    with opening("backups"):
        process = subprocess.Popen(  # noqa: S603 - PostgreSQL's own program
            command,
            env=os.environ | secret,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            cwd="/",
        )
    try:
        yield _Program(process, complaints)
    finally:
        if process.poll() is None:
            process.kill()
        for pipe in (process.stdin, process.stdout):
            with suppress(BrokenPipeError):
                if pipe is not None:
                    pipe.close()
        process.wait()
        os.close(complaints)


def _address(settings: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    names = {"dbname": "NAME", "host": "HOST", "port": "PORT", "user": "USER"}
    place = {name: settings[key] for name, key in names.items() if settings[key]}
    secret = {"PGPASSWORD": settings["PASSWORD"]} if settings["PASSWORD"] else {}
    # Names such as sslmode are libpq's own; what Django alone knows is left out.
    own = {name: value for name, value in settings["OPTIONS"].items() if isinstance(value, str)}
    return make_conninfo(**place, **own), secret


def _execute(*statements: str) -> None:
    connection = connections[DEFAULT_DB_ALIAS]
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
    except DatabaseError as problem:
        sentence = f"The database cannot be made ready for the restore: {_first_line(str(problem))}"
        raise BackupError(Reason.IN_USE, sentence) from None


def _first_line(text: str) -> str:
    return next((line for line in text.splitlines() if line.strip()), "it did not say why.").strip()
