"""Statements of PostgreSQL that are sent together and answered together, by one round trip instead of one for each.

What is asked within `together()` gathers, and goes out as one pipeline (libpq's pipeline mode) at the end of the block,
or as soon as one of the answers is read. PostgreSQL executes the statements of a pipeline one after the other, so what
stands after a lock sees what the lock waited for. Where one fails, those after it are not executed, and its error is
raised wherever the pipeline was sent. Outside a block a statement is sent at once.

Every statement is prepared at its first use on a connection: parsing and planning the same two dozen texts for every
batch took PostgreSQL longer than executing them. That goes by libpq itself (`psycopg.pq`): a psycopg cursor takes
longer than most of the statements, and Django's connections never prepare. Between pipelines the connection is in no
special mode, so Django's ORM and transactions go on over it as ever.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from itertools import count
from typing import TYPE_CHECKING, Any, Final, Protocol, Self

import psycopg
from django.db import DEFAULT_DB_ALIAS, DatabaseError, InterfaceError, connection, connections
from psycopg import generators, pq
from psycopg.adapt import Transformer
from psycopg.errors import error_from_result

from crystalcall.plumbing.row_reading import UUID_TYPE, Reading, known_uuid

if TYPE_CHECKING:
    from psycopg.abc import PQGen
    from psycopg.pq.abc import PGresult

Row = tuple[Any, ...]

_TUPLES: Final = pq.ExecStatus.TUPLES_OK
_FATAL: Final = pq.ExecStatus.FATAL_ERROR
_BINARY: Final = pq.Format.BINARY
_IDLE: Final = pq.TransactionStatus.IDLE
# Names of prepared statements, never the same one twice: a connection may change hands between threads.
_numbers: Final = count(1)


class Answer(Protocol):
    """What a statement is answered, once it was sent."""

    def rows(self) -> list[Row]:
        """The rows it gave. Errors: those of the database, for the whole pipeline."""
        ...

    def count(self) -> int:
        """How many rows it gave, added or changed. Errors: those of the database, for the whole pipeline."""
        ...


class Ready:
    """An answer that is there already: SQLite runs in the process itself, and has no round trips to save."""

    __slots__ = ("_count", "_rows")

    def __init__(self, rows: list[Row], changed: int = 0) -> None:
        self._rows = rows
        self._count = changed or len(rows)

    def rows(self) -> list[Row]:
        """The rows the statement gave."""
        return self._rows

    def count(self) -> int:
        """How many rows it gave, added or changed."""
        return self._count


NOTHING: Final = Ready([])


class _Asked:
    """A statement of PostgreSQL, on its way or answered."""

    __slots__ = ("_wire", "parameters", "result", "text")

    def __init__(self, wire: "_Wire", text: bytes, parameters: Sequence[bytes]) -> None:
        self._wire = wire
        self.text = text
        self.parameters = parameters
        self.result: PGresult | None = None

    def rows(self) -> list[Row]:
        """The rows it gave, read from their binary form."""
        return self._wire.rows_of(self._answered())

    def count(self) -> int:
        """How many rows it gave, added or changed."""
        return self._answered().command_tuples or 0

    def _answered(self) -> "PGresult":
        if self.result is None:
            self._wire.send()
        if self.result is None:
            raise psycopg.ProgrammingError("This statement was never answered: its pipeline failed or was given up.")
        return self.result


class _Wire:
    """A connection to PostgreSQL, as statements of our own go over it."""

    def __init__(self, raw: "psycopg.Connection[Any]", alias: str = DEFAULT_DB_ALIAS) -> None:
        self.raw = raw
        self.depth = 0
        self._alias = alias
        self._reader = Transformer(Reading(raw))
        self._names: dict[bytes, bytes] = {}
        self._gathered: list[_Asked] = []
        self._out: Ahead | None = None

    def ask(self, text: bytes, parameters: Sequence[bytes]) -> _Asked:
        """Gather a statement, or send it where nobody gathers."""
        asked = _Asked(self, text, parameters)
        self._gathered.append(asked)
        if not self.depth:
            self.send()
        return asked

    def send(self) -> None:
        """Send what has gathered, and wait for all answers. Errors: Django's, of the first statement that failed."""
        asked, self._gathered = self._gathered, []
        if not asked:
            return
        self._settle()
        with connections[self._alias].wrap_database_errors:
            try:
                failed = self._exchange(asked)
            except BaseException:
                # What is still on its way over this connection can no longer be told from what would come next.
                self.raw.close()
                raise
            if failed is not None:
                raise failed

    def look_up(self, text: bytes, parameters: Sequence[bytes]) -> list[Row]:
        """The rows of one statement, without what a pipeline takes for one. Errors: Django's, those of the database."""
        name = self._names.get(text)
        if name is None or not self.raw.autocommit:
            return self.ask(text, parameters).rows()
        self._settle()
        with connections[self._alias].wrap_database_errors:
            result = self.raw.pgconn.exec_prepared(name, parameters, [_BINARY] * len(parameters), _BINARY)
            if result.status != _TUPLES:
                raise self._error(result)
        return self.rows_of(result)

    def set_out(self, ahead: "Ahead", text: bytes, parameters: Sequence[bytes]) -> bool:
        """Send one statement and do not wait; False where it must be asked otherwise, and nothing was sent.

        Errors: Django's, where the connection is gone.
        """
        name = self._names.get(text)
        if name is None or not self.raw.autocommit:
            return False
        self._settle()
        pgconn = self.raw.pgconn
        with connections[self._alias].wrap_database_errors:
            pgconn.send_query_prepared(name, parameters, [_BINARY] * len(parameters), _BINARY)
            self._out = ahead
            self.raw.wait(generators.send(pgconn))
        return True

    def come_back(self) -> list[Row]:
        """The rows of the statement that set out. Errors: Django's, those of the database."""
        self._out = None
        pgconn = self.raw.pgconn
        with connections[self._alias].wrap_database_errors:
            try:
                # Most of the time it has come meanwhile, and nothing waits.
                pgconn.consume_input()
                (result, *_) = self.raw.wait(generators.fetch_many(pgconn))
            except BaseException:
                # As in `send`: what comes next could not be told from what is still on its way.
                self.raw.close()
                raise
            if result.status != _TUPLES:
                raise self._error(result)
        return self.rows_of(result)

    def _settle(self) -> None:
        """Take in the answer that is under way, so that another statement may be sent."""
        if self._out is not None:
            self._out.rows()

    def give_up(self) -> None:
        """Send nothing of what has gathered."""
        self._gathered = []

    def rows_of(self, result: "PGresult") -> list[Row]:
        """The rows of a result."""
        self._reader.set_pgresult(result)
        rows: list[Row] = self._reader.load_rows(0, result.ntuples, tuple)
        ids = [place for place in range(result.nfields) if result.ftype(place) == UUID_TYPE]
        if not ids or not rows:
            return rows
        columns: list[Any] = [*zip(*rows, strict=True)]
        for place in ids:
            columns[place] = map(known_uuid, columns[place])
        return [*zip(*columns, strict=True)]

    def _exchange(self, asked: Sequence[_Asked]) -> psycopg.Error | None:
        """One round trip; gives the error of the statement that failed, if one did."""
        pgconn = self.raw.pgconn
        pgconn.enter_pipeline_mode()
        sent = self._put(asked)
        pgconn.pipeline_sync()
        results = self.raw.wait(_results(pgconn, len(sent) + 1))
        pgconn.exit_pipeline_mode()
        for of, result in zip(sent, results, strict=False):
            if result.status == _FATAL:
                return self._error(result)
            if isinstance(of, _Asked):
                of.result = result
            elif of is not None:
                self._names |= of
        return None

    def _put(self, asked: Sequence[_Asked]) -> list[_Asked | dict[bytes, bytes] | None]:
        """Put statements on the wire; gives what each result will belong to: a statement, or the name of its text."""
        pgconn = self.raw.pgconn
        sent: list[_Asked | dict[bytes, bytes] | None] = []
        if not self.raw.autocommit and pgconn.transaction_status == _IDLE:
            # As psycopg's own cursors do, without their round trip for it alone.
            pgconn.send_query_params(b"BEGIN", None)
            sent.append(None)
        fresh: dict[bytes, bytes] = {}
        for each in asked:
            name = self._names.get(each.text) or fresh.get(each.text)
            if name is None:
                name = fresh[each.text] = b"crystalcall_%d" % next(_numbers)
                pgconn.send_prepare(name, each.text)
                sent.append({each.text: name})
            formats = [_BINARY] * len(each.parameters)
            pgconn.send_query_prepared(name, each.parameters, param_formats=formats, result_format=_BINARY)
            sent.append(each)
        return sent

    def _error(self, result: "PGresult") -> psycopg.Error:
        error = error_from_result(result, encoding=self.raw.info.encoding)
        if isinstance(error, psycopg.errors.FeatureNotSupported):
            # Such as a table that was altered since its statement was prepared: prepare anew.
            self._names.clear()
        return error


def _results(pgconn: pq.abc.PGconn, number: int) -> "PQGen[list[PGresult]]":
    yield from generators.send(pgconn)
    found: list[PGresult] = []
    for _ in range(number):
        found += yield from generators.fetch_many(pgconn)
    return found


class _Here(threading.local):
    """The wire of this thread's connection."""

    wire: _Wire | None = None

    def __init__(self) -> None:
        self.elsewhere: dict[str, _Wire] = {}


_here: Final = _Here()


@cache
def on_postgresql() -> bool:
    """Whether this process works on PostgreSQL; asked for every statement, where Django's way to it takes longer."""
    return connection.vendor == "postgresql"


def _wire() -> _Wire:
    wire = _here.wire
    if wire is not None and wire.depth:
        return wire
    connection.ensure_connection()
    raw = connection.connection
    if wire is None or wire.raw is not raw:
        wire = _here.wire = _Wire(raw)
    return wire


def ask(text: bytes, parameters: Sequence[bytes]) -> Answer:
    """Ask PostgreSQL by a statement of the program's own: `$1` and so on stand for parameters in binary form.

    Each parameter names its type in the text ("$1::uuid[]") and is written by `arrays`. Errors: those of the database,
    here outside a block of `together()`, else where the pipeline is sent.
    """
    return _wire().ask(text, parameters)


def ask_at(alias: str, text: bytes, parameters: Sequence[bytes]) -> Answer:
    """Ask another database of Django's, at once and for reading, by a prepared statement as `ask` does.

    Errors: those of the database.
    """
    return Ready(_wire_to(alias).look_up(text, parameters))


class Ahead:
    """A statement that another database answers while the block does something else; for reading.

    `rows` waits for what has not come yet. Django's own statements find that database's connection busy within the
    block. Errors: of `rows`, those of the database; entering and leaving raise none.
    """

    __slots__ = ("_alias", "_parameters", "_rows", "_text", "_wire")

    def __init__(self, alias: str, text: bytes, parameters: Sequence[bytes]) -> None:
        self._alias = alias
        self._text = text
        self._parameters = parameters
        self._wire: _Wire | None = None
        self._rows: list[Row] | None = None

    def __enter__(self) -> Self:
        with suppress(DatabaseError, InterfaceError):
            wire = _wire_to(self._alias)
            if wire.set_out(self, self._text, self._parameters):
                self._wire = wire
        return self

    def __exit__(self, *_: object) -> None:
        if self._wire is not None:
            with suppress(DatabaseError, InterfaceError):
                self.rows()

    def rows(self) -> list[Row]:
        """The rows it gave; the same ones each time."""
        if self._rows is None:
            wire, self._wire = self._wire, None
            if wire is None:
                self._rows = ask_at(self._alias, self._text, self._parameters).rows()
            else:
                self._rows = wire.come_back()
        return self._rows


def _wire_to(alias: str) -> _Wire:
    other = connections[alias]
    if other.connection is None:
        # Asked first: Django's own look costs as much as the statement.
        other.ensure_connection()
    raw = other.connection
    wire = _here.elsewhere.get(alias)
    if wire is None or wire.raw is not raw:
        wire = _here.elsewhere[alias] = _Wire(raw, alias)
    return wire


def send() -> None:
    """Send what this thread has gathered so far, before something that cannot be gathered."""
    _wire().send()


@contextmanager
def together() -> Iterator[None]:
    """Send what is asked within the block by one round trip, at its end or as soon as one of the answers is read.

    On SQLite nothing changes: there each statement runs at once. A block within a block is part of it. Where the block
    is left by an error, what has gathered is never sent. Django's own statements do not gather: read the answers, or
    leave the block, before such a statement is to see what was written.
    """
    if not on_postgresql():
        yield
        return
    wire = _wire()
    wire.depth += 1
    try:
        yield
    except BaseException:
        wire.give_up()
        raise
    finally:
        wire.depth -= 1
    if not wire.depth:
        wire.send()
