"""The states of payments, attempts, transactions and voids: the words the database keeps."""

from enum import StrEnum


class PaymentState(StrEnum):
    """How far the paying of an order has come; CAPTURED is final in this room, refunds have rows of their own."""

    OPEN = "open"
    DECLINED = "declined"
    HELD = "held"
    CAPTURED = "captured"


class AttemptState(StrEnum):
    """STARTED: no form yet. OPEN: somebody may pay. CLOSED: watched to its end. FAILED: no form."""

    STARTED = "started"
    OPEN = "open"
    CLOSED = "closed"
    FAILED = "failed"


class TransactionRole(StrEnum):
    """What a transaction is to its order.

    CAPTURED pays it (at most one). SURPLUS is a second approved one, to be voided. HELD waits for a review. DECLINED
    moved no money. DISPUTED took money and failed a check: a person must look. WITHDRAWN was voided or lapsed at the
    gateway. UNDECIDED is approved, yet in a state from which nothing may be concluded: it is looked at again.
    """

    CAPTURED = "captured"
    SURPLUS = "surplus"
    HELD = "held"
    DECLINED = "declined"
    DISPUTED = "disputed"
    WITHDRAWN = "withdrawn"
    UNDECIDED = "undecided"


class VoidState(StrEnum):
    """NONE: nothing to void. WANTED: to be sent. SENT: outcome unknown until looked at. VOIDED, REFUSED: known."""

    NONE = "none"
    WANTED = "wanted"
    SENT = "sent"
    VOIDED = "voided"
    REFUSED = "refused"
