"""The gateway's messages at the store's door: believed by signature, counted once, and never taken at their word."""

import json
import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django_tasks_db.models import DBTaskResult

from crystalcall.payments import tasks
from crystalcall.payments.actions import (
    Accepted,
    Captured,
    Duplicate,
    Ignored,
    IgnoredReason,
    Refused,
    RefusedReason,
    Unreachable,
    examine_notification,
    examine_transaction,
    receive_notification,
    reconcile,
    start_attempt,
)
from crystalcall.payments.actions import notifications as notifying
from crystalcall.payments.authorizenet.hooks import sign
from crystalcall.payments.gateway import Standing, Verdict
from crystalcall.payments.models import GatewayNotification
from crystalcall.payments.queries import captured_payment, payment_of, unexamined_messages
from crystalcall.plumbing import settings

pytestmark = [pytest.mark.django_db, pytest.mark.urls("crystalcall.web.webhooks.urls")]
DOOR = "/hooks/authorize-net/"
PAID = "net.authorize.payment.authcapture.created"


def message(trans_id="60001", event=PAID, notification_id=None, **payload):
    body = {
        "notificationId": notification_id or str(uuid.uuid4()),
        "eventType": event,
        "eventDate": "2026-11-02T15:01:02.3492643Z",
        "webhookId": "a585ea29-a370-495a-bd83-f9be7160f260",
        "payload": {"responseCode": 1, "authAmount": 10.0, "entityName": "transaction", "id": trans_id} | payload,
    }
    return json.dumps(body).encode()


def signature(raw):
    return sign(raw, settings.current().gateway_signature_key)


def receive(raw, now):
    return receive_notification(raw, signature(raw), now=now)


@pytest.fixture
def knock(frozen_clock):
    """Posts to the door as the gateway does, from another machine."""

    def post(raw, header="right", method="post"):
        headers = {} if header is None else {"X-ANET-Signature": signature(raw) if header == "right" else header}
        return getattr(Client(), method)(DOOR, raw, content_type="application/json", headers=headers)

    return post


def test_a_genuine_message_is_kept_by_its_ids_and_looked_into_later(now):
    raw = message(invoiceNumber="ANNA-1", merchantReferenceId="REF", avsResponse="Y")
    answer = receive(raw, now)
    assert isinstance(answer, Accepted)
    row = GatewayNotification.objects.get()
    assert (row.pk, row.trans_id, row.event_type, row.examined_at) == (answer.notification_row_id, "60001", PAID, None)
    (work,) = DBTaskResult.objects.filter(task_path__endswith="payments.tasks.examine_notification")
    assert work.args_kwargs["args"] == [row.pk]


def test_the_same_message_twice_changes_nothing(now):
    raw = message()
    assert isinstance(receive(raw, now), Accepted)
    before = DBTaskResult.objects.count()
    assert receive(raw, now + timedelta(hours=8)) == Duplicate()
    assert GatewayNotification.objects.count() == 1
    assert DBTaskResult.objects.count() == before


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        (None, RefusedReason.MISSING_SIGNATURE),
        ("", RefusedReason.MISSING_SIGNATURE),
        ("sha512=00", RefusedReason.WRONG_SIGNATURE),
    ],
)
def test_a_forged_message_leaves_no_trace(now, header, reason):
    assert receive_notification(message(), header, now=now) == Refused(reason)
    assert GatewayNotification.objects.count() == 0


@pytest.mark.parametrize("event", ["net.authorize.customer.created", "net.authorize.new.kind"])
def test_a_message_about_no_payment_is_kept_as_such_and_starts_no_work(now, event):
    assert isinstance(receive(message(event=event), now), Accepted)
    assert GatewayNotification.objects.get().outcome == "not_a_payment"
    assert DBTaskResult.objects.count() == 0


@pytest.mark.usefixtures("attempt")
def test_a_message_before_the_return_pays_the_order(now, gateway, paid_at_gateway, told):
    paid_at_gateway()
    row = receive(message(), now).notification_row_id
    assert examine_notification(row, now=now, gateway=gateway) == Captured("ANNA-1", "60001")
    assert examine_notification(row, now=now, gateway=gateway) is None
    assert captured_payment("ANNA-1") is not None
    assert GatewayNotification.objects.get().outcome == "captured"
    assert told("payments.payment.captured") == 1


@pytest.mark.usefixtures("attempt")
def test_a_message_is_never_taken_at_its_word(now, gateway, paid_at_gateway):
    paid_at_gateway(verdict=Verdict.DECLINED, standing=Standing.DECLINED)
    row = receive(message(event="net.authorize.payment.fraud.approved", responseCode=1), now).notification_row_id
    examine_notification(row, now=now, gateway=gateway)
    assert captured_payment("ANNA-1") is None


@pytest.mark.usefixtures("attempt")
def test_a_message_naming_another_order_pays_the_order_the_gateway_names(now, gateway, paid_at_gateway, leave, order):
    mallorys = order.__class__(
        **{name: getattr(order, name) for name in order.__slots__} | {"order_number": "MALLORY-1"}
    )
    start_attempt(leave, mallorys, now=now, gateway=gateway)
    paid_at_gateway(ref_id=gateway.requests[0].ref_id)
    row = receive(message(invoiceNumber="MALLORY-1", merchantReferenceId=gateway.requests[1].ref_id), now)
    examine_notification(row.notification_row_id, now=now, gateway=gateway)
    assert captured_payment("MALLORY-1") is None
    assert captured_payment("ANNA-1") is not None


@pytest.mark.usefixtures("attempt")
def test_messages_may_come_in_any_order_and_any_number(now, gateway, paid_at_gateway, told):
    paid_at_gateway(standing=Standing.SETTLED)
    events = ["fraud.approved", "authcapture.created", "fraud.held", "authcapture.created"]
    rows = [receive(message(event=f"net.authorize.payment.{name}"), now).notification_row_id for name in events]
    for row in reversed(rows):
        assert isinstance(examine_notification(row, now=now, gateway=gateway), Captured)
    assert payment_of("ANNA-1").state == "captured"
    assert told("payments.payment.captured") == 1


@pytest.mark.usefixtures("attempt")
def test_an_outage_leaves_a_message_for_the_next_look(now, gateway, paid_at_gateway):
    paid_at_gateway()
    row = receive(message(), now).notification_row_id
    gateway.break_down()
    assert isinstance(examine_notification(row, now=now, gateway=gateway), Unreachable)
    later = now + timedelta(minutes=5)
    assert unexamined_messages(now=later, older_than_seconds=60) == 1
    gateway.heal()
    assert reconcile(now=later, gateway=gateway) >= 1
    assert captured_payment("ANNA-1") is not None
    assert unexamined_messages(now=later, older_than_seconds=60) == 0


def test_a_message_may_outrun_the_gateways_own_records(now, gateway):
    row = receive(message(), now).notification_row_id
    assert examine_notification(row, now=now, gateway=gateway) == Ignored(IgnoredReason.NOT_FOUND)
    assert GatewayNotification.objects.get().examined_at is None
    examine_notification(row, now=now + timedelta(hours=1), gateway=gateway)
    assert GatewayNotification.objects.get().outcome == "not_found"


def test_the_background_task_takes_an_id_and_looks(now, monkeypatch, frozen_clock, gateway):
    row = receive(message(), now).notification_row_id
    seen = []
    monkeypatch.setattr(
        notifying,
        "examine_transaction",
        lambda trans_id, **_: seen.append(trans_id) or Ignored(IgnoredReason.UNKNOWN_ORDER),
    )
    tasks.examine_notification.func(row)
    tasks.examine_notification.func(row)
    assert seen == ["60001"]
    tasks.void_surplus.func(4711)


def test_the_door_takes_a_genuine_message_and_its_repeats(knock):
    raw = message()
    assert [knock(raw).status_code for _ in range(3)] == [200, 200, 200]
    assert GatewayNotification.objects.count() == 1


def test_the_door_takes_lower_case_signatures(knock):
    raw = message()
    assert knock(raw, signature(raw).lower()).status_code == 200


@pytest.mark.parametrize("header", [None, "", " ", "sha512=", "sha512=" + "0" * 128, "nonsense"])
def test_the_door_refuses_what_is_not_signed_rightly(knock, header):
    assert knock(message(), header).status_code == 401
    assert GatewayNotification.objects.count() == 0


def test_the_door_refuses_an_altered_message(knock):
    raw = message()
    assert knock(raw.replace(b"10.0", b"10"), signature(raw)).status_code == 401


@pytest.mark.parametrize("raw", [b"", b"not json", b"[]", b'{"notificationId":"x"}', b"\xff\xfe"])
def test_the_door_answers_400_to_a_signed_message_that_is_none(knock, raw):
    assert knock(raw).status_code == 400
    assert GatewayNotification.objects.count() == 0


def test_the_door_answers_200_to_unknown_events_and_unknown_transactions(knock):
    assert knock(message(event="net.authorize.brand.new")).status_code == 200
    assert knock(message(trans_id="999999")).status_code == 200


def test_the_door_reads_no_flood(knock):
    limit = 64 * 1024
    filler = message(note="x" * limit)
    assert knock(filler).status_code == 413
    assert knock(filler, None).status_code == 413
    exactly = message(note="")
    exactly = message(note="x" * (limit - len(exactly)))
    assert len(exactly) == limit
    assert knock(exactly).status_code == 200


@pytest.mark.parametrize("method", ["put", "delete", "patch", "options"])
def test_the_door_is_for_posts_alone(knock, method):
    assert knock(message(), method=method).status_code == 405


def test_the_door_sets_no_cookie_and_is_cached_nowhere(knock):
    response = knock(message())
    assert not response.cookies
    assert response["Cache-Control"] == "no-store"


@pytest.mark.usefixtures("attempt")
def test_a_replayed_message_after_the_payment_changes_nothing(knock, gateway, paid_at_gateway, now, told):
    paid_at_gateway()
    examine_transaction("60001", now=now, gateway=gateway)
    raw = message()
    knock(raw)
    knock(raw)
    row = GatewayNotification.objects.get()
    examine_notification(row.pk, now=now, gateway=gateway)
    assert told("payments.payment.captured") == 1


def test_the_door_shows_nothing_to_a_reader():
    assert Client().get(DOOR).status_code == 405
    assert Client().head(DOOR).status_code == 405
