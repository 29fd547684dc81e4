"""The one interface between the shop and a card gateway; its values live in `payments.values`, offered here too."""

from datetime import datetime
from typing import Protocol

from crystalcall.payments.values import (
    DeclineReason,
    DetailsAnswer,
    GatewayRefused,
    GatewayUnknown,
    HostedPage,
    HostedPageRequest,
    ListAnswer,
    ListedTransaction,
    MerchantAnswer,
    MerchantDetails,
    PageAnswer,
    RefusalKind,
    Standing,
    TransactionDetails,
    TransactionList,
    TransactionNotFound,
    UnknownCause,
    Verdict,
    VoidAnswer,
    Voided,
    VoidRefused,
)
from crystalcall.privacy.gate import Permit

__all__ = [
    "DeclineReason",
    "DetailsAnswer",
    "Gateway",
    "GatewayRefused",
    "GatewayUnknown",
    "HostedPage",
    "HostedPageRequest",
    "ListAnswer",
    "ListedTransaction",
    "MerchantAnswer",
    "MerchantDetails",
    "PageAnswer",
    "RefusalKind",
    "Standing",
    "TransactionDetails",
    "TransactionList",
    "TransactionNotFound",
    "UnknownCause",
    "Verdict",
    "VoidAnswer",
    "VoidRefused",
    "Voided",
]


class Gateway(Protocol):
    """A card gateway with its own payment form.

    Only the form's request carries anything about a person, so only it takes a permit; the rest names transactions by
    the gateway's own numbers.
    """

    def open_hosted_page(self, permit: Permit, request: HostedPageRequest, /) -> PageAnswer:
        """Ask for a payment form; never retried, since a fresh visit asks again."""
        ...

    def transaction_details(self, trans_id: str, /) -> DetailsAnswer:
        """What became of a transaction; a read, retried within bounds while the gateway is busy."""
        ...

    def unsettled_transactions(self, since: datetime | None = None, /) -> ListAnswer:
        """Unsettled transactions, newest first, down to `since`; a read."""
        ...

    def merchant_details(self) -> MerchantAnswer:
        """Whose account this is; a read, and the start-up check."""
        ...

    def void(self, trans_id: str, ref_id: str, /) -> VoidAnswer:
        """Cancel an unsettled transaction as a whole; moves money, so never retried."""
        ...
