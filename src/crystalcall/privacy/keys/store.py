"""The database of the keys: made, reached again after it was away, and scrubbed of what was destroyed."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, Final, TypeAlias, TypeVar
from urllib.parse import urlsplit
from uuid import UUID

from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, DatabaseError, InterfaceError, OperationalError, connections

from crystalcall.plumbing.arrays import uuids
from crystalcall.plumbing.settings import current
from crystalcall.plumbing.together import Ahead, ask_at
from crystalcall.privacy.keys.columns import person_columns
from crystalcall.privacy.keys.models import ArchiveHalf, ArchiveLotKey, ArchivePair, ArchiveWrap, DataKey
from crystalcall.privacy.keys.routing import KEY_STORE, LABEL

T = TypeVar("T")
WrappedKey: TypeAlias = tuple[UUID, bytes | None, str]
SELECT: Final = "SELECT subject, wrapped, wrapped_by FROM privacy_keys_datakey WHERE subject"
_ANY_OF: Final = f"{SELECT} = ANY($1::uuid[])".encode()
SEALED: Final = b"\x02"
"""The first byte of what is sealed under a person's key; 1 is what `plumbing.sealing` seals under the outer key."""
PIECE: Final = 500
"""How many keys one statement names; SQLite parses long lists slowly."""


class KeyStoreMissingError(Exception):
    """The database of the keys cannot be made; the message is a sentence for the operator."""


def prepare(*, verbosity: int = 0, accepts_loss: bool = False) -> None:
    """Make the key store where it is missing, and bring it to this version.

    Where it is missing and something was sealed under its keys, a new one would hide that they are lost: that is
    refused unless `accepts_loss`. Errors: KeyStoreMissingError.
    """
    if connections[KEY_STORE].vendor == "postgresql" and not current().keys_database_url:
        _create_beside()
    if not accepts_loss and not stands() and (field := some_sealed_field()):
        raise KeyStoreMissingError(
            f"The key store is gone, and without its keys what is sealed ({field}) cannot be read. Put it back from its"
            " own backup; if it is lost for good, `crystalcall migrate --accept-lost-keys` begins a new one."
        )
    call_command("migrate", LABEL, database=KEY_STORE, verbosity=verbosity, interactive=False)


def stands() -> bool:
    """Whether the key store has its table."""
    return DataKey._meta.db_table in connections[KEY_STORE].introspection.table_names()  # noqa: SLF001 - as documented


def some_sealed_field() -> str:
    """A column that holds something sealed under a person's key; "" where there is none (yet)."""
    connection = connections[DEFAULT_DB_ALIAS]
    # By column and in SQL: before the migrations the tables are not what the models say.
    tables = set(connection.introspection.table_names())
    for column in person_columns():
        table = column.model._meta.db_table  # noqa: SLF001 - Django's documented model API
        if table not in tables:
            continue
        with connection.cursor() as cursor:
            known = {each.name for each in connection.introspection.get_table_description(cursor, table)}
            if column.column not in known:
                continue
            of_persons = f"SELECT 1 FROM {table} WHERE substr({column.column}, 1, 1) = %s LIMIT 1"  # noqa: S608 - our own names
            cursor.execute(of_persons, [SEALED])
            if cursor.fetchone():
                return column.field
    return ""


def pieces(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """The values in pieces of `PIECE`."""
    for start in range(0, len(values), PIECE):
        yield values[start : start + PIECE]


def wrapped_keys(subjects: Collection[UUID]) -> list[WrappedKey]:
    """Subject, wrapped key (None: destroyed) and name of its outer key, for those of the subjects that have a row.

    By one statement for up to `PIECE` of them, and in SQL: every page that shows a name asks this, and building the
    statement anew would take longer than the answer.
    """
    wanted = list(subjects)
    if len(wanted) <= PIECE:
        return reached(lambda: _wrapped_keys(wanted))
    rows: list[WrappedKey] = []
    for piece in pieces(wanted):
        rows += reached(lambda piece=piece: _wrapped_keys(piece))  # type: ignore[misc]  # a default binds the piece
    return rows


@contextmanager
def wrapped_keys_meanwhile(subjects: Collection[UUID]) -> Iterator[Callable[[], list[WrappedKey]]]:
    """The same, looked up while the block asks the other database: what is given waits for them, or asks for them.

    Within the block nothing else may be asked of the key store.
    """
    wanted = list(subjects)
    if len(wanted) > PIECE or not _is_on_postgresql():
        yield lambda: wrapped_keys(wanted)
        return
    with Ahead(KEY_STORE, _ANY_OF, [uuids(wanted)]) as ahead:
        # A connection that had died is made anew by whoever asks once more.
        yield lambda: reached(ahead.rows)


def _wrapped_keys(subjects: Sequence[UUID]) -> list[WrappedKey]:
    if _is_on_postgresql():
        return ask_at(KEY_STORE, _ANY_OF, [uuids(subjects)]).rows()
    connection = connections[KEY_STORE]
    connection.ensure_connection()
    with connection.wrap_database_errors:
        by_digits = {subject.hex: subject for subject in subjects}
        statement = f"{SELECT} IN ({', '.join('?' * len(by_digits))})"
        found = connection.connection.execute(statement, list(by_digits)).fetchall()
    return [(by_digits[digits], wrapped, wrapped_by) for digits, wrapped, wrapped_by in found]


@cache
def _is_on_postgresql() -> bool:
    """Whether the key store is one; asked for every page, where Django's way to it takes longer than the answer."""
    return connections[KEY_STORE].vendor == "postgresql"


def reached(ask: Callable[[], T]) -> T:
    """What `ask` finds in the key store; asked once more over a new connection where the old one had died.

    Only outside a transaction of the key store's own: inside one, half of it would be lost.
    """
    try:
        return ask()
    except (OperationalError, InterfaceError):
        connection = connections[KEY_STORE]
        if connection.in_atomic_block:
            raise
        connection.close()
        return ask()


def scrub() -> None:
    """Take destroyed keys out of the files of the key store as far as a program can.

    SQLite overwrites them (secure_delete) and its log is emptied into the file; PostgreSQL gives their room back for
    overwriting. What an old copy of a disk block still holds lies under the outer key: `privacy keys rotate` ends that.
    """
    connection = connections[KEY_STORE]
    if connection.in_atomic_block:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for model in (DataKey, ArchivePair, ArchiveWrap, ArchiveLotKey, ArchiveHalf):
                cursor.execute(f'VACUUM "{model._meta.db_table}"')  # noqa: SLF001 - Django's documented model API
        else:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _create_beside() -> None:
    """Create the key store's database on the server of the other one."""
    name = connections[KEY_STORE].settings_dict["NAME"]
    server: Any = connections[DEFAULT_DB_ALIAS]
    with server.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if cursor.fetchone():
            return
        try:
            cursor.execute(f"CREATE DATABASE {server.ops.quote_name(name)}")
        except DatabaseError as problem:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            if not cursor.fetchone():  # else another process made it in this moment
                raise KeyStoreMissingError(_sentence(name, str(problem))) from None


def _sentence(name: str, problem: str) -> str:
    host = urlsplit(current().database_url).hostname or "the server"
    return (
        f"The database {name} for the keys cannot be created on {host} ({problem.strip()}): create it by hand, or name"
        " another one by CRYSTALCALL_KEYS_DATABASE_URL."
    )
