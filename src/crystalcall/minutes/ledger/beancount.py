"""The books as a Beancount file, line by line, exact to the micro and the second.

https://beancount.github.io/docs/beancount_language_syntax.html

Beancount writes debits as positive and credits as negative numbers: this edge alone turns our signs. The
transfers and the accounts beside them are read in one statement, so that the file shows one moment, even beside
live traffic; the balances asserted at the end are the accounts' own running totals, so that `bean-check` proves
them from the transfers. Money is in the commodity USD, minutes are in SECONDS, and no transaction holds both.
"""

from base64 import b32encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from typing import Any, Final
from uuid import UUID

from crystalcall.minutes.ledger.models import Transfer
from crystalcall.rules.ledger import UNIT_SECONDS, UNIT_USD_MICROS, AccountKind, has_floor
from crystalcall.rules.money import MICROS_PER_DOLLAR

CHUNK: Final = 2000
COMMODITIES: Final = {UNIT_USD_MICROS: "USD", UNIT_SECONDS: "SECONDS"}
# A plain name stands for the store's one account of the kind; any other account carries its id behind it.
ROOTS: Final = {
    AccountKind.CUSTOMER_CREDIT: "Liabilities:CustomerCredit",
    AccountKind.CUSTOMER_ALLOWANCE: "Liabilities:CustomerMinutes",
    AccountKind.GATEWAY_CLEARING: "Assets:GatewayClearing",
    AccountKind.GATEWAY_FEES: "Expenses:GatewayFees",
    AccountKind.SALES: "Liabilities:PaidOrders",
    AccountKind.REFUNDS: "Liabilities:Refunds",
    AccountKind.CALL_REVENUE: "Income:CallRevenue",
    AccountKind.CARRIER_COST: "Expenses:CarrierCost",
    AccountKind.CARRIER_PAYABLE: "Liabilities:CarrierPayable",
    AccountKind.ADJUSTMENTS: "Expenses:Adjustments",
    AccountKind.BREAKAGE: "Income:Breakage",
    AccountKind.ALLOWANCES_ISSUED: "Equity:MinutesIssued",
    AccountKind.ALLOWANCES_USED: "Income:MinutesUsed",
    AccountKind.ALLOWANCE_BREAKAGE: "Income:MinutesBreakage",
}


_ENTRY: Final = ("pk", "created_at", "code", "amount", "unit", "debit_account_id", "credit_account_id")
_ACCOUNT: Final = ("key", "kind", "opened_at", "debits_posted", "credits_posted")
_SIDES: Final = ("debit_account", "credit_account")


@dataclass(slots=True)
class _Account:
    """An account met on the way, open since a day; `signed` is what its transfers give so far, debits positive."""

    name: str
    unit: str
    since: date
    stored: int | None
    signed: int = 0


def beancount_lines() -> Iterator[str]:
    """The lines of the file, without line ends.

    Accounts without a transfer have nothing to say and are left out. Amounts are in USD with six
    decimals, or in whole SECONDS.
    """
    yield 'option "title" "Crystal Call"'
    yield 'option "operating_currency" "USD"'
    accounts: dict[UUID, _Account] = {}
    last_day: date | None = None
    beside = (f"{side}__{field}" for side in _SIDES for field in _ACCOUNT)
    # Plain rows: the books may have millions, and a model for each would cost more than all the rest.
    rows = Transfer.objects.order_by("pk").values_list(*_ENTRY, *beside)
    for pk, created_at, code, amount, unit, debit_id, credit_id, *sides in rows.iterator(CHUNK):
        day = created_at.astimezone(UTC).date()
        for account_id, place in ((debit_id, 0), (credit_id, len(_ACCOUNT))):
            if account_id not in accounts:
                met = accounts[account_id] = _met(account_id, unit, day, sides[place : place + len(_ACCOUNT)])
                yield f"{met.since} open {met.name} {COMMODITIES[unit]}"
        debited, credited = accounts[debit_id], accounts[credit_id]
        # Two hosts' clocks may differ: an entry never stands before its account.
        day = max(day, debited.since, credited.since)
        debited.signed += amount
        credited.signed -= amount
        figure, commodity = _figure(amount, unit), COMMODITIES[unit]
        yield ""
        yield f'{day} * "{code}"'
        yield f"  transfer: {pk}"
        yield f"  {debited.name}  {figure} {commodity}"
        yield f"  {credited.name}  -{figure} {commodity}"
        last_day = day if last_day is None else max(day, last_day)
    if last_day is not None:
        yield from _assertions(accounts, last_day + timedelta(days=1))


def _met(account_id: UUID, unit: str, day: date, row: list[Any]) -> _Account:
    key, kind_word, opened_at, debits, credited = row
    kind = AccountKind(kind_word)
    name = ROOTS[kind] if key == f"system:{kind.value}" else f"{ROOTS[kind]}:{_short(account_id)}"
    # The store's own accounts keep no running totals: theirs is the sum of the file itself.
    stored = debits - credited if has_floor(kind) else None
    return _Account(name, unit, min(day, opened_at.astimezone(UTC).date()), stored)


def _short(account_id: UUID) -> str:
    """All 128 bits of the id in 26 letters and digits, so that no two accounts ever share a name."""
    return b32encode(account_id.bytes).decode().rstrip("=")


def _assertions(accounts: dict[UUID, _Account], day: date) -> Iterator[str]:
    yield ""
    for account in accounts.values():
        signed = account.signed if account.stored is None else account.stored
        # Without "~ 0" Beancount would forgive the last digit.
        yield f"{day} balance {account.name}  {_figure(signed, account.unit)} ~ 0 {COMMODITIES[account.unit]}"


def _figure(signed: int, unit: str) -> str:
    return str(signed) if unit == UNIT_SECONDS else _dollars(signed)


def _dollars(micros: int) -> str:
    sign = "-" if micros < 0 else ""
    whole, rest = divmod(abs(micros), MICROS_PER_DOLLAR)
    return f"{sign}{whole}.{rest:06d}"
