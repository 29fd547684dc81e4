"""Transactions as the gateway keeps them: one row each, a card only as XXXX and four digits."""

import hashlib
import secrets
import string
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from crystalcall.payments.standin.state import State, stamp

AUTH_CAPTURE = "authCaptureTransaction"
AUTH_ONLY = "authOnlyTransaction"
CAPTURE_ONLY = "captureOnlyTransaction"
PRIOR_CAPTURE = "priorAuthCaptureTransaction"
VOID = "voidTransaction"
REFUND = "refundTransaction"

AUTHORIZED = "authorizedPendingCapture"
CAPTURED = "capturedPendingSettlement"
HELD_AUTHORIZED = "FDSAuthorizedPendingReview"
HELD_UNASKED = "FDSPendingReview"
DECLINED = "declined"
VOIDED = "voided"
EXPIRED = "expired"
SETTLED = "settledSuccessfully"
SETTLEMENT_ERROR = "settlementError"
REFUND_PENDING = "refundPendingSettlement"
REFUND_SETTLED = "refundSettledSuccessfully"
CHARGEBACK = "chargeback"
CHARGEBACK_REVERSAL = "chargebackReversal"
HELD = frozenset({HELD_AUTHORIZED, HELD_UNASKED})
VOIDABLE = frozenset({AUTHORIZED, CAPTURED, HELD_AUTHORIZED, HELD_UNASKED, REFUND_PENDING})
#: What was taken from a card and may be given back, also while the bank argues about it.
REFUNDABLE = frozenset({SETTLED, CHARGEBACK_REVERSAL})
DEAD = frozenset({DECLINED, VOIDED, EXPIRED})

APPROVED_TEXT = "This transaction has been approved."
AUTH_CODE_LENGTH = 6
NETWORK_ID_LENGTH = 23


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """One transaction.

    Attributes:
        amount_cents: authorized, in cents.
        settle_cents: to be settled, in cents; None for the whole.
        submitted_at: when it was sent, as a stamp in UTC, like every other moment here.
        ready_at: when it was captured, or sent as a refund: the next cut-off after it settles it.
        fingerprint: of everything the duplicate window compares.
        filters: the fraud filters that it triggered, as JSON of ``[name, action]``.
        parts: addresses, lines and amounts as they were asked, cleaned, as JSON.
    """

    trans_id: str
    submitted_at: str
    transaction_type: str
    status: str
    response_code: int
    reason_code: int
    reason: str
    amount_cents: int
    card_masked: str
    card_brand: str
    auth_code: str = ""
    avs: str = ""
    cvv: str = ""
    invoice_number: str = ""
    description: str = ""
    ref_id: str = ""
    ref_trans_id: str = ""
    customer_id: str = ""
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    zip_code: str = ""
    settled_at: str | None = None
    batch_id: str = ""
    ready_at: str = ""
    settle_cents: int | None = None
    fingerprint: str = ""
    filters: bytes = b"[]"
    customer_profile_id: str = ""
    payment_profile_id: str = ""
    network_trans_id: str = ""
    parts: bytes = b"{}"

    @property
    def amount(self) -> Decimal:
        """Authorized dollars with two decimals."""
        return dollars(self.amount_cents)

    @property
    def takes_cents(self) -> int:
        """What settles, in cents; nothing of a dead transaction."""
        if self.status in DEAD:
            return 0
        return self.amount_cents if self.settle_cents is None else self.settle_cents

    @property
    def triggered(self) -> list[tuple[str, str]]:
        """Names and actions of the filters that it triggered."""
        return msgspec.json.decode(self.filters, type=list[tuple[str, str]])

    @property
    def asked(self) -> dict[str, Any]:
        """Addresses, lines and amounts as they were asked."""
        return msgspec.json.decode(self.parts, type=dict[str, Any])


_COLUMNS = tuple(field.name for field in fields(Transaction))


def dollars(cents: int) -> Decimal:
    """Cents as dollars that print two decimals."""
    return Decimal(cents).scaleb(-2).quantize(Decimal("0.01"))


def new_trans_id() -> str:
    """A number of twelve digits that tells nothing about the one before, as the gateway's since 2016."""
    return str(secrets.randbelow(9 * 10**9) + 120_000_000_000)


def new_auth_code() -> str:
    """Six characters, as a bank gives them."""
    alphabet = string.ascii_uppercase + string.digits
    return "".join(secrets.choice(alphabet) for _ in range(AUTH_CODE_LENGTH))


def new_network_id() -> str:
    """The card network's own number, which later charges to the same card refer to."""
    alphabet = string.ascii_uppercase + string.digits
    return "".join(secrets.choice(alphabet) for _ in range(NETWORK_ID_LENGTH))


def fingerprint_of(*compared: object) -> str:
    """One text for everything that the duplicate window compares."""
    return hashlib.sha256(msgspec.json.encode(compared)).hexdigest()


def add(state: State, transaction: Transaction) -> Transaction:
    """Write a new transaction; the same trans_id twice is an error of ours and raises."""
    row = asdict(transaction)
    marks = ", ".join("?" for _ in _COLUMNS)
    state.run(
        # Only column names of the class stand in the text; every value is bound.
        f"INSERT INTO gateway_transaction ({', '.join(_COLUMNS)}) VALUES ({marks})",  # noqa: S608
        *(row[column] for column in _COLUMNS),
    )
    return transaction


def save(state: State, before: Transaction, **changes: Any) -> Transaction:
    """Write changes over a transaction; the transaction as it is now."""
    after = replace(before, **changes)
    assignments = ", ".join(f"{name} = ?" for name in changes)
    state.run(
        # Only names of the class's own fields reach the text: ``replace`` refuses any other.
        f"UPDATE gateway_transaction SET {assignments} WHERE trans_id = ?",  # noqa: S608
        *changes.values(),
        before.trans_id,
    )
    return after


def find(state: State, trans_id: str) -> Transaction | None:
    """The transaction of that number, or None."""
    row = state.row("SELECT * FROM gateway_transaction WHERE trans_id = ?", trans_id)
    return Transaction(**row) if row else None


def _several(state: State, condition: str, *values: object) -> list[Transaction]:
    rows = state.rows(
        # The conditions are written below, in this file; every value is bound.
        f"SELECT * FROM gateway_transaction WHERE {condition} ORDER BY submitted_at, trans_id",  # noqa: S608
        *values,
    )
    return [Transaction(**row) for row in rows]


def recent(state: State, limit: int) -> list[Transaction]:
    """The newest transactions, newest first."""
    rows = state.rows("SELECT * FROM gateway_transaction ORDER BY submitted_at DESC, trans_id DESC LIMIT ?", limit)
    return [Transaction(**row) for row in rows]


def unsettled(state: State, *, pending_approval: bool) -> list[Transaction]:
    """Transactions in no batch yet, oldest first: also declined and voided ones, which the reader must sift."""
    return _several(state, "batch_id = '' AND (? = 0 OR status LIKE 'FDS%')", int(pending_approval))


def of_batch(state: State, batch_id: str) -> list[Transaction]:
    """The transactions of a batch, oldest first."""
    return _several(state, "batch_id = ?", batch_id)


def of_customer(state: State, profile_id: str, payment_profile_id: str) -> list[Transaction]:
    """The transactions of a customer profile, perhaps of one of its cards, oldest first."""
    condition = "customer_profile_id = ? AND (? = '' OR payment_profile_id = ?)"
    return _several(state, condition, profile_id, payment_profile_id, payment_profile_id)


def waiting(state: State, status: str) -> list[Transaction]:
    """The transactions in a state, oldest first."""
    return _several(state, "status = ? AND batch_id = ''", status)


def refunded_cents(state: State, trans_id: str) -> int:
    """What was given back of a transaction so far, in cents; voided refunds do not count."""
    row = state.row(
        "SELECT coalesce(sum(amount_cents), 0) AS total FROM gateway_transaction "
        "WHERE ref_trans_id = ? AND transaction_type = ? AND response_code = 1 AND status <> ?",
        trans_id,
        REFUND,
        VOIDED,
    )
    return int(row["total"]) if row else 0


def count_since(state: State, moment: datetime) -> int:
    """How many charges were tried since a moment."""
    row = state.row(
        "SELECT count(*) AS tried FROM gateway_transaction WHERE submitted_at > ? AND transaction_type <> ?",
        stamp(moment),
        REFUND,
    )
    return int(row["tried"]) if row else 0


def find_duplicate(state: State, fingerprint: str, now: datetime, window_seconds: int) -> Transaction | None:
    """An accepted transaction within the window that differs in nothing the gateway compares."""
    if window_seconds <= 0:
        return None
    row = state.row(
        "SELECT * FROM gateway_transaction WHERE submitted_at > ? AND response_code IN (1, 4) AND status <> ? "
        "AND fingerprint = ? ORDER BY submitted_at LIMIT 1",
        stamp(now - timedelta(seconds=window_seconds)),
        VOIDED,
        fingerprint,
    )
    return Transaction(**row) if row else None
