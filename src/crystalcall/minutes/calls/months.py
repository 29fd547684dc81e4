"""Call records by month: PostgreSQL keeps each month of them in a table of its own, so that retention drops it whole.

A month's table is made before anything is written into it; what finds none (a clock that was set wrong) falls into the
rest, which serves every query just as well. On SQLite there is one table, and nothing here does anything.
"""

import logging
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from django.db import DatabaseError, connection, transaction

logger = logging.getLogger(__name__)

TABLE: Final = "calls_callrecord"
REST: Final = f"{TABLE}_rest"
# A month's table is made so many months ahead.
MONTHS_AHEAD: Final = 2

# What this process has seen standing, by database; only a month that no process has made yet costs a statement.
_known: set[tuple[str, int]] = set()


def ensure_months(now: datetime) -> None:
    """Have tables for this month and the next ones; outside a transaction, because making one waits for all writers."""
    if connection.vendor != "postgresql":
        return
    name = str(connection.settings_dict["NAME"])
    month = _number(now)
    if (name, month) in _known or connection.in_atomic_block:
        return
    for number in range(month, month + 1 + MONTHS_AHEAD):
        _make(number)
    _known.add((name, month))


def make_month(moment: datetime) -> None:
    """Have a table for the month of this moment, whatever has been seen before; in the caller's transaction, if any."""
    if connection.vendor == "postgresql":
        _make(_number(moment))


def drop_months(before: datetime, *, but_of: Sequence[UUID] = ()) -> int:
    """Drop the tables of months that were over before this moment; gives how many.

    A table with a record of one of these accounts stays: its other records must be deleted one by one.
    """
    if connection.vendor != "postgresql":
        return 0
    dropped = 0
    for table, number in _standing():
        if _begin(number + 1) <= before and not _holds_any(table, but_of):
            with connection.cursor() as cursor:
                cursor.execute(f"DROP TABLE {table}")
            dropped += 1
    return dropped


def month_tables() -> tuple[str, ...]:
    """The months' tables that stand, the oldest first; none on SQLite."""
    return tuple(table for table, _ in _standing()) if connection.vendor == "postgresql" else ()


def _number(moment: datetime) -> int:
    """Months since the year 0."""
    at = moment.astimezone(UTC)
    return at.year * 12 + at.month - 1


def _begin(number: int) -> datetime:
    return datetime(number // 12, number % 12 + 1, 1, tzinfo=UTC)


def _make(number: int) -> None:
    begin, end = _begin(number), _begin(number + 1)
    table = f"{TABLE}_{begin:%Y_%m}"
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass(%s)", [table])
            if cursor.fetchone() == (None,):
                cursor.execute(
                    f"CREATE TABLE IF NOT EXISTS {table} PARTITION OF {TABLE} "
                    f"FOR VALUES FROM ('{begin.isoformat()}') TO ('{end.isoformat()}')"
                )
    except DatabaseError:
        # Records of that month lie in the rest already, or another process makes the table at this moment.
        logger.warning("the table %s could not be made; its records go to %s", table, REST, exc_info=True)


def _holds_any(table: str, accounts: Sequence[UUID]) -> bool:
    if not accounts:
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT EXISTS (SELECT FROM {table} WHERE ledger_account_id = ANY(%s))",  # noqa: S608 - a table of ours
            [list(accounts)],
        )
        return bool(cursor.fetchone()[0])


def _standing() -> Iterator[tuple[str, int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid "
            "WHERE i.inhparent = %s::regclass AND c.relname <> %s ORDER BY c.relname",
            [TABLE, REST],
        )
        for (table,) in cursor.fetchall():
            year, month = table.removeprefix(f"{TABLE}_").split("_")
            yield table, int(year) * 12 + int(month) - 1
