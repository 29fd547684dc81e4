"""What the books say, as frozen values."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import F, Q, Sum

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
    rows = LedgerAccount.objects.filter(pk__in=account_ids, kind=AccountKind.CUSTOMER_CREDIT.value)
    totals = rows.values_list("pk", F("credits_posted") - F("debits_posted"), "held")
    return {pk: Balance(posted, held, posted - held) for pk, posted, held in totals}


def _summed_totals(account_id: UUID) -> tuple[int, int]:
    mine = Transfer.objects.filter(Q(debit_account=account_id) | Q(credit_account=account_id))
    totals = mine.aggregate(
        debits=Sum("amount", filter=Q(debit_account=account_id), default=0),
        credited=Sum("amount", filter=Q(credit_account=account_id), default=0),
    )
    return totals["debits"], totals["credited"]


def allowances(holder_id: UUID, *, now: datetime) -> tuple[AllowanceInfo, ...]:
    """The holder's minutes of which something is left or held and that have not expired, the first to expire first."""
    beside = LedgerAccount.objects.filter(holder=holder_id, kind=ALLOWANCE, credits_posted__gt=F("debits_posted"))
    fresh = beside.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now))
    return tuple(
        AllowanceInfo(
            account_id=row.pk,
            holder_id=holder_id,
            coverage=row.coverage,
            posted_seconds=row.credits_posted - row.debits_posted,
            held_seconds=row.held,
            available_seconds=row.credits_posted - row.debits_posted - row.held,
            expires_at=row.expires_at,
        )
        for row in fresh.order_by(F("expires_at").asc(nulls_last=True), "pk")
    )


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
