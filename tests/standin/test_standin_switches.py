"""What nobody outside knows for certain, both ways; the clock; and the faults of the API."""

import json
import sqlite3

import pytest

from crystalcall.payments.standin.state import State
from crystalcall.payments.standin.state_tables import LATER_COLUMNS

MERCHANT = {"merchantAuthentication": {"name": "test-store", "transactionKey": "test-key-0000001"}}


def _post(gateway, method="getMerchantDetailsRequest", **body):
    return gateway.raw(json.dumps({method: MERCHANT | body}))


def test_switches_say_what_they_are_and_are_set_back_by_an_empty_object(gateway):
    before = gateway.client.get("/_standin/switches").json()
    gateway.switch(decline_result="Error", refund_days=120)
    assert gateway.client.get("/_standin/switches").json() == before | {"decline_result": "Error", "refund_days": 120}
    gateway.switch()
    assert gateway.client.get("/_standin/switches").json() == before


@pytest.mark.parametrize(
    "body", [{"surprise": 1}, {"decline_result": "Maybe"}, {"cutoff": "25:00"}, {"refund_days": -1}, {"currency": "x"}]
)
def test_a_switch_that_is_none_changes_nothing(gateway, body):
    before = gateway.client.get("/_standin/switches").json()
    assert gateway.client.put("/_standin/switches", json=body).status_code == 400
    assert gateway.client.put("/_standin/switches", content=b"[").status_code == 400
    assert gateway.client.get("/_standin/switches").json() == before


@pytest.mark.parametrize("path", ["/_standin/switches", "/_standin/clock", "/_standin/faults"])
def test_a_page_of_another_site_cannot_reach_the_hands(gateway, path):
    answer = gateway.client.put(path, json={}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


def test_after_a_decline_the_form_stays_or_the_token_is_spent(gateway):
    token = gateway.token()
    gateway.open(token)
    assert "try again" in gateway.pay(token, zip="46282").text
    assert gateway.pay(token).status_code == 303
    gateway.switch(hosted_decline="final")
    token = gateway.token(amount="11.00")
    gateway.open(token)
    page = gateway.pay(token, zip="46282")
    assert "Payment declined" in page.text
    assert gateway.pay(token).status_code == 400
    assert gateway.open(token).status_code == 400


def test_an_approved_token_is_spent_or_opens_the_form_again_which_the_duplicate_window_then_holds(gateway):
    token = gateway.token()
    gateway.open(token)
    gateway.pay(token)
    assert gateway.open(token).status_code == 400
    gateway.switch(hosted_single_use=False)
    token = gateway.token(amount="11.00")
    gateway.open(token)
    assert gateway.pay(token).status_code == 303
    assert gateway.open(token).status_code == 200
    assert "duplicate" in gateway.pay(token).text
    assert len(gateway.unsettled()) == 2


@pytest.mark.parametrize(("minutes", "later", "status"), [(30, 29, 303), (30, 30, 400), (5, 6, 400), (0, 900, 303)])
def test_how_long_an_opened_form_can_be_paid_is_a_switch(gateway, minutes, later, status):
    gateway.switch(pay_within_minutes=minutes)
    token = gateway.token()
    gateway.open(token)
    gateway.clock.advance(minutes=later)
    assert gateway.pay(token).status_code == status


def test_return_addresses_may_be_held_to_https(gateway):
    assert "token" in gateway.ask()
    gateway.switch(https_only_urls=True)
    assert gateway.code(gateway.ask()) == "E00013"
    https = {"url": "https://shop.example.org/back/", "cancelUrl": "https://shop.example.org/cancel/"}
    assert "token" in gateway.ask(return_options=https)


def test_an_unknown_setting_is_refused_or_passed_over(gateway):
    unknown = [{"settingName": "hostedPaymentSurpriseOptions", "settingValue": "{}"}]
    assert gateway.code(gateway.ask(settings=unknown)) == "E00013"
    gateway.switch(refuse_unknown_settings=False)
    assert "token" in gateway.ask(settings=unknown)


def test_the_limit_of_requests_answers_429_until_the_minute_is_over(gateway):
    gateway.switch(requests_per_minute=2)
    assert [_post(gateway).status_code for _ in range(3)] == [200, 200, 429]
    gateway.clock.advance(minutes=1)
    assert _post(gateway).status_code == 200


@pytest.mark.parametrize(("switch", "body"), [("object", b"{}"), ("empty", b"")])
def test_a_ping_holds_an_event_an_empty_object_or_nothing_and_is_always_signed(gateway, switch, body):
    hook = gateway.rest("GET", "/webhooks").json()[0]["webhookId"]
    gateway.rest("PUT", f"/webhooks/{hook}", json={"status": "inactive"})
    assert gateway.rest("POST", f"/webhooks/{hook}/pings").status_code == 200
    assert json.loads(gateway.inbox.requests[0].content)["webhookId"] == hook
    gateway.switch(ping_body=switch)
    assert gateway.rest("POST", f"/webhooks/{hook}/pings").status_code == 200
    assert gateway.inbox.requests[1].content == body
    assert gateway.inbox.requests[1].headers["x-anet-signature"].startswith("sha512=")


def test_another_retry_table_is_followed_to_its_end(gateway):
    gateway.switch(retry_delays_seconds=[10])
    gateway.inbox.status = 500
    gateway.charged()
    assert gateway.deliver() == 1
    assert gateway.deliver() == 0
    gateway.clock.advance(seconds=10)
    assert gateway.deliver() == 1
    assert gateway.rest("GET", "/webhooks").json()[0]["status"] == "inactive"


def test_the_clock_moves_everything_on_and_never_back(gateway):
    paid = gateway.charged()
    token = gateway.token()
    moved = gateway.client.put("/_standin/clock", json={"advance_seconds": 86_400})
    assert moved.json() == {"now": "2026-11-24T09:00:00.123456+00:00", "offset_seconds": 86_400.0}
    assert gateway.status(paid) == "settledSuccessfully"
    assert gateway.open(token).status_code == 400
    for wrong in ({"advance_seconds": -1}, {"advance_seconds": 1e12}, {"advance_seconds": "x"}, {}):
        assert gateway.client.put("/_standin/clock", json=wrong).status_code == 400
    assert gateway.client.get("/_standin/clock").json() == moved.json()


def test_a_restart_keeps_the_clock_the_profiles_and_the_batches(open_gateway, tmp_path):
    database = str(tmp_path / "standin.sqlite3")
    with open_gateway(database=database) as first:
        paid = first.charged()
        number = first.profile()
        card_id = first.card(number)
        first.client.put("/_standin/clock", json={"advance_seconds": 86_400})
        batch_id = first.details(paid)["transaction"]["batch"]["batchId"]
    with open_gateway(database=database) as second:
        assert second.client.get("/_standin/clock").json()["offset_seconds"] == 86_400.0
        assert second.details(paid)["transaction"]["batch"]["batchId"] == batch_id
        profile = {"customerProfileId": number, "paymentProfile": {"paymentProfileId": card_id}}
        second.charged(profile=profile, payment=None, billTo=None)


def test_a_file_of_an_older_day_gets_the_columns_it_lacks(tmp_path):
    path = str(tmp_path / "standin.sqlite3")
    State(path).close()
    with sqlite3.connect(path) as old:
        for table, column, _ in LATER_COLUMNS:
            old.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        old.execute(
            "INSERT INTO gateway_transaction VALUES ('1', '2026-11-23T00:00:00+00:00', 'authCaptureTransaction', "
            "'capturedPendingSettlement', 1, 1, '', '', '', '', 100, 'XXXX1111', 'Visa', '', '', '', '', '', '', '', "
            "'', '', NULL, '')"
        )
    old.close()
    state = State(path)
    row = state.row("SELECT * FROM gateway_transaction")
    state.close()
    assert row is not None
    assert row["ready_at"] == row["submitted_at"]


@pytest.mark.parametrize(
    ("fault", "status"),
    [("http_500", 500), ("http_429", 429), ("html_body", 200), ("too_busy", 200), ("maintenance", 200)],
)
def test_a_fault_that_does_nothing_leaves_nothing_behind(gateway, fault, status):
    gateway.faults(**{fault: True})
    request = {"transactionType": "authCaptureTransaction", "amount": "1.00"}
    card = {"creditCard": {"cardNumber": "4111111111111111", "expirationDate": "2030-12"}}
    answer = _post(gateway, "createTransactionRequest", transactionRequest=request | {"payment": card})
    assert answer.status_code == status
    text = {"html_body": "<h1>", "too_busy": "E00053", "maintenance": "E00104"}.get(fault, "")
    assert text in answer.text
    gateway.faults()
    assert gateway.unsettled() == []


@pytest.mark.parametrize(("fault", "status"), [("error_after_processing", 500), ("html_after_processing", 200)])
def test_a_fault_after_processing_leaves_the_charge_and_hides_the_answer(gateway, fault, status):
    gateway.faults(**{fault: True}, methods=["createTransactionRequest"])
    request = {"transactionType": "authCaptureTransaction", "amount": "1.00"}
    card = {"creditCard": {"cardNumber": "4111111111111111", "expirationDate": "2030-12"}}
    answer = _post(gateway, "createTransactionRequest", transactionRequest=request | {"payment": card})
    assert answer.status_code == status
    assert "transactionResponse" not in answer.text
    assert len(gateway.unsettled()) == 1


def test_a_fault_may_hold_one_method_only_and_heal_after_so_many_answers(gateway):
    gateway.faults(http_500=True, methods=["getMerchantDetailsRequest"], times=2)
    assert gateway.code(gateway.call("authenticateTestRequest")) == "I00001"
    assert [_post(gateway).status_code for _ in range(3)] == [500, 500, 200]


def test_a_busy_gateway_says_so_in_the_language_it_was_asked_in(gateway):
    gateway.faults(too_busy=True)
    answer = gateway.raw("<x/>", "text/xml")
    assert answer.content.startswith(b"\xef\xbb\xbf<?xml")
    assert b"<ErrorResponse" in answer.content
    assert b"E00053" in answer.content


def test_the_rest_api_may_be_broken_too(gateway):
    gateway.faults(rest_500=True)
    for path in ("/webhooks", "/notifications", "/eventtypes"):
        assert gateway.rest("GET", path).status_code == 500
    gateway.faults()
    assert gateway.rest("GET", "/notifications").status_code == 200


def test_the_front_page_says_the_time_the_cut_off_and_what_can_be_done(gateway):
    gateway.charged()
    gateway.charge(amount="2.00", billTo={"zip": "46299"})
    page = gateway.client.get("/").text
    assert "2026-11-23 09:00:00 UTC" in page
    assert "closed at 00:00 UTC (16:00 Pacific)" in page
    assert "Approve" in page
    gateway.settle()
    assert "Charge back" in gateway.client.get("/").text
    gateway.switch(settles_by_itself=False)
    assert "by hand only" in gateway.client.get("/").text
