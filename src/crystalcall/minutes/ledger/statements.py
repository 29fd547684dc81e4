"""The set-based statements of the books. Totals are changed by differences, never set: a lost update has no way in."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import psycopg
from django.db import connection

from crystalcall.minutes.ledger.mirrors import ACCOUNT_FIELDS, RESERVATION_FIELDS
from crystalcall.minutes.ledger.models import LedgerAccount, Reservation, Transfer
from crystalcall.plumbing.rowsets import Row, Rowset

TRANSFER_FIELDS: Final = (
    *("idempotency_key", "debit_account_id", "credit_account_id", "amount"),
    *("unit", "code", "reservation_id", "created_at"),
)
CHANGED_FIELDS: Final = ("id", "state", "amount", "posted", "balance_before", "expires_at", "settled_at")

_accounts: Final = Rowset(LedgerAccount)
_reservations: Final = Rowset(Reservation)
_transfers: Final = Rowset(Transfer)

# The floor is asked for once more in the statement itself, whatever anybody read before.
_CHANGE_POSTGRESQL: Final = b"""
UPDATE ledger_ledgeraccount AS t
SET debits_posted = t.debits_posted + v.debits, credits_posted = t.credits_posted + v.credits,
    held = t.held + v.held, last_used_at = %b
FROM unnest(%b::uuid[], %b::bigint[], %b::bigint[], %b::bigint[]) AS v(id, debits, credits, held)
WHERE t.id = v.id AND t.held + v.held >= 0
  AND t.credits_posted + v.credits >= t.debits_posted + v.debits + t.held + v.held
"""
_CHANGE_SQLITE: Final = """
UPDATE ledger_ledgeraccount AS t
SET debits_posted = t.debits_posted + v.debits, credits_posted = t.credits_posted + v.credits,
    held = t.held + v.held, last_used_at = v.used_at
FROM (SELECT ? AS id, ? AS debits, ? AS credits, ? AS held, ? AS used_at) AS v
WHERE t.id = v.id AND t.held + v.held >= 0
  AND t.credits_posted + v.credits >= t.debits_posted + v.debits + t.held + v.held
"""


def read_accounts(account_ids: Collection[UUID]) -> list[Row]:
    """The accounts as they stand, without a lock."""
    return _accounts.fetch(ACCOUNT_FIELDS, "id", account_ids)


def read_reservations(reservation_ids: Collection[UUID]) -> list[Row]:
    """The reservations as they stand; their accounts' locks guard them."""
    return _reservations.fetch(RESERVATION_FIELDS, "id", reservation_ids)


def read_transfers(keys: Collection[UUID]) -> list[Row]:
    """The transfers that stand under these keys."""
    return _transfers.fetch(TRANSFER_FIELDS, "idempotency_key", keys)


def insert_reservations(rows: Sequence[Row]) -> None:
    """Add reservations. Errors: IntegrityError where an id stands already."""
    _reservations.insert(RESERVATION_FIELDS, rows)


def insert_transfers(rows: Sequence[Row]) -> None:
    """Add transfers. Errors: IntegrityError where a key stands already."""
    _transfers.insert(TRANSFER_FIELDS, rows)


def change_reservations(rows: Sequence[Row]) -> int:
    """Change open reservations; gives how many still were open."""
    return _reservations.update(CHANGED_FIELDS, rows, where="t.state = 'reserved'")


def change_accounts(rows: Sequence[tuple[UUID, int, int, int]], now: datetime) -> int:
    """Add to debits, credits and holds of accounts with a floor; gives how many could bear it."""
    if not rows:
        return 0
    connection.ensure_connection()
    with connection.wrap_database_errors:
        if connection.vendor != "postgresql":
            used_at = connection.ops.adapt_datetimefield_value(now)
            given = [(row[0].hex, *row[1:], used_at) for row in rows]
            return int(connection.connection.executemany(_CHANGE_SQLITE, given).rowcount)
        columns: list[Any] = [list(column) for column in zip(*rows, strict=True)]
        with psycopg.Cursor(connection.connection) as cursor:
            return int(cursor.execute(_CHANGE_POSTGRESQL, [now, *columns], prepare=True).rowcount)
