"""The room's own cast: an order of Anna's, leave from the gate, and a gateway that answers from a dictionary.

What needs models is imported inside the fixtures: pytest reads this file before Django starts.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from crystalcall.payments.values import (
    GatewayUnknown,
    HostedPage,
    HostedPageRequest,
    ListedTransaction,
    MerchantDetails,
    Standing,
    TransactionDetails,
    TransactionList,
    TransactionNotFound,
    UnknownCause,
    Verdict,
    Voided,
    VoidRefused,
)

FORM_URL = "https://gateway.test/payment/payment"


@dataclass
class ScriptedGateway:
    """Answers what the test put in; refuses to be asked inside a transaction, where a lock would wait for it."""

    transactions: dict[str, TransactionDetails] = field(default_factory=dict)
    requests: list[HostedPageRequest] = field(default_factory=list)
    voids: list[str] = field(default_factory=list)
    looks: list[str] = field(default_factory=list)
    lists: int = 0
    page: object | None = None
    outage: GatewayUnknown | None = None
    void_answer: object | None = None

    def open_hosted_page(self, leave: Any, request: HostedPageRequest, /) -> object:
        _assert_no_lock()
        assert leave.covers("authorize-net", "email", "amount", "order_number", "page_address")
        self.requests.append(request)
        return self.page or self.outage or HostedPage(f"token-{len(self.requests)}", FORM_URL)

    def transaction_details(self, trans_id: str, /) -> object:
        _assert_no_lock()
        self.looks.append(trans_id)
        return self.outage or self.transactions.get(trans_id) or TransactionNotFound(trans_id)

    def unsettled_transactions(self, since: datetime | None = None, /) -> object:
        _assert_no_lock()
        self.lists += 1
        lines = [
            ListedTransaction(entry.trans_id, entry.order_number, entry.submitted_at)
            for entry in self.transactions.values()
            if entry.standing is not Standing.SETTLED and (since is None or entry.submitted_at >= since)
        ]
        return self.outage or TransactionList(tuple(reversed(lines)))

    def merchant_details(self) -> object:
        return self.outage or MerchantDetails("Crystal Call", ("USD",), is_test_mode=False)

    def void(self, trans_id: str, ref_id: str, /) -> object:
        _assert_no_lock()
        assert len(ref_id) <= 20
        self.voids.append(trans_id)
        if self.void_answer is not None:
            return self.void_answer
        entry = self.transactions[trans_id]
        if entry.standing is Standing.SETTLED:
            return VoidRefused(trans_id, "16 settled")
        self.transactions[trans_id] = replace(entry, standing=Standing.VOIDED)
        return Voided(trans_id)

    def break_down(self) -> None:
        self.outage = GatewayUnknown(UnknownCause.TIMEOUT)

    def heal(self) -> None:
        self.outage = None
        self.void_answer = None


def _assert_no_lock() -> None:
    assert all(block._from_testcase for block in connection.atomic_blocks), "asked inside a transaction"


@pytest.fixture
def gateway() -> ScriptedGateway:
    return ScriptedGateway()


@pytest.fixture
def ask_leave(db) -> Callable[[], Any]:
    """Asks the gate once more, as each visit to the form does: a permit is used up by its use."""
    from crystalcall.privacy.gate import Permit, permit
    from crystalcall.privacy.purposes import Purpose

    fields = ("email", "amount", "order_number", "page_address")

    def ask() -> Any:
        given = permit("authorize-net", Purpose.ORDER_FULFILLMENT, fields, "ANNA-1")
        assert isinstance(given, Permit)
        return given

    return ask


@pytest.fixture
def leave(ask_leave) -> Any:
    return ask_leave()


@pytest.fixture
def order(anna) -> Any:
    from crystalcall.payments.decisions import OrderReference

    return OrderReference(
        order_number="ANNA-1",
        amount_micros=10_000_000,
        email=anna.email,
        language="en",
        return_path="/orders/abc/returned/",
        description="Crystal Call order ANNA-1",
    )


@pytest.fixture
def attempt(leave, order, gateway, now) -> Any:
    """Anna's browser is on its way to the form."""
    from crystalcall.payments.actions import HandOff, start_attempt

    answer = start_attempt(leave, order, now=now, gateway=gateway)
    assert isinstance(answer, HandOff)
    return answer


@pytest.fixture
def paid_at_gateway(gateway, now) -> Callable[..., TransactionDetails]:
    """Writes a transaction into the gateway: approved and captured a minute after `now`, unless told otherwise."""

    def write(trans_id: str = "60001", **changes: object) -> TransactionDetails:
        last = gateway.requests[-1] if gateway.requests else None
        entry = TransactionDetails(
            trans_id=trans_id,
            verdict=Verdict.APPROVED,
            standing=Standing.CAPTURED,
            amount=Decimal("10.00"),
            submitted_at=now + timedelta(minutes=1),
            order_number="ANNA-1",
            ref_id=last.ref_id if last else None,
            decline_reason=None,
        )
        gateway.transactions[trans_id] = replace(entry, **changes)
        return gateway.transactions[trans_id]

    return write


@pytest.fixture
def told(db) -> Callable[[str], int]:
    """How often a fact was announced."""
    from crystalcall.plumbing.models import Announcement

    def count(name: str) -> int:
        return Announcement.objects.filter(name=name).count()

    return count
