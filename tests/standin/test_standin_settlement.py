"""A day at the gateway: the cut-off, batches and their statistics, refunds after it, chargebacks, what lapses."""

from datetime import UTC, datetime

import pytest

from crystalcall.payments.standin.settlement import next_cutoff

ALL = {"limit": 1000, "offset": 1}


def _batches(gateway, **body):
    return gateway.call("getSettledBatchListRequest", body)


def test_at_the_cut_off_what_was_captured_is_settled_with_the_moment_of_the_cut_off(gateway):
    trans_id = gateway.charged()
    gateway.clock.moment = datetime(2026, 11, 23, 23, 59, 59, tzinfo=UTC)
    assert gateway.status(trans_id) == "capturedPendingSettlement"
    gateway.clock.moment = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
    shown = gateway.details(trans_id)["transaction"]
    assert shown["transactionStatus"] == "settledSuccessfully"
    assert shown["batch"]["settlementTimeUTC"] == "2026-11-24T00:00:00Z"
    assert shown["batch"]["settlementTimeLocal"] == "2026-11-23T16:00:00"
    assert shown["batch"]["settlementState"] == "settledSuccessfully"
    assert gateway.unsettled() == []


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ("2026-11-23T23:59:59+00:00", "2026-11-24T00:00:00+00:00"),
        ("2026-11-24T00:00:00+00:00", "2026-11-25T00:00:00+00:00"),
        ("2026-07-01T12:00:00+00:00", "2026-07-01T23:00:00+00:00"),
        # The nights in which the account's own clock changes.
        ("2026-03-07T23:00:00+00:00", "2026-03-08T00:00:00+00:00"),
        ("2026-03-08T00:00:00+00:00", "2026-03-08T23:00:00+00:00"),
        ("2026-10-31T23:00:00+00:00", "2026-11-02T00:00:00+00:00"),
    ],
)
def test_the_cut_off_follows_the_accounts_own_clock_through_the_year(after, expected):
    found = next_cutoff(datetime.fromisoformat(after), "16:00")
    assert found.astimezone(UTC) == datetime.fromisoformat(expected)


def test_a_week_nobody_looked_closes_each_days_batch_by_itself(gateway):
    first = gateway.charged()
    gateway.clock.advance(days=1)
    second = gateway.charged(amount="20.00")
    gateway.clock.advance(days=5)
    answer = _batches(
        gateway, firstSettlementDate="2026-11-23T00:00:00Z", lastSettlementDate="2026-11-30T00:00:00.0000000Z"
    )
    times = [batch["settlementTimeUTC"] for batch in answer["batchList"]]
    assert times == ["2026-11-24T00:00:00Z", "2026-11-25T00:00:00Z"]
    for batch, trans_id in zip(answer["batchList"], (first, second), strict=True):
        listed = gateway.call("getTransactionListRequest", {"batchId": batch["batchId"]})
        assert [item["transId"] for item in listed["transactions"]] == [trans_id]


def test_another_cut_off_and_settlement_by_hand_are_switches(gateway):
    gateway.switch(cutoff="15:00")
    early = gateway.charged()
    gateway.clock.moment = datetime(2026, 11, 23, 23, 0, tzinfo=UTC)
    assert gateway.status(early) == "settledSuccessfully"
    gateway.switch(settles_by_itself=False)
    late = gateway.charged()
    gateway.clock.advance(days=3)
    assert gateway.status(late) == "capturedPendingSettlement"
    assert gateway.settle() == 1
    assert gateway.status(late) == "settledSuccessfully"


def test_the_statistics_count_every_kind_by_brand_and_agree_with_the_list(gateway):
    gateway.charged()
    gateway.charged(amount="5.50", number="4012888818888")
    gateway.charged(amount="7.00", number="5424000000000015")
    gateway.on("voidTransaction", gateway.charged(amount="3.00"))
    gateway.charge(amount="4.00", billTo={"zip": "46282"})
    gateway.clock.advance(days=1)
    batch = _batches(gateway, includeStatistics=True)["batchList"][0]
    visa, master = sorted(batch["statistics"], key=lambda line: line["accountType"], reverse=True)
    assert (visa["accountType"], visa["chargeAmount"], visa["chargeCount"]) == ("Visa", 15.5, 2)
    assert (visa["voidCount"], visa["declineCount"], visa["errorCount"], visa["refundCount"]) == (1, 1, 0, 0)
    assert (master["accountType"], master["chargeAmount"]) == ("MasterCard", 7.0)
    one = gateway.call("getBatchStatisticsRequest", {"batchId": batch["batchId"]})
    assert one["batch"] == batch
    listed = gateway.call("getTransactionListRequest", {"batchId": batch["batchId"], "paging": ALL})
    settled = [item for item in listed["transactions"] if item["transactionStatus"] == "settledSuccessfully"]
    assert sum(item["settleAmount"] for item in settled) == 22.5
    assert listed["totalNumInResultSet"] == 5
    assert "statistics" not in _batches(gateway)["batchList"][0]


def test_the_list_of_batches_has_a_span_and_says_when_it_is_empty(gateway):
    assert gateway.code(_batches(gateway)) == "I00004"
    far = {"firstSettlementDate": "2026-10-01T00:00:00Z", "lastSettlementDate": "2026-11-23T00:00:00Z"}
    assert gateway.code(_batches(gateway, **far)) == "E00013"
    gateway.switch(batch_range_days=0)
    assert gateway.code(_batches(gateway, **far)) == "I00004"
    gateway.switch()
    assert gateway.code(_batches(gateway, firstSettlementDate="2026-11-23T00:00:00Z")) == "E00013"
    turned = {"firstSettlementDate": "2026-11-23T00:00:00Z", "lastSettlementDate": "2026-11-22T00:00:00Z"}
    assert gateway.code(_batches(gateway, **turned)) == "E00013"
    nowhere = {"firstSettlementDate": "2026-02-30T00:00:00Z", "lastSettlementDate": "2026-03-01T00:00:00Z"}
    assert gateway.code(_batches(gateway, **nowhere)) == "E00013"
    assert gateway.code(gateway.call("getBatchStatisticsRequest", {"batchId": "1"})) == "E00040"
    assert gateway.code(gateway.call("getTransactionListRequest", {"batchId": "1"})) == "E00040"


def test_a_batch_is_paged_and_sorted(gateway):
    bought = []
    for number in range(5):
        bought.append(gateway.charged(order={"invoiceNumber": f"I{number}"}))
        gateway.clock.advance(seconds=1)
    gateway.settle()
    batch_id = _batches(gateway)["batchList"][0]["batchId"]

    def page(number, **sorting):
        body = {"batchId": batch_id}
        body |= {"sorting": sorting} if sorting else {}
        answer = gateway.call("getTransactionListRequest", body | {"paging": {"limit": 2, "offset": number}})
        return [item["transId"] for item in answer.get("transactions", [])]

    newest = {"orderBy": "submitTimeUTC", "orderDescending": True}
    assert [page(number, **newest) for number in (1, 2, 3, 4)] == [bought[:2:-1], bought[2:0:-1], bought[:1], []]
    assert page(1, orderBy="id", orderDescending=False) == sorted(bought, key=int)[:2]


def test_a_refund_settles_in_the_batch_after_and_goes_below_nothing(gateway):
    paid = gateway.charged(amount="12.50")
    assert gateway.error(gateway.refund(paid, "1.00")) == "54"
    gateway.clock.advance(days=1)
    assert gateway.error(gateway.refund(paid, "12.51")) == "55"
    first = gateway.refund(paid, "10.00")["transactionResponse"]
    assert gateway.error(gateway.refund(paid, "2.51")) == "55"
    gateway.on("voidTransaction", first["transId"])
    second = gateway.refund(paid, "12.50")["transactionResponse"]["transId"]
    assert gateway.status(second) == "refundPendingSettlement"
    gateway.clock.advance(days=1)
    assert gateway.status(second) == "refundSettledSuccessfully"
    line = _batches(gateway, includeStatistics=True)["batchList"][0]["statistics"][0]
    assert (line["refundAmount"], line["refundCount"], line["chargeCount"], line["voidCount"]) == (12.5, 1, 0, 1)
    assert gateway.error(gateway.on("voidTransaction", second)) == "16"


def test_only_what_was_captured_may_be_refunded(gateway):
    part = gateway.charged(transactionType="authOnlyTransaction")
    gateway.on("priorAuthCaptureTransaction", part, "4.00")
    gateway.clock.advance(days=1)
    assert gateway.error(gateway.refund(part, "4.01")) == "55"
    assert gateway.refund(part, "4.00")["transactionResponse"]["responseCode"] == "1"


@pytest.mark.parametrize(("code", "days"), [("54", 180), ("50", 120)])
def test_the_early_refunds_code_and_the_last_day_are_switches(gateway, code, days):
    gateway.switch(unsettled_refund_code=code, refund_days=days)
    paid = gateway.charged()
    assert gateway.error(gateway.refund(paid, "1.00")) == code
    gateway.settle()
    gateway.clock.advance(days=days)
    assert gateway.refund(paid, "1.00")["transactionResponse"]["responseCode"] == "1"
    gateway.clock.advance(seconds=1)
    assert gateway.error(gateway.refund(paid, "1.01")) == "54"


@pytest.mark.parametrize(("held", "code"), [(False, "1"), (True, "3")])
def test_whether_the_duplicate_window_holds_refunds_is_a_switch(gateway, held, code):
    gateway.switch(refund_duplicates=held)
    paid = gateway.charged()
    gateway.settle()
    gateway.refund(paid, "1.00")
    assert gateway.refund(paid, "1.00")["transactionResponse"]["responseCode"] == code


def test_a_refund_needs_its_first_transaction_and_the_same_card(gateway):
    paid = gateway.charged()
    gateway.settle()
    card = {"creditCard": {"cardNumber": "1111", "expirationDate": "XXXX"}}
    unlinked = {"transactionType": "refundTransaction", "amount": "1.00", "payment": card}
    assert gateway.error(gateway.transact(unlinked)) == "15"
    no_card = {"transactionType": "refundTransaction", "amount": "1.00", "refTransId": paid}
    assert gateway.error(gateway.transact(no_card)) == "54"
    whole = {"creditCard": {"cardNumber": "4111111111111111", "expirationDate": "2030-12"}}
    by_number = {"transactionType": "refundTransaction", "amount": "1.00", "payment": whole, "refTransId": paid}
    assert gateway.transact(by_number)["transactionResponse"]["responseCode"] == "1"


def test_an_uncaptured_authorization_and_an_unreviewed_hold_lapse(gateway):
    authorized = gateway.charged(transactionType="authOnlyTransaction")
    held = gateway.charge(billTo={"zip": "46299"})["transactionResponse"]["transId"]
    gateway.clock.advance(days=5)
    assert (gateway.status(authorized), gateway.status(held)) == ("authorizedPendingCapture", "expired")
    gateway.clock.advance(days=25)
    assert gateway.status(authorized) == "expired"
    assert gateway.error(gateway.on("priorAuthCaptureTransaction", authorized)) == "16"
    assert gateway.error(gateway.on("voidTransaction", authorized)) == "16"
    gateway.switch(authorization_days=0, review_days=0)
    patient = gateway.charged(transactionType="authOnlyTransaction", amount="2.00")
    waiting = gateway.charge(amount="3.00", billTo={"zip": "46298"})["transactionResponse"]["transId"]
    gateway.clock.advance(days=365)
    assert (gateway.status(patient), gateway.status(waiting)) == ("authorizedPendingCapture", "FDSPendingReview")


def test_a_chargeback_changes_the_payment_and_its_batch_and_no_webhook_tells(gateway):
    paid = gateway.charged()
    early = gateway.client.post("/_standin/chargebacks", data={"transId": paid, "action": "chargeback"})
    assert early.status_code == 404
    gateway.clock.advance(days=1)
    gateway.deliver()
    told = len(gateway.inbox.events)
    done = gateway.client.post("/_standin/chargebacks", data={"transId": paid, "action": "chargeback"})
    assert done.status_code == 303
    assert gateway.status(paid) == "chargeback"
    assert gateway.error(gateway.refund(paid, "1.00")) == "54"
    batch = _batches(gateway, includeStatistics=True)["batchList"][0]
    line = batch["statistics"][0]
    assert (line["chargebackAmount"], line["chargebackCount"], line["chargeAmount"]) == (10.0, 1, 10.0)
    listed = gateway.call("getTransactionListRequest", {"batchId": batch["batchId"]})
    assert listed["transactions"][0]["transactionStatus"] == "chargeback"
    gateway.client.post("/_standin/chargebacks", data={"transId": paid, "action": "reversal"})
    assert gateway.status(paid) == "chargebackReversal"
    assert gateway.refund(paid, "1.00")["transactionResponse"]["responseCode"] == "1"
    gateway.deliver()
    assert gateway.inbox.events[told:] == ["payment.refund.created"]


def test_a_batch_that_fails_says_so_and_its_payments_with_it(gateway):
    gateway.faults(settlement_error=True)
    paid = gateway.charged()
    gateway.settle()
    assert gateway.status(paid) == "settlementError"
    batch = _batches(gateway, includeStatistics=True)["batchList"][0]
    assert batch["settlementState"] == "settlementError"
    assert (batch["statistics"][0]["errorCount"], batch["statistics"][0]["chargeCount"]) == (1, 0)
    assert gateway.error(gateway.refund(paid, "1.00")) == "54"


def test_reports_that_are_not_enabled_are_e00011(gateway):
    gateway.switch(transaction_details_api=False)
    for method, body in (
        ("getSettledBatchListRequest", {}),
        ("getUnsettledTransactionListRequest", {}),
        ("getTransactionDetailsRequest", {"transId": "1"}),
    ):
        assert gateway.code(gateway.call(method, body)) == "E00011"
    assert gateway.code(gateway.call("authenticateTestRequest")) == "I00001"


def test_figures_of_reports_come_as_numbers_or_as_strings(gateway):
    paid = gateway.charged()
    assert gateway.details(paid)["transaction"]["authAmount"] == 10.0
    gateway.switch(report_numbers="strings")
    shown = gateway.details(paid)["transaction"]
    assert (shown["authAmount"], shown["responseCode"]) == ("10.00", "1")
    assert shown["taxExempt"] is False
