"""What can be done to the books: each action joins the caller's transaction and is done once for each key."""

from crystalcall.minutes.ledger.reserving import (
    expire_reservation,
    post_reservation,
    replace_reservation,
    reserve,
    void_reservation,
)
from crystalcall.minutes.ledger.transferring import open_account, system_account, transfer
from crystalcall.minutes.ledger.values import (
    AlreadySettled,
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
    "expire_reservation",
    "open_account",
    "post_reservation",
    "replace_reservation",
    "reserve",
    "system_account",
    "transfer",
    "void_reservation",
]
