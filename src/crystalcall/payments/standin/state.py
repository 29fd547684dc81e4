"""The stand-in's memory: one SQLite file of its own, so that a restart keeps every transaction.

All writing happens inside ``State.writing``, one transaction at a time, and no caller awaits inside it.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from crystalcall.payments.standin.state_tables import create_tables


def stamp(moment: datetime) -> str:
    """A moment as text that sorts as time does: UTC with six fractional digits."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def moment(text: str) -> datetime:
    """The moment that ``stamp`` wrote."""
    return datetime.fromisoformat(text)


class State:
    """The open database.

    Args:
        path: the SQLite file, or ``:memory:``.
    """

    def __init__(self, path: str) -> None:
        # The event loop's thread does the work; tests look in from theirs. The lock keeps them apart.
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.execute("PRAGMA busy_timeout = 5000")
        self._connection.execute("PRAGMA foreign_keys = ON")
        create_tables(self._connection)

    def close(self) -> None:
        """Fold the log into the file and let go of it."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction: all of what is written inside, or nothing. Nests by joining the outer one."""
        with self._lock:
            if self._connection.in_transaction:
                yield
                return
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def rows(self, statement: str, *values: object) -> list[dict[str, Any]]:
        """All rows of a query, as dictionaries by column."""
        with self._lock:
            return [dict(row) for row in self._connection.execute(statement, values)]

    def row(self, statement: str, *values: object) -> dict[str, Any] | None:
        """The first row of a query, or None."""
        found = self.rows(statement, *values)
        return found[0] if found else None

    def kept(self, name: str) -> str:
        """A value kept under a name; empty when there is none."""
        row = self.row("SELECT value FROM kept WHERE name = ?", name)
        return str(row["value"]) if row else ""

    def keep(self, name: str, value: str) -> None:
        """Keep a value under a name."""
        self.run("INSERT INTO kept VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", name, value)

    def run(self, statement: str, *values: object) -> int:
        """Execute one statement; the number of rows it changed."""
        with self._lock:
            return self._connection.execute(statement, values).rowcount
