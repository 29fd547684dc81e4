"""What this room does. The network is asked outside transactions; the outcome is applied under a lock, once."""

from crystalcall.payments.actions.attempts import expire_attempts, give_up_payment, start_attempt
from crystalcall.payments.actions.examination import examine_transaction
from crystalcall.payments.actions.notifications import examine_notification, receive_notification
from crystalcall.payments.actions.reconciliation import reconcile
from crystalcall.payments.actions.voids import void_surplus
from crystalcall.payments.decisions import (
    Accepted,
    Captured,
    Declined,
    Disputed,
    Duplicate,
    Examination,
    HandOff,
    Held,
    Ignored,
    IgnoredReason,
    MismatchReason,
    OrderReference,
    PaymentUnavailable,
    Refused,
    RefusedReason,
    Surplus,
    UnavailableReason,
    Unreachable,
)

__all__ = [
    "Accepted",
    "Captured",
    "Declined",
    "Disputed",
    "Duplicate",
    "Examination",
    "HandOff",
    "Held",
    "Ignored",
    "IgnoredReason",
    "MismatchReason",
    "OrderReference",
    "PaymentUnavailable",
    "Refused",
    "RefusedReason",
    "Surplus",
    "UnavailableReason",
    "Unreachable",
    "examine_notification",
    "examine_transaction",
    "expire_attempts",
    "give_up_payment",
    "receive_notification",
    "reconcile",
    "start_attempt",
    "void_surplus",
]
