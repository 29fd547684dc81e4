"""The set-based statements of the books. Totals are changed by differences, never set: a lost update has no way in."""

from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import repeat
from typing import Final
from uuid import UUID

from crystalcall.minutes.ledger.mirrors import ACCOUNT_FIELDS, RESERVATION_FIELDS
from crystalcall.minutes.ledger.models import LedgerAccount, Reservation, Transfer
from crystalcall.plumbing.arrays import integers, moment, texts, uuids
from crystalcall.plumbing.embedded import change_sqlite, written_moments, written_uuids
from crystalcall.plumbing.rowsets import Rowset
from crystalcall.plumbing.together import NOTHING, Answer, Ready, Row, ask, on_postgresql

TRANSFER_FIELDS: Final = (
    *("idempotency_key", "debit_account_id", "credit_account_id", "amount"),
    *("unit", "code", "reservation_id", "created_at"),
)
#: Id, state, amount, what was posted of it, and the balance before.
Settled = tuple[UUID, str, int, int | None, int | None]
CHANGED_FIELDS: Final = ("id", "state", "amount", "posted", "balance_before", "expires_at", "settled_at")

_accounts: Final = Rowset(LedgerAccount)
_reservations: Final = Rowset(Reservation)
_transfers: Final = Rowset(Transfer)

# The floor is asked for once more in the statement itself, whatever anybody read before.
_CHANGE_POSTGRESQL: Final = b"""
UPDATE ledger_ledgeraccount AS t
SET debits_posted = t.debits_posted + v.debits, credits_posted = t.credits_posted + v.credits,
    held = t.held + v.held, last_used_at = $1::timestamptz
FROM unnest($2::uuid[], $3::bigint[], $4::bigint[], $5::bigint[]) AS v(id, debits, credits, held)
WHERE t.id = v.id AND t.held + v.held >= 0
  AND t.credits_posted + v.credits >= t.debits_posted + v.debits + t.held + v.held
"""
_CHANGE_SQLITE: Final = """
UPDATE ledger_ledgeraccount
SET debits_posted = debits_posted + ?2, credits_posted = credits_posted + ?3, held = held + ?4, last_used_at = ?5
WHERE id = ?1 AND held + ?4 >= 0 AND credits_posted + ?3 >= debits_posted + ?2 + held + ?4
"""


# Of holds that nobody has read: each must still be open, and as large as its owner has it.
_SETTLE_POSTGRESQL: Final = b"""
UPDATE ledger_reservation AS t
SET state = v.state, posted = v.posted, balance_before = v.before, expires_at = NULL, settled_at = $1::timestamptz
FROM unnest($2::uuid[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[]) AS v(id, state, amount, posted, before)
WHERE t.id = v.id AND t.state = 'reserved' AND t.amount = v.amount
"""
_SETTLE_SQLITE: Final = """
UPDATE ledger_reservation
SET state = ?2, posted = ?4, balance_before = ?5, expires_at = NULL, settled_at = ?6
WHERE id = ?1 AND state = 'reserved' AND amount = ?3
"""


def read_accounts(account_ids: Collection[UUID]) -> list[Row]:
    """The accounts as they stand, without a lock."""
    return _accounts.fetch(ACCOUNT_FIELDS, "id", account_ids)


def read_reservations(reservation_ids: Collection[UUID]) -> Answer:
    """The reservations as they stand; their accounts' locks guard them."""
    return _reservations.ask(RESERVATION_FIELDS, "id", reservation_ids)


def read_transfers(keys: Collection[UUID]) -> list[Row]:
    """The transfers that stand under these keys."""
    return _transfers.fetch(TRANSFER_FIELDS, "idempotency_key", keys)


def insert_reservations(rows: Sequence[Row]) -> None:
    """Add reservations. Errors: IntegrityError where an id stands already."""
    _reservations.insert(RESERVATION_FIELDS, rows)


def insert_transfers(rows: Sequence[Row]) -> None:
    """Add transfers. Errors: IntegrityError where a key stands already."""
    _transfers.insert(TRANSFER_FIELDS, rows)


def change_reservations(rows: Sequence[Row]) -> Answer:
    """Change open reservations; the answer counts how many still were open."""
    return _reservations.change(CHANGED_FIELDS, rows, where="t.state = 'reserved'")


def settle_reservations(rows: Sequence[Settled], now: datetime) -> Answer:
    """End reservations that nobody has read; the answer counts how many were open, with this amount."""
    if not rows:
        return NOTHING
    ids, states, amounts, posted, before = zip(*rows, strict=True)
    if on_postgresql():
        given = [moment(now), uuids(ids), texts(states), integers(amounts), integers(posted), integers(before)]
        return ask(_SETTLE_POSTGRESQL, given)
    settled_at = repeat(written_moments([now])[0], len(rows))
    changes = zip(written_uuids(ids), states, amounts, posted, before, settled_at, strict=True)
    return Ready([], change_sqlite(_SETTLE_SQLITE, changes))


def change_accounts(rows: Sequence[tuple[UUID, int, int, int]], now: datetime) -> Answer:
    """Add to debits, credits and holds of accounts with a floor; the answer counts how many could bear it."""
    if not rows:
        return NOTHING
    ids, debits, credited, held = zip(*rows, strict=True)
    if on_postgresql():
        given = [moment(now), uuids(ids), integers(debits), integers(credited), integers(held)]
        return ask(_CHANGE_POSTGRESQL, given)
    used_at = repeat(written_moments([now])[0], len(rows))
    changes = zip(written_uuids(ids), debits, credited, held, used_at, strict=True)
    return Ready([], change_sqlite(_CHANGE_SQLITE, changes))
