"""What a card gateway can be asked and can answer, as frozen values in the shop's own words: pure.

A gateway's own words (codes, status names) stay in its folder. Every call answers with a value: an outage, a refusal
and an answer nobody can read are expected outcomes, never exceptions.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class Verdict(StrEnum):
    """What the gateway says of a card transaction as a whole."""

    APPROVED = "approved"
    DECLINED = "declined"
    FAILED = "failed"
    HELD = "held"


class Standing(StrEnum):
    """Where a transaction stands at the gateway when it is asked."""

    AUTHORIZED = "authorized"
    CAPTURED = "captured"
    SETTLED = "settled"
    HELD = "held"
    DECLINED = "declined"
    VOIDED = "voided"
    EXPIRED = "expired"
    REFUNDED = "refunded"
    CHARGED_BACK = "charged_back"
    IN_BETWEEN = "in_between"
    UNKNOWN = "unknown"


class DeclineReason(StrEnum):
    """Why a card was not charged, as far as the buyer can act on it."""

    DECLINED = "declined"
    CARD_NUMBER = "card_number"
    CARD_EXPIRED = "card_expired"
    CARD_TYPE = "card_type"
    ADDRESS = "address"
    SECURITY_CODE = "security_code"
    REPEATED = "repeated"
    AFTER_REVIEW = "after_review"
    FILTERED = "filtered"
    TRY_LATER = "try_later"
    OTHER = "other"


class UnknownCause(StrEnum):
    """Why nobody can say what the gateway did with a request."""

    NO_CONNECTION = "no_connection"
    TIMEOUT = "timeout"
    BROKEN_OFF = "broken_off"
    SERVER_ERROR = "server_error"
    BUSY = "busy"
    UNREADABLE = "unreadable"


class RefusalKind(StrEnum):
    """What the gateway objected to when it refused to process a request at all."""

    CREDENTIALS = "credentials"
    PERMISSION = "permission"
    TEST_MODE = "test_mode"
    REQUEST = "request"


@dataclass(frozen=True, slots=True)
class GatewayUnknown:
    """The request may or may not have been carried out. Look, then decide; never resend blindly."""

    cause: UnknownCause
    detail: str = ""


@dataclass(frozen=True, slots=True)
class GatewayRefused:
    """The gateway did nothing and said why; `detail` is its own code and text, for the operator."""

    kind: RefusalKind
    detail: str


@dataclass(frozen=True, slots=True)
class HostedPageRequest:
    """One visit to the gateway's own payment form.

    `amount` has two decimals; `order_number` (<= 20) is the same for every visit of an order, `ref_id` (<= 20) differs
    for each; addresses are absolute, without a query (an ampersand breaks the form, AuthorizeNet/sdk-java#162); the
    texts are in the reader's language.
    """

    order_number: str
    ref_id: str
    amount: Decimal
    description: str
    email: str
    return_url: str
    cancel_url: str
    pay_text: str
    return_text: str
    cancel_text: str


@dataclass(frozen=True, slots=True)
class HostedPage:
    """A form that waits for the buyer: POST the field `token` to `form_url`. The token is never stored."""

    token: str
    form_url: str


@dataclass(frozen=True, slots=True)
class TransactionDetails:
    """The truth about one transaction, as only the gateway can tell it.

    `amount` is what was authorized; `order_number` and `ref_id` are None where the gateway has none; `is_purchase` is
    False for refunds and the like.
    """

    trans_id: str
    verdict: Verdict
    standing: Standing
    amount: Decimal
    submitted_at: datetime
    order_number: str | None
    ref_id: str | None
    decline_reason: DeclineReason | None
    is_purchase: bool = True


@dataclass(frozen=True, slots=True)
class TransactionNotFound:
    """The gateway knows no such transaction."""

    trans_id: str


@dataclass(frozen=True, slots=True)
class ListedTransaction:
    """A line of the gateway's list of unsettled transactions: a hint whose truth is in the details."""

    trans_id: str
    order_number: str | None
    submitted_at: datetime | None


@dataclass(frozen=True, slots=True)
class TransactionList:
    """The lines asked for; `complete` is False when the list was longer than what one run reads."""

    lines: tuple[ListedTransaction, ...]
    complete: bool = True


@dataclass(frozen=True, slots=True)
class MerchantDetails:
    """Whom these credentials belong to, which currencies the account takes, and whether it only plays."""

    name: str
    currencies: tuple[str, ...]
    is_test_mode: bool


@dataclass(frozen=True, slots=True)
class Voided:
    """The transaction will not be settled."""

    trans_id: str


@dataclass(frozen=True, slots=True)
class VoidRefused:
    """The transaction stands as it stood; `detail` is the gateway's reason."""

    trans_id: str
    detail: str


PageAnswer = HostedPage | GatewayRefused | GatewayUnknown
DetailsAnswer = TransactionDetails | TransactionNotFound | GatewayRefused | GatewayUnknown
ListAnswer = TransactionList | GatewayRefused | GatewayUnknown
MerchantAnswer = MerchantDetails | GatewayRefused | GatewayUnknown
VoidAnswer = Voided | VoidRefused | GatewayRefused | GatewayUnknown
