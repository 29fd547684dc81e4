"""What the books answer: frozen values, amounts in micros, each refusal with its reason."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from crystalcall.rules.ledger import Finding, ReservationState

__all__ = [
    "AlreadySettled",
    "Balance",
    "Finding",
    "Insufficient",
    "LedgerContradictionError",
    "NotDue",
    "Posted",
    "Posting",
    "ReservationInfo",
    "Reserved",
    "Returned",
    "Transferred",
    "TrialLine",
    "UnknownAccountError",
    "UnknownReservationError",
]


class LedgerContradictionError(Exception):
    """One key was used for two different things, or a rule of the books was asked to bend: a mistake in the program."""


class UnknownAccountError(LookupError):
    """No ledger account has this id: a mistake in the program."""


class UnknownReservationError(LookupError):
    """No reservation has this id: a mistake in the program."""


@dataclass(frozen=True, slots=True)
class Posting:
    """A transfer to be made: `amount_micros` is added to the debits of the one account and the credits of the other.

    `code` says why ("order.sale"), in a lower-case word. `idempotency_key` names the fact behind it: the same
    key is posted once, however often it is asked for.
    """

    debit_account_id: UUID
    credit_account_id: UUID
    amount_micros: int
    code: str
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class Transferred:
    """The transfer stands in the books, from now or from before."""

    transfer_id: int
    amount_micros: int


@dataclass(frozen=True, slots=True)
class Insufficient:
    """The account has less to spare than was asked for; `available_micros` is what is neither spent nor held."""

    available_micros: int


@dataclass(frozen=True, slots=True)
class Reserved:
    """So much of the account is held for this reservation and for nothing else."""

    reservation_id: UUID
    amount_micros: int


@dataclass(frozen=True, slots=True)
class Posted:
    """So much of the hold was paid and the rest returned; `transfer_id` is None where nothing was to be paid.

    The balances are posted ones (holds not taken off) of the paying account, just before and just after.
    """

    transfer_id: int | None
    amount_micros: int
    balance_before_micros: int
    balance_after_micros: int


@dataclass(frozen=True, slots=True)
class Returned:
    """The whole hold went back to the account: the reservation was voided or has expired."""

    reservation_id: UUID
    state: ReservationState
    amount_micros: int


@dataclass(frozen=True, slots=True)
class AlreadySettled:
    """The reservation was settled before, in another way.

    `posted_micros` is what it paid (0 where voided or expired).
    """

    state: ReservationState
    posted_micros: int


@dataclass(frozen=True, slots=True)
class NotDue:
    """The reservation has not expired yet."""

    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Balance:
    """An account's money on its normal side: posted, held by open reservations, and what is left to spend."""

    posted_micros: int
    held_micros: int
    available_micros: int


@dataclass(frozen=True, slots=True)
class ReservationInfo:
    """A reservation as it stands; `posted_micros` and `settled_at` are None while it is open."""

    reservation_id: UUID
    account_id: UUID
    state: ReservationState
    amount_micros: int
    posted_micros: int | None
    opened_at: datetime
    expires_at: datetime | None
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class TrialLine:
    """All accounts of one kind together, counted from the transfers; over all kinds, debits equal credits."""

    kind: str
    accounts: int
    debits_micros: int
    credits_micros: int
    held_micros: int
