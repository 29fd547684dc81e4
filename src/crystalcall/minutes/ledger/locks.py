"""Every row lock of the books.

The order, for all: accounts with a floor by id, all in one statement; their reservations need no lock of their own,
because their account's guards them. The store's own accounts are never locked and never updated, so nobody waits on
them. A transaction takes its locks once, when it opens its page of the books (`books.Books.open`).
"""

from collections.abc import Collection
from typing import Final
from uuid import UUID

from crystalcall.minutes.ledger.mirrors import ACCOUNT_FIELDS
from crystalcall.minutes.ledger.models import FLOORED, LedgerAccount
from crystalcall.plumbing.rowsets import Rowset
from crystalcall.plumbing.together import Answer

_accounts: Final = Rowset(LedgerAccount)
# The words are our own kinds, never anything from outside.
_WITH_FLOOR: Final = f"kind IN ({', '.join(repr(kind) for kind in FLOORED)})"


def lock_accounts(account_ids: Collection[UUID], *, with_allowances: bool) -> Answer:
    """The accounts with a floor (`mirrors.ACCOUNT_FIELDS`), locked until the transaction ends.

    With allowances: the money accounts and all minutes held beside them, still in one statement and one order. What is
    asked after it among the statements of `together` is read under the locks.
    """
    return _accounts.ask(
        ACCOUNT_FIELDS,
        "holder_id" if with_allowances else "id",
        account_ids,
        where=_WITH_FLOOR,
        order_by="id",
        lock="FOR NO KEY UPDATE",
    )
