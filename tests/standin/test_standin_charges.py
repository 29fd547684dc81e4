"""Charges by the API: cards, captures, duplicates, fraud filters, reviews, and what cannot stand together."""

import pytest


def test_a_charge_tells_everything_as_text_and_can_be_asked_about(gateway):
    answer = gateway.charge(customer={"id": "C-7", "email": "anna@example.org"})
    told = answer["transactionResponse"]
    assert gateway.code(answer) == "I00001"
    assert (told["responseCode"], told["avsResultCode"], told["cvvResultCode"]) == ("1", "Y", "M")
    assert (told["accountNumber"], told["accountType"], told["testRequest"]) == ("XXXX1111", "Visa", "0")
    assert told["messages"] == [{"code": "1", "description": "This transaction has been approved."}]
    assert all(
        isinstance(value, str)
        for name, value in told.items()
        if name not in {"messages", "SupplementalDataQualificationIndicator"}
    )
    shown = gateway.details(told["transId"])["transaction"]
    assert shown["customer"] == {"type": "individual", "id": "C-7", "email": "anna@example.org"}
    assert shown["networkTransId"] == told["networkTransId"]


def test_reports_say_again_what_was_asked_and_nothing_of_the_card(gateway, card_numbers):
    trans_id = gateway.charged(
        lineItems={"lineItem": [{"itemId": "20", "name": "Card", "quantity": "1.5", "unitPrice": "6.6667"}]},
        tax={"amount": "0.80", "name": "VAT"},
        shipTo={"firstName": "Olga", "city": "Oslo"},
        billTo={"firstName": "<Anna>", "lastName": "Hale", "address": "1 Main St", "zip": "10001"},
        poNumber="PO-77",
    )
    shown = gateway.details(trans_id)["transaction"]
    assert shown["lineItems"] == [{"itemId": "20", "name": "Card", "quantity": 1.5, "unitPrice": 6.6667}]
    assert shown["tax"] == {"amount": 0.8, "name": "VAT"}
    assert shown["shipTo"] == {"firstName": "Olga", "city": "Oslo"}
    assert shown["billTo"] == {"firstName": " Anna ", "lastName": "Hale", "address": "1 Main St", "zip": "10001"}
    assert shown["order"] == {"invoiceNumber": "X7K2M9QW4D", "purchaseOrderNumber": "PO-77"}
    assert card_numbers(str(shown)) == []
    assert "2030" not in str(shown)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"number": "4242424242424242"}, "6"),
        ({"number": "4111111111111112"}, "6"),
        ({"payment": {"creditCard": {"cardNumber": "4111111111111111", "expirationDate": "13/30"}}}, "7"),
        ({"payment": {"creditCard": {"cardNumber": "4111111111111111", "expirationDate": "2020-01"}}}, "8"),
        ({"amount": "0.00"}, "5"),
        ({"amount": "-1.00"}, "5"),
        ({"amount": "1.001"}, "5"),
        ({"payment": {}}, "33"),
        ({"payment": {"opaqueData": {"dataDescriptor": "x"}}}, "17"),
        ({"payment": {"bankAccount": {"routingNumber": "1", "accountNumber": "2", "nameOnAccount": "A"}}}, "18"),
        ({"transactionType": "captureOnlyTransaction"}, "33"),
        (
            {"lineItems": {"lineItem": [{"itemId": "1", "name": "x", "quantity": "1", "unitPrice": "1"}] * 31}},
            "271",
        ),
    ],
)
def test_what_cannot_be_charged_is_response_code_3_and_leaves_nothing(gateway, changes, code):
    answer = gateway.charge(**changes)
    assert gateway.code(answer) == "E00027"
    assert answer["transactionResponse"]["responseCode"] == "3"
    assert answer["transactionResponse"]["transId"] == "0"
    assert gateway.error(answer) == code
    assert gateway.unsettled() == []
    gateway.deliver()
    assert gateway.inbox.events == []


def test_another_currency_than_the_accounts_is_reason_39(gateway):
    request = {
        "transactionType": "authCaptureTransaction",
        "amount": "1.00",
        "currencyCode": "EUR",
        "payment": {"creditCard": {"cardNumber": "4111111111111111", "expirationDate": "2030-12"}},
    }
    assert gateway.error(gateway.transact(request)) == "39"
    gateway.switch(currency="EUR")
    assert gateway.transact(request)["transactionResponse"]["responseCode"] == "1"
    assert gateway.call("getMerchantDetailsRequest")["currencies"] == ["EUR"]


def test_an_authorization_is_captured_whole_or_in_part_and_never_above(gateway):
    whole = gateway.charged(transactionType="authOnlyTransaction")
    captured = gateway.on("priorAuthCaptureTransaction", whole)
    assert captured["transactionResponse"]["transId"] == whole
    part = gateway.charged(transactionType="authOnlyTransaction", order={"invoiceNumber": "B"})
    assert gateway.error(gateway.on("priorAuthCaptureTransaction", part, "10.01")) == "47"
    assert gateway.status(part) == "authorizedPendingCapture"
    gateway.on("priorAuthCaptureTransaction", part, "4.00")
    shown = gateway.details(part)["transaction"]
    assert (shown["authAmount"], shown["settleAmount"]) == (10.0, 4.0)
    assert gateway.error(gateway.on("priorAuthCaptureTransaction", part, "1.00")) == "16"
    assert gateway.error(gateway.on("priorAuthCaptureTransaction", "120000000000", "1.00")) == "16"
    assert gateway.error(gateway.transact({"transactionType": "priorAuthCaptureTransaction"})) == "15"
    gateway.deliver()
    assert gateway.inbox.events == ["payment.authorization.created", "payment.priorAuthCapture.created"] * 2 or (
        gateway.inbox.events.count("payment.priorAuthCapture.created") == 2
    )


def test_an_authorization_by_voice_is_captured_with_its_code(gateway):
    request = {
        "transactionType": "captureOnlyTransaction",
        "amount": "3.00",
        "payment": {"creditCard": {"cardNumber": "4111111111111111", "expirationDate": "2030-12"}},
        "authCode": "VOICE1",
    }
    told = gateway.transact(request)["transactionResponse"]
    assert (told["responseCode"], told["authCode"]) == ("1", "VOICE1")
    gateway.deliver()
    assert gateway.inbox.events == ["payment.capture.created"]


def test_the_same_charge_within_two_minutes_is_a_duplicate_and_a_new_invoice_number_is_none(gateway):
    first = gateway.charged()
    again = gateway.charge()
    assert (gateway.error(again), again["transactionResponse"]["transId"]) == ("11", "0")
    gateway.charged(order={"invoiceNumber": "OTHER"})
    gateway.charged(amount="10.01")
    gateway.charged(number="4012888818888")
    gateway.clock.advance(seconds=120)
    assert gateway.charged() != first


def test_a_window_that_was_sent_names_the_first_transaction_and_zero_switches_it_off(gateway):
    def window(seconds):
        return {"setting": [{"settingName": "duplicateWindow", "settingValue": str(seconds)}]}

    first = gateway.charged(transactionSettings=window(28_800))
    gateway.clock.advance(hours=7)
    again = gateway.charge(transactionSettings=window(99_999))
    assert (gateway.error(again), again["transactionResponse"]["transId"]) == ("11", first)
    gateway.charged(transactionSettings=window(0))
    gateway.charged(transactionSettings=window(-5))


def test_a_voided_or_declined_charge_is_no_duplicate(gateway):
    gateway.on("voidTransaction", gateway.charged())
    gateway.charged()
    for _ in range(2):
        declined = gateway.charge(amount="2.00", billTo={"zip": "46282"})
        assert declined["transactionResponse"]["responseCode"] == "2"
        assert gateway.error(declined) == "2"


@pytest.mark.parametrize(("switch", "top"), [("Ok", "I00001"), ("Error", "E00027")])
def test_the_top_level_of_a_decline_is_either(gateway, switch, top):
    gateway.switch(decline_result=switch)
    declined = gateway.charge(billTo={"zip": "46282"})
    assert gateway.code(declined) == top
    told = declined["transactionResponse"]
    assert told["responseCode"] == "2"
    assert gateway.status(told["transId"]) == "declined"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"profile": {"createProfile": True, "customerProfileId": "1"}}, "E00088"),
        ({"profile": {"createProfile": True}, "payment": None}, "E00089"),
        ({"profile": {"customerProfileId": "1", "paymentProfile": {"paymentProfileId": "2"}}}, "E00090"),
        (
            {"profile": {"customerProfileId": "1", "paymentProfile": {"paymentProfileId": "2"}}, "payment": None},
            "E00093",
        ),
        (
            {
                "profile": {"customerProfileId": "1", "shippingProfileId": "2"},
                "payment": None,
                "billTo": None,
                "shipTo": {"city": "Oslo"},
            },
            "E00092",
        ),
        (
            {
                "profile": {"customerProfileId": "1", "paymentProfile": {"paymentProfileId": "2"}},
                "payment": None,
                "billTo": None,
            },
            "E00040",
        ),
    ],
)
def test_profile_and_payment_that_cannot_stand_together_have_codes_of_their_own(gateway, changes, code):
    answer = gateway.charge(**changes)
    assert gateway.code(answer) == code
    assert "transactionResponse" not in answer


@pytest.mark.parametrize(
    ("one", "response", "reason", "status"),
    [
        ({"action": "report"}, "1", "1", "capturedPendingSettlement"),
        ({"action": "authAndHold"}, "4", "253", "FDSAuthorizedPendingReview"),
        ({"action": "hold"}, "4", "252", "FDSPendingReview"),
        ({"action": "decline"}, "2", "251", "declined"),
        ({"action": "reject", "reason_code": 250}, "2", "250", "declined"),
    ],
)
def test_a_fraud_filter_does_what_it_is_set_to(gateway, one, response, reason, status):
    gateway.switch(filters=[{"name": "Amount Filter", "amount_over": "9.99"} | one])
    gateway.charged(amount="9.99")
    told = gateway.charge()["transactionResponse"]
    assert told["responseCode"] == response
    codes = told.get("messages") or told["errors"]
    assert (codes[0].get("code") or codes[0]["errorCode"]) == reason
    shown = gateway.details(told["transId"])["transaction"]
    assert shown["transactionStatus"] == status
    assert shown["FDSFilters"] == [{"name": "Amount Filter", "action": one["action"]}]
    assert ("authCode" in shown) == (status not in {"FDSPendingReview", "declined"})


def test_filters_look_at_the_address_check_the_code_check_and_the_pace(gateway):
    gateway.switch(
        filters=[
            {"name": "AVS", "action": "decline", "avs": ["N"], "reason_code": 27},
            {"name": "CVV", "action": "decline", "cvv": ["N"], "reason_code": 44},
            {"name": "Hourly", "action": "hold", "per_hour": 3},
        ]
    )
    card = {"cardNumber": "4111111111111111", "expirationDate": "2030-12", "cardCode": "901"}
    assert gateway.error(gateway.charge(billTo={"zip": "46205"})) == "27"
    assert gateway.error(gateway.charge(payment={"creditCard": card})) == "44"
    gateway.charged(amount="1.00")
    assert gateway.charge(amount="2.00")["transactionResponse"]["responseCode"] == "4"
    gateway.clock.advance(hours=1, seconds=1)
    gateway.charged(amount="3.00")


@pytest.mark.parametrize(("zip_code", "response", "event"), [("46298", "1", 1), ("46299", "1", 1)])
def test_the_merchant_approves_what_was_held(gateway, zip_code, response, event):
    trans_id = gateway.charge(billTo={"zip": zip_code})["transactionResponse"]["transId"]
    held = {"action": "approve", "refTransId": trans_id}
    told = gateway.call("updateHeldTransactionRequest", {"heldTransactionRequest": held})["transactionResponse"]
    assert (told["responseCode"], told["transId"]) == (response, trans_id)
    assert gateway.status(trans_id) == "capturedPendingSettlement"
    again = gateway.call("updateHeldTransactionRequest", {"heldTransactionRequest": held})
    assert gateway.error(again) == "16"
    gateway.deliver()
    assert gateway.inbox.events == ["payment.fraud.held", "payment.fraud.approved"]
    assert gateway.inbox.payloads[1]["responseCode"] == event


def test_an_approval_may_really_be_a_decline_and_the_event_says_approved(gateway):
    gateway.switch(filters=[{"name": "All", "action": "hold"}])
    unasked = gateway.charge(billTo={"zip": "46282"})["transactionResponse"]["transId"]
    gateway.switch(filters=[{"name": "All", "action": "authAndHold"}], review_approval_declines=True)
    asked = gateway.charge(amount="2.00")["transactionResponse"]["transId"]
    for trans_id in (unasked, asked):
        held = {"action": "approve", "refTransId": trans_id}
        told = gateway.call("updateHeldTransactionRequest", {"heldTransactionRequest": held})["transactionResponse"]
        assert told["responseCode"] == "2"
        assert gateway.status(trans_id) == "declined"
    gateway.deliver()
    approved = [
        payload
        for event, payload in zip(gateway.inbox.events, gateway.inbox.payloads, strict=True)
        if event == "payment.fraud.approved"
    ]
    assert [payload["responseCode"] for payload in approved] == [2, 2]


def test_in_test_mode_everything_is_answered_and_nothing_is_stored(gateway):
    gateway.switch(account="test_mode")
    told = gateway.charge()["transactionResponse"]
    assert (told["responseCode"], told["transId"], told["testRequest"]) == ("1", "0", "1")
    assert gateway.call("getMerchantDetailsRequest")["isTestMode"] is True
    assert gateway.code(gateway.details("120000000000")) == "E00009"
    token = gateway.token()
    gateway.open(token)
    assert gateway.pay(token).status_code == 303
    gateway.switch()
    assert gateway.unsettled() == []
    gateway.deliver()
    assert gateway.inbox.events == []


def test_a_single_request_may_ask_to_be_a_test(gateway):
    settings = {"setting": [{"settingName": "testRequest", "settingValue": "true"}]}
    told = gateway.charge(transactionSettings=settings)["transactionResponse"]
    assert (told["transId"], told["testRequest"]) == ("0", "1")
    assert gateway.unsettled() == []
