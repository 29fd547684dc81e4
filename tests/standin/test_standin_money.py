"""Void and refund, and the list of what is unsettled."""

import pytest


def _error(answer):
    assert answer["messages"]["message"][0]["code"] == "E00027"
    assert answer["messages"]["resultCode"] == "Error"
    response = answer["transactionResponse"]
    assert (response["responseCode"], response["transId"]) == ("3", "0")
    return response["errors"][0]["errorCode"]


def test_an_unsettled_payment_can_be_voided_once_and_keeps_its_number(gateway):
    trans_id = gateway.buy()
    void = {"transactionType": "voidTransaction", "refTransId": trans_id}
    answer = gateway.transact(void)
    assert answer["transactionResponse"]["transId"] == trans_id
    assert answer["transactionResponse"]["responseCode"] == "1"
    assert answer["transactionResponse"]["messages"][0]["code"] == "1"
    assert gateway.details(trans_id)["transaction"]["transactionStatus"] == "voided"
    again = gateway.transact(void)
    assert again["transactionResponse"]["messages"][0]["code"] == "310"
    gateway.deliver()
    assert gateway.inbox.events == ["payment.authcapture.created", "payment.void.created"]


def test_an_unsettled_payment_cannot_be_refunded(gateway):
    assert _error(gateway.refund(gateway.buy(), "10.00")) == "54"


def test_a_settled_payment_can_be_refunded_up_to_its_amount_and_not_voided(gateway):
    trans_id = gateway.buy()
    assert gateway.settle() == 1
    settled = gateway.details(trans_id)["transaction"]
    assert settled["transactionStatus"] == "settledSuccessfully"
    assert settled["batch"]["settlementState"] == "settledSuccessfully"
    assert _error(gateway.transact({"transactionType": "voidTransaction", "refTransId": trans_id})) == "16"
    refund = gateway.refund(trans_id, "6.00")["transactionResponse"]
    assert refund["responseCode"] == "1"
    assert refund["transId"] != trans_id
    assert refund["refTransID"] == trans_id
    assert gateway.details(refund["transId"])["transaction"]["refTransId"] == trans_id
    assert _error(gateway.refund(trans_id, "4.01")) == "55"
    assert gateway.refund(trans_id, "4.00")["transactionResponse"]["responseCode"] == "1"


def test_a_voided_refund_frees_its_amount(gateway):
    trans_id = gateway.buy()
    gateway.settle()
    refund = gateway.refund(trans_id, "10.00")["transactionResponse"]["transId"]
    assert _error(gateway.refund(trans_id, "0.01")) == "55"
    gateway.transact({"transactionType": "voidTransaction", "refTransId": refund})
    assert gateway.refund(trans_id, "10.00")["transactionResponse"]["responseCode"] == "1"


def test_a_refund_needs_the_same_card_and_comes_within_180_days(gateway):
    trans_id = gateway.buy()
    gateway.settle()
    assert _error(gateway.refund(trans_id, "1.00", last_four="0027")) == "54"
    gateway.clock.advance(days=180, seconds=1)
    assert _error(gateway.refund(trans_id, "1.00")) == "54"


def test_what_is_not_there_cannot_be_voided_or_refunded(gateway):
    assert _error(gateway.transact({"transactionType": "voidTransaction", "refTransId": "120000000000"})) == "16"
    assert _error(gateway.refund("120000000000", "1.00")) == "16"
    assert _error(gateway.refund(gateway.buy(), "0.00")) == "5"


@pytest.mark.parametrize("kind", ["authCaptureContinueTransaction", "nonsense", ""])
def test_other_types_are_refused(gateway, kind):
    assert gateway.code(gateway.transact({"transactionType": kind, "amount": "1.00"})) == "E00060"


def test_the_unsettled_list_is_paged_and_sorted(gateway):
    bought = []
    for number in range(3):
        bought.append(gateway.buy(invoice=f"INV{number}"))
        gateway.clock.advance(seconds=1)

    def listed(**body):
        answer = gateway.call("getUnsettledTransactionListRequest", body)
        return [item["transId"] for item in answer.get("transactions", [])], answer

    newest_first = {"orderBy": "submitTimeUTC", "orderDescending": True}
    first, answer = listed(sorting=newest_first, paging={"limit": 2, "offset": 1})
    assert first == [bought[2], bought[1]]
    assert answer["totalNumInResultSet"] == 3
    assert listed(sorting=newest_first, paging={"limit": 2, "offset": 2})[0] == [bought[0]]
    assert gateway.code(listed(paging={"limit": 2, "offset": 3})[1]) == "I00004"
    assert listed(sorting={"orderBy": "id", "orderDescending": "false"})[0] == sorted(bought, key=int)
    summary = answer["transactions"][0]
    assert summary["invoiceNumber"] == "INV2"
    assert summary["accountNumber"] == "XXXX1111"
    assert summary["transactionStatus"] == "capturedPendingSettlement"


def test_a_settled_payment_leaves_the_unsettled_list(gateway):
    gateway.buy()
    gateway.settle()
    assert gateway.unsettled() == []
