"""Whatever is asked in whatever order: no refund exceeds its payment, and batches, statistics and states agree."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from crystalcall.payments.standin.api import answer
from crystalcall.payments.standin.config import StandinConfig
from crystalcall.payments.standin.courier import Courier
from crystalcall.payments.standin.desk import StandinDesk
from crystalcall.payments.standin.moving_clock import MovingClock
from crystalcall.payments.standin.state import State
from crystalcall.payments.standin.switches import Switches

LOGIN, KEY = "test-store", "test-key-0000001"
START = datetime(2026, 11, 23, 9, tzinfo=UTC)
CHARGES = ("authCaptureTransaction", "authOnlyTransaction")
ON_ONE = ("voidTransaction", "priorAuthCaptureTransaction", "refundTransaction", "approve", "decline", "wait")
# Few transactions and few amounts, so that steps meet: twice the same payment, twice the same sum.
CENTS = st.sampled_from((100, 200, 300))
ZIPS = st.sampled_from(("10001", "10001", "46282", "46299", "46298"))
ACTS = st.tuples(st.sampled_from((*ON_ONE, "refundTransaction", "refundTransaction")), CENTS, st.integers(0, 2))
BUYING = st.lists(st.tuples(st.sampled_from(CHARGES), CENTS, ZIPS), min_size=1, max_size=3)
STEPS = st.builds(
    lambda buying, early, late: [*buying, *early, ("wait", 24, 0), *late],
    BUYING,
    st.lists(ACTS, max_size=5),
    st.lists(ACTS, max_size=12),
)


class Books:
    """A stand-in without a server, and what was told of it."""

    def __init__(self) -> None:
        config = StandinConfig(
            database=":memory:",
            login_id=LOGIN,
            transaction_key=KEY,
            signature_key="A6214F61" * 16,
            clock=lambda: START,
            run_courier=False,
        )
        state = State(config.database)
        clock = MovingClock(config.clock, state)
        self.desk = StandinDesk(config, state, clock, Courier(config, state, clock))
        self.numbers: list[str] = []

    def call(self, method: str, body: dict[str, Any]) -> dict[str, Any]:
        self.desk.catch_up()
        whole = {method: {"merchantAuthentication": {"name": LOGIN, "transactionKey": KEY}} | body}
        raw, _ = answer(self.desk, "application/json", json.dumps(whole).encode())
        told: dict[str, Any] = json.loads(raw.decode("utf-8-sig"), parse_float=Decimal)
        return told

    def charge(self, kind: str, cents: int, zip_code: str) -> None:
        card = {"creditCard": {"cardNumber": "4111111111111111", "expirationDate": "2030-12"}}
        request = {
            "transactionType": kind,
            "amount": f"{cents / 100:.2f}",
            "payment": card,
            "order": {"invoiceNumber": f"I{len(self.numbers)}"},
            "billTo": {"zip": zip_code},
        }
        told = self.call("createTransactionRequest", {"transactionRequest": request})["transactionResponse"]
        assert told["responseCode"] in {"1", "2", "4"}
        self.numbers.append(told["transId"])

    def act(self, kind: str, cents: int, which: int) -> None:
        if kind == "wait":
            self.desk.clock.advance(timedelta(hours=24 if cents < 100 else cents // 20))
            return
        if not self.numbers:
            return
        trans_id = self.numbers[which % len(self.numbers)]
        if kind in {"approve", "decline"}:
            held = {"action": kind, "refTransId": trans_id}
            self.call("updateHeldTransactionRequest", {"heldTransactionRequest": held})
            return
        request: dict[str, Any] = {"transactionType": kind}
        if kind != "voidTransaction":
            request["amount"] = f"{cents / 100:.2f}"
        if kind == "refundTransaction":
            request["payment"] = {"creditCard": {"cardNumber": "1111", "expirationDate": "XXXX"}}
        told = self.call("createTransactionRequest", {"transactionRequest": request | {"refTransId": trans_id}})
        if kind == "refundTransaction" and told["transactionResponse"]["responseCode"] == "1":
            self.numbers.append(told["transactionResponse"]["transId"])

    def everything(self) -> list[dict[str, Any]]:
        return [self.call("getTransactionDetailsRequest", {"transId": one})["transaction"] for one in self.numbers]


@settings(max_examples=100, deadline=None)
@given(STEPS)
def test_after_any_sequence_the_books_of_the_gateway_agree(steps):
    books = Books()
    for kind, cents, last in steps:
        if kind in CHARGES:
            books.charge(kind, cents, last)
        else:
            books.act(kind, cents, last)
    books.desk.clock.advance(timedelta(days=2))
    told = books.everything()
    payments = {one["transId"]: one for one in told if one["transactionType"] in CHARGES}
    refunds = [one for one in told if one["transactionType"] == "refundTransaction"]
    for trans_id, payment in payments.items():
        back = sum(one["settleAmount"] for one in refunds if one["refTransId"] == trans_id)
        assert back <= payment["settleAmount"] <= payment["authAmount"]
        assert not back or payment["transactionStatus"] == "settledSuccessfully"
    # Two days on nothing is on its way any more: it is settled, dead, or waits for the merchant.
    waiting = {"authorizedPendingCapture", "FDSPendingReview", "FDSAuthorizedPendingReview"}
    ended = {"settledSuccessfully", "refundSettledSuccessfully", "declined", "voided", "expired"}
    assert {one["transactionStatus"] for one in told} <= waiting | ended
    _batches_agree(books, told)
    books.desk.state.close()


def _batches_agree(books: Books, told: list[dict[str, Any]]) -> None:
    books.desk.courier.switches = Switches(batch_range_days=0)
    span = {"firstSettlementDate": "2026-11-23T00:00:00Z", "lastSettlementDate": "2028-01-01T00:00:00Z"}
    batches = books.call("getSettledBatchListRequest", {"includeStatistics": True} | span).get("batchList", [])
    charged = sum(line["chargeAmount"] for batch in batches for line in batch["statistics"])
    refunded = sum(line["refundAmount"] for batch in batches for line in batch["statistics"])
    settled = [one for one in told if one["transactionStatus"] == "settledSuccessfully"]
    given_back = [one for one in told if one["transactionStatus"] == "refundSettledSuccessfully"]
    assert charged == sum(one["settleAmount"] for one in settled)
    assert refunded == sum(one["settleAmount"] for one in given_back)
    listed = [
        item["transId"]
        for batch in batches
        for item in books.call("getTransactionListRequest", {"batchId": batch["batchId"]})["transactions"]
    ]
    unsettled = books.call("getUnsettledTransactionListRequest", {}).get("transactions", [])
    assert sorted(listed + [item["transId"] for item in unsettled]) == sorted(one["transId"] for one in told)
