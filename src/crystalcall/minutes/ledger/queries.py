"""What the books say, as frozen values."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q, Sum

from crystalcall.minutes.ledger.auditing import audit, trial_balance
from crystalcall.minutes.ledger.beancount import beancount_lines
from crystalcall.minutes.ledger.models import OPEN, LedgerAccount, Reservation, Transfer
from crystalcall.minutes.ledger.values import Balance, Finding, ReservationInfo, TrialLine, UnknownAccountError
from crystalcall.rules.ledger import (
    AccountKind,
    ReservationState,
    available_micros,
    has_floor,
    posted_balance_micros,
)

__all__ = [
    "Balance",
    "Finding",
    "ReservationInfo",
    "TrialLine",
    "audit",
    "balance",
    "beancount_lines",
    "overdue_reservations",
    "reservation",
    "trial_balance",
]


def balance(account_id: UUID) -> Balance:
    """The account's money on its normal side, in micros.

    One row for an account with a floor; the sum of its transfers for an account of the store's.

    Raises:
        UnknownAccountError: there is no such account.
    """
    row = LedgerAccount.objects.filter(pk=account_id).first()
    if row is None:
        raise UnknownAccountError(f"There is no ledger account {account_id}.")
    kind = AccountKind(row.kind)
    debits, credited = row.debits_posted_micros, row.credits_posted_micros
    if not has_floor(kind):
        debits, credited = _summed_totals(account_id)
    posted = posted_balance_micros(kind, debits, credited)
    return Balance(posted, row.held_micros, available_micros(posted, row.held_micros))


def _summed_totals(account_id: UUID) -> tuple[int, int]:
    mine = Transfer.objects.filter(Q(debit_account=account_id) | Q(credit_account=account_id))
    totals = mine.aggregate(
        debits=Sum("amount_micros", filter=Q(debit_account=account_id), default=0),
        credited=Sum("amount_micros", filter=Q(credit_account=account_id), default=0),
    )
    return totals["debits"], totals["credited"]


def reservation(reservation_id: UUID) -> ReservationInfo | None:
    """The reservation as it stands, or None."""
    row = Reservation.objects.filter(pk=reservation_id).first()
    if row is None:
        return None
    return ReservationInfo(
        reservation_id=row.pk,
        account_id=row.account_id,
        state=ReservationState(row.state),
        amount_micros=row.amount_micros,
        posted_micros=row.posted_micros,
        opened_at=row.opened_at,
        expires_at=row.expires_at,
        settled_at=row.settled_at,
    )


def overdue_reservations(*, now: datetime, limit: int = 500) -> tuple[UUID, ...]:
    """Open reservations whose end has passed, the longest overdue first, at most `limit`."""
    due = Reservation.objects.filter(state=OPEN, expires_at__lte=now).order_by("expires_at", "pk")
    return tuple(due.values_list("pk", flat=True)[:limit])
