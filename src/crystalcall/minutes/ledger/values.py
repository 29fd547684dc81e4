"""What the books answer: frozen values, each refusal with its reason.

An amount without a unit in its name is in the unit of its account: micros of a dollar, or seconds.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from crystalcall.rules.ledger import Finding, ReservationState

__all__ = [
    "AllowanceInfo",
    "AlreadySettled",
    "AuditOutcome",
    "Balance",
    "BooksChangedError",
    "Expired",
    "Expiry",
    "Finding",
    "HoldGoneError",
    "Insufficient",
    "Lapse",
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


class BooksChangedError(Exception):
    """Rows of an open page changed although they were locked: the transaction must roll back and may be repeated."""


class HoldGoneError(BooksChangedError):
    """A hold does not stand as its owner wrote it down: nothing was entered; read it, and try again."""


class UnknownAccountError(LookupError):
    """No ledger account has this id: a mistake in the program."""


class UnknownReservationError(LookupError):
    """No reservation has this id: a mistake in the program."""


@dataclass(frozen=True, slots=True)
class Posting:
    """A transfer to be made: `amount` is added to the debits of the one account and the credits of the other.

    Both accounts count in one unit, and the amount is in it. `code` says why ("order.sale"), in a lower-case word.
    `idempotency_key` names the fact behind it: the same key is posted once, however often it is asked for.
    """

    debit_account_id: UUID
    credit_account_id: UUID
    amount: int
    code: str
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class Transferred:
    """The transfer stands in the books, from now or from before; `transfer_key` names it."""

    transfer_key: UUID
    amount: int


@dataclass(frozen=True, slots=True)
class Insufficient:
    """The account has less to spare than was asked for; `available` is what is neither spent nor held."""

    available: int


class Reserved(Struct, frozen=True, gc=False):
    """So much of the account is held for this reservation and for nothing else."""

    reservation_id: UUID
    amount: int


class Posted(Struct, frozen=True, gc=False):
    """So much of the hold was paid and the rest returned; `transfer_key` is None where nothing was to be paid.

    The balances are posted ones (holds not taken off) of the paying account, just before and just after.
    """

    transfer_key: UUID | None
    amount: int
    balance_before: int
    balance_after: int


class Returned(Struct, frozen=True, gc=False):
    """The whole hold went back to the account: the reservation was voided or has expired."""

    reservation_id: UUID
    state: ReservationState
    amount: int


@dataclass(frozen=True, slots=True)
class AlreadySettled:
    """The reservation was settled before, in another way.

    `posted` is what it paid (0 where voided or expired).
    """

    state: ReservationState
    posted: int


@dataclass(frozen=True, slots=True)
class NotDue:
    """The reservation has not expired yet."""

    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Balance:
    """A money account's balance on its normal side: posted, held by open reservations, and what is left to spend."""

    posted_micros: int
    held_micros: int
    available_micros: int


@dataclass(frozen=True, slots=True)
class AllowanceInfo:
    """Minutes that were bought for the destinations of `coverage`, in seconds; `expires_at` None is never."""

    account_id: UUID
    holder_id: UUID
    coverage: str
    posted_seconds: int
    held_seconds: int
    available_seconds: int
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class ReservationInfo:
    """A reservation as it stands; `posted` and `settled_at` are None while it is open.

    `expires_at` is None where the ledger's own sweep does not watch it, and once it is settled.
    """

    reservation_id: UUID
    account_id: UUID
    state: ReservationState
    amount: int
    posted: int | None
    opened_at: datetime
    expires_at: datetime | None
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class TrialLine:
    """All accounts of one kind together, counted from the transfers; in each unit, debits equal credits."""

    kind: str
    unit: str
    accounts: int
    debits: int
    credits: int
    held: int


@dataclass(frozen=True, slots=True)
class Expiry:
    """When an account's credit or minutes lapse, and by which of its two rules."""

    account_id: UUID
    due_at: datetime
    by_dormancy: bool


@dataclass(frozen=True, slots=True)
class Lapse:
    """What lapsed unused: micros of credit, or seconds of minutes for the places of `coverage`."""

    holder_id: UUID
    coverage: str
    amount: int
    at: datetime
    by_dormancy: bool


@dataclass(frozen=True, slots=True)
class Expired:
    """What one pass let lapse: how many accounts of money and of minutes, and how much of each."""

    credits: int
    credit_micros: int
    allowances: int
    allowance_seconds: int


@dataclass(frozen=True, slots=True)
class AuditOutcome:
    """A finished audit: when, over how many entries, how much was found, and the first findings."""

    began_at: datetime
    ended_at: datetime
    accounts: int
    transfers: int
    reservations: int
    findings: int
    first_findings: tuple[Finding, ...]
