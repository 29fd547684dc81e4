"""The hosted form as a browser meets it."""

import re

import pytest


def _transactions_shown(gateway):
    return gateway.client.get("/").text


def test_a_token_opens_a_form_that_says_what_it_is(gateway):
    page = gateway.open(
        gateway.token(
            settings=[
                {"settingName": "hostedPaymentOrderOptions", "settingValue": '{"merchantName":"Crystal <Call>"}'},
                {"settingName": "hostedPaymentButtonOptions", "settingValue": '{"text":"Pay now"}'},
            ]
        )
    )
    assert page.status_code == 200
    for words in ("Local stand-in", "only the published test cards", "$10.00", "X7K2M9QW4D", "Pay now"):
        assert words in page.text
    assert "Crystal &lt;Call&gt;" in page.text
    assert 'href="http://127.0.0.1:8000/orders/tok/"' in page.text


def test_approval_sends_the_browser_back_with_nothing_in_the_address(gateway):
    token = gateway.token()
    gateway.open(token)
    answer = gateway.pay(token)
    assert answer.status_code == 303
    assert answer.headers["location"] == "http://127.0.0.1:8000/orders/tok/returned/"


def test_the_details_hold_all_that_a_store_must_compare(gateway):
    trans_id = gateway.buy(amount="12.5", customer={"email": "anna@example.org"})
    answer = gateway.details(trans_id)
    transaction = answer["transaction"]
    assert answer["transrefId"] == "attempt-1"
    assert transaction["transactionStatus"] == "capturedPendingSettlement"
    assert transaction["responseCode"] == 1
    assert transaction["responseReasonCode"] == 1
    assert transaction["order"] == {"invoiceNumber": "X7K2M9QW4D"}
    assert transaction["submitTimeUTC"] == "2026-11-23T09:00:00.123Z"
    assert transaction["submitTimeLocal"] == "2026-11-23T01:00:00.123"
    assert transaction["payment"]["creditCard"] == {
        "cardNumber": "XXXX1111",
        "expirationDate": "XXXX",
        "cardType": "Visa",
    }
    assert transaction["customer"]["email"] == "anna@example.org"
    assert transaction["billTo"] == {"firstName": "Anna", "lastName": "Hale", "zip": "10001"}
    assert transaction["AVSResponse"] == "Y"
    assert transaction["cardCodeResponse"] == "M"
    assert len(transaction["authCode"]) == 6


def test_amounts_in_reports_are_numbers_with_two_decimals(gateway):
    trans_id = gateway.buy(amount="12.5")
    body = (
        '{"getTransactionDetailsRequest":{"merchantAuthentication":{"name":"test-store",'
        f'"transactionKey":"test-key-0000001"}},"transId":"{trans_id}"}}}}'
    )
    assert b'"authAmount":12.50,"settleAmount":12.50' in gateway.raw(body).content


def test_an_authorization_only_waits_for_its_capture(gateway):
    trans_id = gateway.buy(kind="authOnlyTransaction")
    assert gateway.details(trans_id)["transaction"]["transactionStatus"] == "authorizedPendingCapture"
    gateway.deliver()
    assert gateway.inbox.events == ["payment.authorization.created"]


def test_a_decline_shows_the_error_and_another_try_under_the_same_token_succeeds(gateway):
    token = gateway.token()
    gateway.open(token)
    for _ in range(2):
        declined = gateway.pay(token, zip="46282")
        assert declined.status_code == 200
        assert 'role="alert"' in declined.text
        assert "This transaction has been declined." in declined.text
        assert 'value="46282"' in declined.text
    assert gateway.pay(token).status_code == 303
    attempts = gateway.unsettled()
    assert len({attempt["transId"] for attempt in attempts}) == 3
    assert sorted(attempt["transactionStatus"] for attempt in attempts) == [
        "capturedPendingSettlement",
        "declined",
        "declined",
    ]
    gateway.deliver()
    assert gateway.inbox.events == ["payment.authcapture.created"]


def test_a_declined_attempt_reports_zero_to_settle(gateway):
    token = gateway.token()
    gateway.open(token)
    gateway.pay(token, zip="46282")
    declined = gateway.details(gateway.unsettled()[0]["transId"])["transaction"]
    assert (declined["responseCode"], declined["responseReasonCode"]) == (2, 2)
    assert "authCode" not in declined


def test_a_spent_token_opens_nothing_and_a_second_press_charges_nothing(gateway):
    token = gateway.token()
    gateway.open(token)
    first, second = gateway.pay(token), gateway.pay(token)
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["location"] == second.headers["location"]
    assert len(gateway.unsettled()) == 1
    assert "Missing or invalid token" in gateway.open(token).text
    assert gateway.deliver() == 1


@pytest.mark.parametrize(("minutes", "opens"), [(14.99, True), (15, False)])
def test_a_token_must_be_opened_within_fifteen_minutes(gateway, minutes, opens):
    token = gateway.token()
    gateway.clock.advance(minutes=minutes)
    page = gateway.open(token)
    assert (page.status_code == 200) is opens
    assert ("Missing or invalid token" in page.text) is not opens


def test_an_opened_form_can_be_paid_for_half_an_hour_and_not_longer(gateway):
    token = gateway.token()
    gateway.clock.advance(minutes=14)
    gateway.open(token)
    gateway.clock.advance(minutes=16)
    late = gateway.pay(token)
    assert late.status_code == 400
    assert "Missing or invalid token" in late.text
    assert gateway.unsettled() == []


def test_a_form_never_opened_cannot_be_paid(gateway):
    assert gateway.pay(gateway.token()).status_code == 400


@pytest.mark.parametrize("token", ["", "nonsense", "a" * 320])
def test_an_unknown_token_is_refused(gateway, token):
    assert "Missing or invalid token" in gateway.open(token).text
    assert "Missing or invalid token" in gateway.pay(token).text
    assert "Missing or invalid token" in gateway.client.get("/payment/payment").text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"cardNumber": ""}, "Enter the card number."),
        ({"cardNumber": "4111111111111112"}, "This is not a card number"),
        ({"cardNumber": "abcd"}, "This is not a card number"),
        ({"cardNumber": "4539578763621486"}, "takes only the published test cards, listed below"),
        ({"expirationDate": "10/26"}, "The credit card has expired."),
        ({"expirationDate": "10/99"}, "lies too far ahead"),
        ({"expirationDate": "soon"}, "Enter the expiration date"),
        ({"cardCode": "9000"}, "The card code of this card has 3 digits."),
        ({"cardNumber": "370000000000002"}, "The card code of this card has 4 digits."),
        ({"firstName": "x" * 51}, "The first name is too long."),
        ({"lastName": "4111 1111 1111 1111"}, "card number in the wrong field"),
    ],
)
def test_a_badly_filled_form_charges_nothing_and_says_why_beside_the_field(gateway, card_numbers, fields, words):
    token = gateway.token()
    gateway.open(token)
    page = gateway.pay(token, **fields)
    assert page.status_code == 200
    assert words in page.text
    assert 'aria-invalid="true"' in page.text
    form = page.text.partition("<form")[2].partition("</form>")[0]
    assert not card_numbers(form)
    assert "4539578763621486" not in form
    assert gateway.unsettled() == []


def test_the_card_code_and_the_address_can_be_required(gateway):
    token = gateway.token(
        settings=[
            {"settingName": "hostedPaymentPaymentOptions", "settingValue": '{"cardCodeRequired":true}'},
            {"settingName": "hostedPaymentBillingAddressOptions", "settingValue": '{"show":true,"required":true}'},
        ]
    )
    gateway.open(token)
    page = gateway.pay(token, cardCode="", zip="").text
    assert "Enter the card code." in page
    assert "Enter the ZIP code." in page


def test_a_hidden_address_is_taken_from_the_request(gateway):
    hidden = [{"settingName": "hostedPaymentBillingAddressOptions", "settingValue": '{"show":false}'}]
    token = gateway.token(settings=hidden, billTo={"firstName": "Anna", "zip": "46282"})
    assert "ZIP code (optional)" not in gateway.open(token).text
    assert "declined" in gateway.pay(token, zip="10001").text


def test_the_receipt_is_shown_when_asked_for_and_leads_back_by_a_link(gateway):
    token = gateway.token(return_options={"showReceipt": True, "urlText": "Back to Crystal Call"})
    gateway.open(token)
    receipt = gateway.pay(token)
    assert receipt.status_code == 200
    assert "Payment received" in receipt.text
    assert "XXXX1111" in receipt.text
    assert re.search(r'href="http://127\.0\.0\.1:8000/orders/tok/returned/">Back to Crystal Call<', receipt.text)


def test_our_own_zip_holds_a_payment_for_review(gateway):
    trans_id = gateway.buy(fields={"zip": "46299"})
    held = gateway.details(trans_id)["transaction"]
    assert held["transactionStatus"] == "FDSAuthorizedPendingReview"
    assert (held["responseCode"], held["responseReasonCode"]) == (4, 253)
    gateway.deliver()
    assert gateway.inbox.events == ["payment.fraud.held"]
    assert gateway.inbox.payloads[0]["responseCode"] == 4
    assert gateway.inbox.payloads[0]["fraudList"]
    pending = gateway.call("getUnsettledTransactionListRequest", {"status": "pendingApproval"})
    assert [item["transId"] for item in pending["transactions"]] == [trans_id]


@pytest.mark.parametrize(
    ("action", "status", "code"), [("approve", "capturedPendingSettlement", "1"), ("decline", "declined", "2")]
)
def test_the_merchant_decides_about_a_held_payment(gateway, action, status, code):
    trans_id = gateway.buy(fields={"zip": "46299"})
    body = {"heldTransactionRequest": {"action": action, "refTransId": trans_id}}
    answer = gateway.call("updateHeldTransactionRequest", body)
    assert answer["transactionResponse"]["responseCode"] == code
    assert gateway.details(trans_id)["transaction"]["transactionStatus"] == status
    again = gateway.call("updateHeldTransactionRequest", body)
    assert gateway.code(again) == "E00027"
    gateway.deliver()
    assert gateway.inbox.events == ["payment.fraud.held", f"payment.fraud.{action}d"]


def test_the_same_order_paid_twice_within_two_minutes_is_a_duplicate(gateway):
    gateway.buy()
    token = gateway.token()
    gateway.open(token)
    assert "A duplicate transaction has been submitted." in gateway.pay(token).text
    gateway.clock.advance(seconds=121)
    assert gateway.pay(token).status_code == 303
    assert len(gateway.unsettled()) == 2


def test_another_invoice_or_a_window_of_nothing_is_no_duplicate(gateway):
    gateway.buy()
    gateway.buy(invoice="OTHER")
    gateway.buy(transactionSettings={"setting": [{"settingName": "duplicateWindow", "settingValue": "0"}]})
    assert len(gateway.unsettled()) == 3


def test_a_form_may_lead_to_itself_and_to_the_store_and_nowhere_else(gateway):
    policy = gateway.open(gateway.token()).headers["content-security-policy"]
    assert "form-action 'self' http://127.0.0.1:8000" in policy
    assert "default-src 'none'" in policy
    assert "script-src" not in policy


def test_markup_in_the_order_is_stored_as_spaces(gateway):
    token = gateway.token(invoice="A<b>")
    gateway.open(token)
    gateway.pay(token)
    assert gateway.unsettled()[0]["invoiceNumber"] == "A b "
