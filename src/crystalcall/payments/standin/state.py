"""The stand-in's memory: one SQLite file of its own, so that a restart keeps every transaction.

All writing happens inside ``State.writing``, one transaction at a time, and no caller awaits inside it.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

TABLES = """
CREATE TABLE IF NOT EXISTS hosted_form (
    token_digest TEXT PRIMARY KEY,
    issued_at TEXT NOT NULL,
    opened_at TEXT,
    paid_trans_id TEXT,
    ask BLOB NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS gateway_transaction (
    trans_id TEXT PRIMARY KEY CHECK (trans_id NOT GLOB '*[^0-9]*'),
    submitted_at TEXT NOT NULL,
    transaction_type TEXT NOT NULL,
    status TEXT NOT NULL,
    response_code INTEGER NOT NULL,
    reason_code INTEGER NOT NULL,
    reason TEXT NOT NULL,
    auth_code TEXT NOT NULL,
    avs TEXT NOT NULL,
    cvv TEXT NOT NULL,
    amount_cents INTEGER NOT NULL CHECK (amount_cents >= 0),
    card_masked TEXT NOT NULL CHECK (length(card_masked) = 8 AND card_masked LIKE 'XXXX%'),
    card_brand TEXT NOT NULL,
    invoice_number TEXT NOT NULL,
    description TEXT NOT NULL,
    ref_id TEXT NOT NULL,
    ref_trans_id TEXT NOT NULL,
    customer_id TEXT NOT NULL,
    email TEXT NOT NULL,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    zip_code TEXT NOT NULL,
    settled_at TEXT,
    batch_id TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX IF NOT EXISTS transaction_by_time ON gateway_transaction (submitted_at);
CREATE INDEX IF NOT EXISTS transaction_by_invoice ON gateway_transaction (invoice_number);
CREATE INDEX IF NOT EXISTS transaction_by_origin ON gateway_transaction (ref_trans_id) WHERE ref_trans_id <> '';
CREATE TABLE IF NOT EXISTS webhook (
    webhook_id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    url TEXT NOT NULL,
    event_types TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('active', 'inactive')),
    created_at TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS notification (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    notification_id TEXT NOT NULL UNIQUE,
    webhook_id TEXT NOT NULL,
    event_type TEXT NOT NULL,
    event_date TEXT NOT NULL,
    body BLOB NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('Pending', 'RetryPending', 'Delivered', 'Failed')),
    tries INTEGER NOT NULL DEFAULT 0,
    next_try_at TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS notification_due ON notification (next_try_at) WHERE next_try_at IS NOT NULL;
CREATE TABLE IF NOT EXISTS delivery_try (
    notification_id TEXT NOT NULL,
    tried_at TEXT NOT NULL,
    outcome TEXT NOT NULL
) STRICT;
"""


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
        self._connection.executescript(TABLES)

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

    def run(self, statement: str, *values: object) -> int:
        """Execute one statement; the number of rows it changed."""
        with self._lock:
            return self._connection.execute(statement, values).rowcount
