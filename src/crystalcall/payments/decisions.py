"""What this room decides, as frozen values with a reason; an outage or a forged message is a value too."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class OrderReference:
    """What must be known of an order to have it paid.

    `order_number` has at most 20 characters and never changes for an order (it is part of the gateway's own net against
    double payment); `amount_micros` is whole cents; paths begin with a slash and have no query; `language` is "en" or
    "ru". Without `cancel_path` a buyer who cancels comes back by `return_path`.
    """

    order_number: str
    amount_micros: int
    email: str
    language: str
    return_path: str
    description: str
    cancel_path: str | None = None


@dataclass(frozen=True, slots=True)
class HandOff:
    """Send the buyer's browser to `url` with a POST of `token`, before `expires_at`. The token is a secret."""

    url: str
    token: str = field(repr=False)
    expires_at: datetime


class UnavailableReason(StrEnum):
    """Why no payment form can be offered now."""

    ALREADY_PAID = "already_paid"
    IN_REVIEW = "in_review"
    GIVEN_UP = "given_up"
    TOO_MANY_ATTEMPTS = "too_many_attempts"
    GATEWAY_REFUSED = "gateway_refused"
    GATEWAY_UNREACHABLE = "gateway_unreachable"


@dataclass(frozen=True, slots=True)
class PaymentUnavailable:
    """No form, and why: an `UnavailableReason`, or the privacy gate's own reason where that one stays shut."""

    reason: StrEnum


class RefusedReason(StrEnum):
    """Why a message of the gateway is not taken."""

    MISSING_SIGNATURE = "missing_signature"
    WRONG_SIGNATURE = "wrong_signature"
    MALFORMED = "malformed"


@dataclass(frozen=True, slots=True)
class Accepted:
    """The message is kept and will be looked into; `notification_row_id` is its row."""

    notification_row_id: int


@dataclass(frozen=True, slots=True)
class Duplicate:
    """The message was here before; nothing changed."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The message is not believed, and why; nothing changed."""

    reason: RefusedReason


class MismatchReason(StrEnum):
    """Which check a transaction failed (reference, section 1.7)."""

    NOT_A_PURCHASE = "not_a_purchase"
    OTHER_AMOUNT = "other_amount"
    OTHER_REFERENCE = "other_reference"
    TOO_EARLY = "submitted_too_early"


class IgnoredReason(StrEnum):
    """Why a transaction changes nothing."""

    NOT_FOUND = "not_found"
    OTHER_TRANSACTION = "other_transaction"
    UNKNOWN_ORDER = "unknown_order"
    USED_ELSEWHERE = "used_elsewhere"
    FAILED_A_CHECK = "failed_a_check"
    WITHDRAWN = "withdrawn"
    NOT_YET = "not_yet"


@dataclass(frozen=True, slots=True)
class Captured:
    """The order is paid by this transaction."""

    order_number: str
    trans_id: str


@dataclass(frozen=True, slots=True)
class Surplus:
    """The order was paid before, or nobody waits for it any more; this payment is being voided."""

    order_number: str
    trans_id: str


@dataclass(frozen=True, slots=True)
class Held:
    """The gateway reviews the payment; nothing is delivered until it says more."""

    order_number: str
    trans_id: str


@dataclass(frozen=True, slots=True)
class Declined:
    """No money moved; `reason` is a `DeclineReason`."""

    order_number: str
    trans_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Disputed:
    """Money may have moved and a check failed: nothing is delivered, and the operator sees it."""

    order_number: str
    trans_id: str
    reason: MismatchReason


@dataclass(frozen=True, slots=True)
class Ignored:
    """The transaction changes nothing, and why."""

    reason: IgnoredReason


@dataclass(frozen=True, slots=True)
class Unreachable:
    """The gateway could not tell; look again later. `detail` is for the operator."""

    detail: str


Examination = Captured | Surplus | Held | Declined | Disputed | Ignored | Unreachable
