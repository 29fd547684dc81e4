"""Transactions as the gateway keeps them: one row each, a card only as XXXX and four digits."""

import secrets
import string
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timedelta
from decimal import Decimal

from crystalcall.payments.standin.state import State, stamp

AUTH_CAPTURE = "authCaptureTransaction"
AUTH_ONLY = "authOnlyTransaction"
REFUND = "refundTransaction"

AUTHORIZED = "authorizedPendingCapture"
CAPTURED = "capturedPendingSettlement"
HELD_AUTHORIZED = "FDSAuthorizedPendingReview"
DECLINED = "declined"
VOIDED = "voided"
SETTLED = "settledSuccessfully"
REFUND_PENDING = "refundPendingSettlement"
REFUND_SETTLED = "refundSettledSuccessfully"
VOIDABLE = frozenset({AUTHORIZED, CAPTURED, HELD_AUTHORIZED, REFUND_PENDING})

AUTH_CODE_LENGTH = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """One transaction. ``amount_cents`` in cents; moments as stamps in UTC."""

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

    @property
    def amount(self) -> Decimal:
        """Dollars with two decimals."""
        return dollars(self.amount_cents)


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


def find(state: State, trans_id: str) -> Transaction | None:
    """The transaction of that number, or None."""
    row = state.row("SELECT * FROM gateway_transaction WHERE trans_id = ?", trans_id)
    return Transaction(**row) if row else None


def recent(state: State, limit: int) -> list[Transaction]:
    """The newest transactions, newest first."""
    rows = state.rows("SELECT * FROM gateway_transaction ORDER BY submitted_at DESC, trans_id DESC LIMIT ?", limit)
    return [Transaction(**row) for row in rows]


def unsettled(state: State, *, pending_approval: bool) -> list[Transaction]:
    """Transactions in no batch yet, oldest first: also declined and voided ones, which the reader must sift."""
    rows = state.rows(
        "SELECT * FROM gateway_transaction WHERE settled_at IS NULL AND (? = 0 OR status LIKE 'FDS%') "
        "ORDER BY submitted_at, trans_id",
        int(pending_approval),
    )
    return [Transaction(**row) for row in rows]


def change_status(state: State, transaction: Transaction, status: str) -> Transaction:
    """The same transaction in its new state."""
    state.run("UPDATE gateway_transaction SET status = ? WHERE trans_id = ?", status, transaction.trans_id)
    return replace(transaction, status=status)


def review(state: State, transaction: Transaction, changed: Transaction) -> Transaction:
    """Write the outcome of a review over a held transaction."""
    state.run(
        "UPDATE gateway_transaction SET status = ?, response_code = ?, reason_code = ?, reason = ? WHERE trans_id = ?",
        changed.status,
        changed.response_code,
        changed.reason_code,
        changed.reason,
        transaction.trans_id,
    )
    return changed


def refunded_cents(state: State, trans_id: str) -> int:
    """What was given back of a transaction so far, in cents; voided refunds do not count."""
    row = state.row(
        "SELECT coalesce(sum(amount_cents), 0) AS total FROM gateway_transaction "
        "WHERE ref_trans_id = ? AND transaction_type = ? AND status <> ?",
        trans_id,
        REFUND,
        VOIDED,
    )
    return int(row["total"]) if row else 0


def find_duplicate(state: State, like: Transaction, now: datetime, window_seconds: int) -> Transaction | None:
    """An accepted transaction within the window that differs in nothing a buyer could mean to differ."""
    row = state.row(
        "SELECT * FROM gateway_transaction WHERE submitted_at > ? AND response_code IN (1, 4) AND status <> ? "
        "AND transaction_type = ? AND amount_cents = ? AND card_masked = ? AND card_brand = ? "
        "AND invoice_number = ? AND customer_id = ? AND first_name = ? AND last_name = ? AND zip_code = ?",
        stamp(now - timedelta(seconds=window_seconds)),
        VOIDED,
        like.transaction_type,
        like.amount_cents,
        like.card_masked,
        like.card_brand,
        like.invoice_number,
        like.customer_id,
        like.first_name,
        like.last_name,
        like.zip_code,
    )
    return Transaction(**row) if row else None


def settle(state: State, now: datetime) -> int:
    """Close the batch: every captured transaction and every pending refund is settled. The number of them."""
    batch_id = str(secrets.randbelow(9 * 10**6) + 10**6)
    settled = 0
    for pending, done in ((CAPTURED, SETTLED), (REFUND_PENDING, REFUND_SETTLED)):
        settled += state.run(
            "UPDATE gateway_transaction SET status = ?, settled_at = ?, batch_id = ? WHERE status = ?",
            done,
            stamp(now),
            batch_id,
            pending,
        )
    return settled
