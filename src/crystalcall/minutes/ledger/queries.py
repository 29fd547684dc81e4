"""What the books say, as frozen values."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Q, Sum

from crystalcall.minutes.ledger.auditing import audit, last_audit, trial_balance
from crystalcall.minutes.ledger.beancount import beancount_lines
from crystalcall.minutes.ledger.keys import reservation_id, transfer_key
from crystalcall.minutes.ledger.models import ALLOWANCE, OPEN, LedgerAccount, Reservation, Transfer
from crystalcall.minutes.ledger.validity import expiries, lapses
from crystalcall.minutes.ledger.values import (
    AllowanceInfo,
    AuditOutcome,
    Balance,
    Expiry,
    Finding,
    Lapse,
    LedgerContradictionError,
    ReservationInfo,
    TrialLine,
    UnknownAccountError,
)
from crystalcall.plumbing.rowsets import Rowset
from crystalcall.rules.ledger import UNIT_USD_MICROS, AccountKind, ReservationState, has_floor, posted_balance

__all__ = [
    "AllowanceInfo",
    "AuditOutcome",
    "Balance",
    "Expiry",
    "Finding",
    "Lapse",
    "ReservationInfo",
    "TrialLine",
    "allowances",
    "audit",
    "balance",
    "balances",
    "beancount_lines",
    "expiries",
    "lapses",
    "last_audit",
    "overdue_reservations",
    "reservation",
    "reservation_id",
    "transfer_key",
    "trial_balance",
]


_MINUTES: Final = (
    *("id", "holder_id", "kind", "coverage", "credits_posted", "debits_posted", "held"),
    "expires_at",
)
# Pages of an account ask these of several cards: the ORM takes ten times as long to word the statements.
_accounts: Final = Rowset(LedgerAccount)


def balance(account_id: UUID) -> Balance:
    """The account's money on its normal side, in micros.

    One row for an account with a floor; the sum of its transfers for an account of the store's.

    Errors: UnknownAccountError; LedgerContradictionError for an account of minutes (ask `allowances`).
    """
    row = LedgerAccount.objects.filter(pk=account_id).first()
    if row is None:
        raise UnknownAccountError(f"There is no ledger account {account_id}.")
    if row.unit != UNIT_USD_MICROS:
        raise LedgerContradictionError(f"The account {account_id} counts {row.unit}, not money.")
    kind = AccountKind(row.kind)
    debits, credited = row.debits_posted, row.credits_posted
    if not has_floor(kind):
        debits, credited = _summed_totals(account_id)
    posted = posted_balance(kind, debits, credited)
    return Balance(posted, row.held, posted - row.held)


def balances(account_ids: Collection[UUID]) -> dict[UUID, Balance]:
    """The customers' money accounts among these ids, in one statement."""
    rows = _accounts.fetch(("id", "kind", "credits_posted", "debits_posted", "held"), "id", account_ids)
    return {
        account_id: Balance(credited - debits, held, credited - debits - held)
        for account_id, kind, credited, debits, held in rows
        if kind == AccountKind.CUSTOMER_CREDIT.value
    }


def _summed_totals(account_id: UUID) -> tuple[int, int]:
    mine = Transfer.objects.filter(Q(debit_account=account_id) | Q(credit_account=account_id))
    totals = mine.aggregate(
        debits=Sum("amount", filter=Q(debit_account=account_id), default=0),
        credited=Sum("amount", filter=Q(credit_account=account_id), default=0),
    )
    return totals["debits"], totals["credited"]


def allowances(holder_id: UUID, *, now: datetime) -> tuple[AllowanceInfo, ...]:
    """The holder's minutes of which something is left or held and that have not expired, the first to expire first."""
    return allowances_of((holder_id,), now=now).get(holder_id, ())


def allowances_of(holder_ids: Collection[UUID], *, now: datetime) -> dict[UUID, tuple[AllowanceInfo, ...]]:
    """The same of several holders; those who have none are not among them."""
    found: dict[UUID, tuple[AllowanceInfo, ...]] = {}
    rows = [row for row in _accounts.fetch(_MINUTES, "holder_id", holder_ids) if row[2] == ALLOWANCE]
    rows = [row for row in rows if row[4] > row[5] and (row[7] is None or row[7] > now)]
    for account_id, holder_id, _kind, coverage, given, taken, held, ends in sorted(rows, key=_first_to_end):
        left = given - taken
        info = AllowanceInfo(account_id, holder_id, coverage, left, held, left - held, ends)
        found[holder_id] = (*found.get(holder_id, ()), info)
    return found


def _first_to_end(row: tuple[Any, ...]) -> tuple[bool, Any, UUID]:
    return row[7] is None, row[7] or 0, row[0]


def reservation(reservation_id: UUID) -> ReservationInfo | None:
    """The reservation as it stands, or None."""
    row = Reservation.objects.filter(pk=reservation_id).first()
    if row is None:
        return None
    return ReservationInfo(
        reservation_id=row.pk,
        account_id=row.account_id,
        state=ReservationState(row.state),
        amount=row.amount,
        posted=row.posted,
        opened_at=row.opened_at,
        expires_at=row.expires_at,
        settled_at=row.settled_at,
    )


def overdue_reservations(*, now: datetime, limit: int = 500) -> tuple[UUID, ...]:
    """Open reservations whose end has passed, the longest overdue first, at most `limit`; never a call's."""
    due = Reservation.objects.filter(expires_at__lte=now, state=OPEN).order_by("expires_at", "pk")
    return tuple(due.values_list("pk", flat=True)[:limit])
