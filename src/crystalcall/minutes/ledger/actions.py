"""What can be done to the books: each action joins the caller's transaction and is done once for each key."""

from crystalcall.minutes.ledger.audit_runs import run_audit
from crystalcall.minutes.ledger.expiring import announce_expiring, expire_due, expire_overdue_reservations
from crystalcall.minutes.ledger.giving import (
    adjust,
    book_carrier_cost,
    grant_allowance,
    move_credit,
    refund_unused,
    top_up,
)
from crystalcall.minutes.ledger.reserving import (
    expire_reservation,
    post_reservation,
    replace_reservation,
    reserve,
    void_reservation,
)
from crystalcall.minutes.ledger.store_accounts import system_account
from crystalcall.minutes.ledger.transferring import open_account, transfer
from crystalcall.minutes.ledger.values import (
    AlreadySettled,
    AuditOutcome,
    Expired,
    Insufficient,
    LedgerContradictionError,
    NotDue,
    Posted,
    Posting,
    Reserved,
    Returned,
    Transferred,
    UnknownAccountError,
    UnknownReservationError,
)

__all__ = [
    "AlreadySettled",
    "AuditOutcome",
    "Expired",
    "Insufficient",
    "LedgerContradictionError",
    "NotDue",
    "Posted",
    "Posting",
    "Reserved",
    "Returned",
    "Transferred",
    "UnknownAccountError",
    "UnknownReservationError",
    "adjust",
    "announce_expiring",
    "book_carrier_cost",
    "expire_due",
    "expire_overdue_reservations",
    "expire_reservation",
    "grant_allowance",
    "move_credit",
    "open_account",
    "post_reservation",
    "refund_unused",
    "replace_reservation",
    "reserve",
    "run_audit",
    "system_account",
    "top_up",
    "transfer",
    "void_reservation",
]
