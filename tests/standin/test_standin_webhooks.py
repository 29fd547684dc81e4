"""Notifications: their bytes, their signature, their retries, the faults, the REST management."""

import hashlib
import hmac
import json
import re

import pytest

SIGNATURE_KEY = "A6214F61" * 16
BODY = re.compile(
    rb'\{"notificationId":"[0-9a-f-]{36}","eventType":"net\.authorize\.payment\.authcapture\.created",'
    rb'"eventDate":"2026-11-23T09:00:00\.1234560Z","webhookId":"[0-9a-f-]{36}",'
    rb'"payload":\{"responseCode":1,"authCode":"[A-Z0-9]{6}","avsResponse":"Y","authAmount":10\.00,'
    rb'"merchantReferenceId":"attempt-1","invoiceNumber":"X7K2M9QW4D","entityName":"transaction","id":"[0-9]{12}"\}\}'
)


def test_the_body_has_the_real_ones_shape_and_is_signed_as_it_is(gateway):
    trans_id = gateway.buy()
    assert gateway.deliver() == 1
    request = gateway.inbox.requests[0]
    assert str(request.url) == "http://127.0.0.1:8000/hooks/authorize-net/"
    assert BODY.fullmatch(request.content)
    assert gateway.inbox.payloads[0]["id"] == trans_id
    digest = hmac.new(SIGNATURE_KEY.encode(), request.content, hashlib.sha512).hexdigest().upper()
    assert request.headers["X-ANET-Signature"] == f"sha512={digest}"
    assert request.headers["Content-Type"].startswith("application/json")
    assert request.headers["X-Request-Id"]
    assert gateway.deliver() == 0


def test_empty_keys_are_absent(gateway):
    token = gateway.call(
        "getHostedPaymentPageRequest",
        {"transactionRequest": {"transactionType": "authCaptureTransaction", "amount": 1}},
    )["token"]
    gateway.open(token)
    gateway.pay(token)
    gateway.deliver()
    assert set(gateway.inbox.payloads[0]) == {
        "responseCode",
        "authCode",
        "avsResponse",
        "authAmount",
        "entityName",
        "id",
    }


def test_a_failing_address_is_tried_by_the_table_and_then_left_alone(gateway):
    gateway.inbox.status = 500
    gateway.buy()
    assert gateway.deliver() == 1
    for wait in (180, 180, 180, 28_800, 28_800, 28_800, 172_800, 172_800, 172_800, 172_800):
        gateway.clock.advance(seconds=wait - 1)
        assert gateway.deliver() == 0
        gateway.clock.advance(seconds=1)
        assert gateway.deliver() == 1
    assert len(gateway.inbox.requests) == 11
    assert len({request.content for request in gateway.inbox.requests}) == 1
    gateway.clock.advance(days=30)
    assert gateway.deliver() == 0
    assert gateway.rest("GET", "/webhooks").json()[0]["status"] == "inactive"
    listed = gateway.rest("GET", "/notifications").json()["notifications"][0]
    assert listed["deliveryStatus"] == "Failed"
    one = gateway.rest("GET", f"/notifications/{listed['notificationId']}")
    assert len(one.json()["retryLog"]) == 11
    assert b'"authAmount":10.00' in one.content


def test_an_address_that_comes_back_gets_the_same_bytes(gateway):
    gateway.inbox.unreachable = True
    gateway.buy()
    gateway.deliver()
    gateway.inbox.unreachable = False
    gateway.clock.advance(minutes=3)
    assert gateway.deliver() == 1
    first, second = gateway.inbox.requests
    assert first.content == second.content
    notification = gateway.rest("GET", "/notifications").json()["notifications"][0]
    assert notification["deliveryStatus"] == "Delivered"


@pytest.mark.parametrize("status", [302, 404, 500])
def test_only_2xx_counts_as_delivered(gateway, status):
    gateway.inbox.status = status
    gateway.buy()
    gateway.deliver()
    assert gateway.rest("GET", "/notifications").json()["notifications"][0]["deliveryStatus"] == "RetryPending"


def test_a_dropped_notification_never_comes_but_can_be_looked_up(gateway):
    gateway.faults(drop=True)
    gateway.buy()
    gateway.faults()
    gateway.clock.advance(days=1)
    assert gateway.deliver() == 0
    assert gateway.rest("GET", "/notifications?deliveryStatus=Failed").json()["notifications"]


def test_a_delayed_notification_comes_late(gateway):
    gateway.faults(delay_seconds=60)
    gateway.buy()
    assert gateway.deliver() == 0
    gateway.clock.advance(seconds=60)
    assert gateway.deliver() == 1


def test_a_duplicate_is_the_same_bytes_twice(gateway):
    gateway.faults(duplicate=True)
    gateway.buy()
    gateway.deliver()
    first, second = gateway.inbox.requests
    assert first.content == second.content


def test_reordered_notifications_come_newest_first(gateway):
    gateway.faults(reorder=True)
    gateway.buy(invoice="FIRST")
    gateway.clock.advance(seconds=1.5)
    gateway.buy(invoice="SECOND")
    gateway.clock.advance(seconds=2)
    assert gateway.deliver() == 2
    assert [payload["invoiceNumber"] for payload in gateway.inbox.payloads] == ["SECOND", "FIRST"]


def test_the_webhook_can_come_before_the_browser_returns(gateway):
    gateway.faults(before_return=True)
    gateway.buy()
    assert gateway.inbox.events == ["payment.authcapture.created"]


@pytest.mark.parametrize("faults", [{"http_500": True}, {"html_body": True}, {"too_busy": True}])
def test_the_api_can_be_broken_and_healed(gateway, faults):
    gateway.faults(**faults)
    answer = gateway.raw("{}")
    if faults.get("http_500"):
        assert (answer.status_code, answer.content) == (500, b"")
    elif faults.get("html_body"):
        assert answer.text.startswith("<!doctype html>")
    else:
        assert b"E00053" in answer.content
    gateway.faults()
    assert gateway.code(gateway.call("getMerchantDetailsRequest")) == "I00001"


@pytest.mark.parametrize("faults", [{"dropp": True}, {"drop": "yes"}, {"delay_seconds": -1}, [], "x"])
def test_senseless_faults_are_refused_and_change_nothing(gateway, faults):
    answer = gateway.client.put("/_standin/faults", json=faults)
    assert answer.status_code == 400
    assert not any(gateway.client.get("/_standin/faults").json().values())


def test_another_site_cannot_use_the_hands_on_the_stand_in(gateway):
    gateway.buy()
    for method, path in (("PUT", "faults"), ("POST", "settlements"), ("POST", "deliveries"), ("POST", "reviews")):
        answer = gateway.client.request(
            method, f"/_standin/{path}", content=b"{}", headers={"Sec-Fetch-Site": "cross-site"}
        )
        assert answer.status_code == 403


def test_rest_wants_the_credentials(gateway):
    for auth in (None, ("test-store", "wrong"), ("x", "y")):
        answer = gateway.client.get("/rest/v1/webhooks", auth=auth)
        assert answer.status_code == 401
        assert answer.json()["details"]
    header = {"Authorization": "Basic %%%"}
    assert gateway.client.get("/rest/v1/eventtypes", headers=header).status_code == 401


def test_event_types_have_their_odd_spelling(gateway):
    names = {entry["name"] for entry in gateway.rest("GET", "/eventtypes").json()}
    assert "net.authorize.payment.priorAuthCapture.created" in names


def test_a_webhook_is_made_pinged_switched_on_and_deleted(gateway):
    made = gateway.rest(
        "POST",
        "/webhooks",
        json={
            "name": "second",
            "url": "http://localhost:9/hook",
            "eventTypes": ["net.authorize.payment.void.created"],
            "status": "inactive",
        },
    ).json()
    path = f"/webhooks/{made['webhookId']}"
    assert made["_links"]["self"]["href"].endswith(path)
    assert gateway.rest("POST", f"{path}/pings").status_code == 200
    assert gateway.inbox.requests[-1].headers["X-ANET-Signature"].startswith("sha512=")
    gateway.inbox.unreachable = True
    assert gateway.rest("POST", f"{path}/pings").status_code == 500
    gateway.inbox.unreachable = False
    changed = gateway.rest("PUT", path, json={"status": "active"}).json()
    assert changed == made | {"status": "active"}
    assert gateway.rest("POST", f"{path}/pings").status_code == 400
    gateway.transact({"transactionType": "voidTransaction", "refTransId": gateway.buy()})
    assert gateway.deliver() == 3
    assert gateway.rest("DELETE", path).status_code == 200
    assert gateway.rest("GET", path).status_code == 404
    assert len(gateway.rest("GET", "/webhooks").json()) == 1


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"url": "http://127.0.0.1/x"},
        {"url": "http://127.0.0.1/x", "eventTypes": ["nonsense"]},
        {"url": "https://store.example/x", "eventTypes": ["net.authorize.payment.void.created"]},
        {"url": "http://127.0.0.1/x", "eventTypes": ["net.authorize.payment.void.created"], "status": "on"},
        {"url": 5},
        [],
    ],
)
def test_a_senseless_webhook_is_refused(gateway, body):
    answer = gateway.rest("POST", "/webhooks", json=body)
    assert answer.status_code == 400
    assert set(answer.json()) == {"status", "reason", "message", "details"}


def test_notifications_are_listed_by_page_and_day(gateway):
    for number in range(3):
        gateway.buy(invoice=f"I{number}")
    listed = gateway.rest("GET", "/notifications?offset=1&limit=1").json()
    assert len(listed["notifications"]) == 1
    assert listed["notifications"][0]["eventDate"] == "2026-11-23T09:00:00.123"
    assert gateway.rest("GET", "/notifications?from_date=2026-11-24").json()["notifications"] == []
    assert len(gateway.rest("GET", "/notifications?to_date=2026-11-23").json()["notifications"]) == 3
    for wrong in ("limit=1001", "limit=0", "offset=-1", "limit=x"):
        assert gateway.rest("GET", f"/notifications?{wrong}").status_code == 400
    assert gateway.rest("GET", "/notifications/nonsense").status_code == 404


def test_a_restart_keeps_transactions_and_what_was_on_its_way(open_gateway, tmp_path):
    path = str(tmp_path / "standin.sqlite3")
    with open_gateway(database=path) as gateway:
        trans_id = gateway.buy()
    with open_gateway(database=path) as gateway:
        assert gateway.details(trans_id)["transaction"]["transactionStatus"] == "capturedPendingSettlement"
        assert len(gateway.rest("GET", "/webhooks").json()) == 1
        assert gateway.deliver() == 1
        assert gateway.inbox.payloads[0]["id"] == trans_id


def test_a_start_with_another_address_moves_the_webhook_and_wakes_it(open_gateway, tmp_path):
    path = str(tmp_path / "standin.sqlite3")
    with open_gateway(database=path) as gateway:
        before = gateway.rest("GET", "/webhooks").json()[0]
        gateway.rest("PUT", f"/webhooks/{before['webhookId']}", json={"status": "inactive"})
    with open_gateway(database=path, webhook_url="http://127.0.0.1:9000/hook") as gateway:
        after = gateway.rest("GET", "/webhooks").json()
        assert [(item["webhookId"], item["url"], item["status"]) for item in after] == [
            (before["webhookId"], "http://127.0.0.1:9000/hook", "active")
        ]
    with open_gateway(database=path, webhook_url="") as gateway:
        assert gateway.rest("GET", "/webhooks").json() == []


def test_the_database_holds_no_card_number_no_code_and_no_token(open_gateway, tmp_path, card_numbers, caplog):
    path = tmp_path / "standin.sqlite3"
    with open_gateway(database=str(path)) as gateway:
        token = gateway.token()
        gateway.open(token)
        gateway.pay(token, zip="46282", cardCode="987")
        gateway.pay(token, cardNumber="4539578763621486")
        gateway.pay(token, cardCode="987")
        kept = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    for content in (kept, path.read_bytes(), caplog.text):
        assert not card_numbers(content)
    assert b"4539578763621486" not in kept
    assert b"XXXX1111" in kept
    assert token.encode() not in kept
    assert b"987" not in re.sub(rb"[0-9.:T+-]{6,}", b"", kept).replace(b"987654", b"")


def test_the_courier_delivers_by_itself(open_gateway):
    import time

    with open_gateway(run_courier=True) as gateway:
        gateway.buy()
        deadline = time.monotonic() + 5
        while not gateway.inbox.requests and time.monotonic() < deadline:
            time.sleep(0.01)
        assert json.loads(gateway.inbox.requests[0].content)["payload"]["invoiceNumber"] == "X7K2M9QW4D"
