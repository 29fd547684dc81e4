"""The books as a Beancount file, line by line, exact to the micro.

https://beancount.github.io/docs/beancount_language_syntax.html

Beancount writes debits as positive and credits as negative numbers: this edge alone turns our signs. The
transfers and the accounts beside them are read in one statement, so that the file shows one moment, even beside
live traffic; the balances asserted at the end are the accounts' own running totals, so that `bean-check` proves
them from the transfers.
"""

from base64 import b32encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from typing import Final
from uuid import UUID

from crystalcall.minutes.ledger.models import LedgerAccount, Transfer
from crystalcall.rules.ledger import AccountKind, has_floor
from crystalcall.rules.money import MICROS_PER_DOLLAR

CHUNK: Final = 2000
# A plain name stands for the store's one account of the kind; any other account carries its id behind it.
ROOTS: Final = {
    AccountKind.CUSTOMER_CREDIT: "Liabilities:CustomerCredit",
    AccountKind.GATEWAY_CLEARING: "Assets:GatewayClearing",
    AccountKind.CALL_REVENUE: "Income:CallRevenue",
    AccountKind.ADJUSTMENTS: "Expenses:Adjustments",
}


@dataclass(slots=True)
class _Account:
    """An account met on the way; `signed_micros` is what its transfers give so far, debits positive."""

    name: str
    signed_micros: int
    stored_micros: int | None


def beancount_lines() -> Iterator[str]:
    """The lines of the file, without line ends.

    Accounts without a transfer have nothing to say and are left out. Amounts are in USD with six decimals.
    """
    yield 'option "title" "Crystal Call"'
    yield 'option "operating_currency" "USD"'
    accounts: dict[UUID, _Account] = {}
    last_day: date | None = None
    rows = Transfer.objects.select_related("debit_account", "credit_account").order_by("pk")
    for row in rows.iterator(CHUNK):
        day = row.created_at.astimezone(UTC).date()
        for side in (row.debit_account, row.credit_account):
            if side.pk not in accounts:
                accounts[side.pk] = _met(side)
                yield f"{min(day, side.opened_at.astimezone(UTC).date())} open {accounts[side.pk].name} USD"
        yield from _transaction(row, day, accounts)
        last_day = day if last_day is None else max(day, last_day)
    if last_day is not None:
        yield from _assertions(accounts, last_day + timedelta(days=1))


def _met(row: LedgerAccount) -> _Account:
    kind = AccountKind(row.kind)
    name = ROOTS[kind] if row.key == f"system:{kind.value}" else f"{ROOTS[kind]}:{_short(row.pk)}"
    # The store's own accounts keep no running totals: theirs is the sum of the file itself.
    stored = row.debits_posted_micros - row.credits_posted_micros if has_floor(kind) else None
    return _Account(name, 0, stored)


def _short(account_id: UUID) -> str:
    """All 128 bits of the id in 26 letters and digits, so that no two accounts ever share a name."""
    return b32encode(account_id.bytes).decode().rstrip("=")


def _transaction(row: Transfer, day: date, accounts: dict[UUID, _Account]) -> Iterator[str]:
    debited, credited = accounts[row.debit_account_id], accounts[row.credit_account_id]
    debited.signed_micros += row.amount_micros
    credited.signed_micros -= row.amount_micros
    yield ""
    yield f'{day} * "{row.code}"'
    yield f"  transfer: {row.pk}"
    yield f"  {debited.name}  {_dollars(row.amount_micros)} USD"
    yield f"  {credited.name}  {_dollars(-row.amount_micros)} USD"


def _assertions(accounts: dict[UUID, _Account], day: date) -> Iterator[str]:
    yield ""
    for account in accounts.values():
        signed = account.signed_micros if account.stored_micros is None else account.stored_micros
        # Without "~ 0" Beancount would forgive the last digit.
        yield f"{day} balance {account.name}  {_dollars(signed)} ~ 0 USD"


def _dollars(micros: int) -> str:
    sign = "-" if micros < 0 else ""
    whole, rest = divmod(abs(micros), MICROS_PER_DOLLAR)
    return f"{sign}{whole}.{rest:06d}"
