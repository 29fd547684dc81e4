"""The store's own accounts: one of each kind, which never change once they stand, and are remembered by the process."""

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection, transaction

from crystalcall.minutes.ledger import statements
from crystalcall.minutes.ledger.models import LedgerAccount
from crystalcall.minutes.ledger.values import LedgerContradictionError, UnknownAccountError
from crystalcall.plumbing.together import Row
from crystalcall.rules.ledger import AccountKind, has_floor, unit_of

SYSTEM_KEY: Final = "system:{kind}"

# By database, because a process may come to know another one (tests do). Only what was committed is remembered:
# an account that a rolled-back transaction opened never was.
_ids: Final[dict[tuple[str, AccountKind], UUID]] = {}
_rows: Final[dict[tuple[str, UUID], Row]] = {}


def system_account(kind: AccountKind, *, now: datetime) -> UUID:
    """The store's one account of this kind.

    Errors: LedgerContradictionError where the kind belongs to customers, of whose accounts there are many.
    """
    if has_floor(kind):
        raise LedgerContradictionError(f"The store has no account of kind {kind.value}; customers have.")
    place = _database(), kind
    known = _ids.get(place)
    if known is not None:
        return known
    found = open_store_account(kind, key=SYSTEM_KEY.format(kind=kind.value), now=now)
    transaction.on_commit(lambda: _ids.__setitem__(place, found))
    return found


def open_store_account(kind: AccountKind, *, key: str, now: datetime) -> UUID:
    """The store's account under this key, opened now where there was none.

    Errors: LedgerContradictionError where the key belongs to an account of another kind.
    """
    fresh = {"kind": kind.value, "unit": unit_of(kind), "opened_at": now}
    row, _ = LedgerAccount.objects.get_or_create(key=key, defaults=fresh)
    if row.kind != kind.value:
        raise LedgerContradictionError(f"The account {key!r} is of kind {row.kind}, not {kind.value}.")
    return row.pk


def store_rows(account_ids: Collection[UUID]) -> list[Row]:
    """Accounts that are not locked (`mirrors.ACCOUNT_FIELDS`): the store's, and whatever else has these ids."""
    database = _database()
    found = [row for account_id in account_ids if (row := _rows.get((database, account_id))) is not None]
    missing = set(account_ids).difference(row[0] for row in found)
    if missing:
        read = statements.read_accounts(missing)
        found += read
        fresh = {(database, row[0]): row for row in read if not has_floor(AccountKind(row[1]))}
        transaction.on_commit(lambda: _rows.update(fresh))
    return found


def unlocked_rows(account_ids: Collection[UUID], *, with_allowances: bool) -> list[Row]:
    """The store's own accounts among those of a page; every other must have been found and locked already.

    Errors: UnknownAccountError; LedgerContradictionError.
    """
    found = {row[0]: row for row in store_rows(account_ids)}
    for account_id in account_ids:
        if account_id not in found:
            raise UnknownAccountError(f"There is no ledger account {account_id}.")
        if has_floor(AccountKind(found[account_id][1])):
            hint = "; an allowance is opened through its holder" if with_allowances else ""
            raise LedgerContradictionError(f"The ledger account {account_id} could not be locked{hint}.")
    return [*found.values()]


def _database() -> str:
    return str(connection.settings_dict["NAME"])
