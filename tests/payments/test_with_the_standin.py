"""The whole walk against the local Authorize.Net as a process of its own, over real HTTP, signatures and all."""

import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import msgspec
import pytest

from crystalcall.payments.actions import (
    Accepted,
    Captured,
    Declined,
    Disputed,
    Duplicate,
    HandOff,
    Held,
    Surplus,
    examine_notification,
    examine_transaction,
    receive_notification,
    reconcile,
    start_attempt,
    void_surplus,
)
from crystalcall.payments.authorizenet.client import AuthorizeNet, connect
from crystalcall.payments.check import check_gateway
from crystalcall.payments.gateway import (
    DeclineReason,
    GatewayRefused,
    GatewayUnknown,
    RefusalKind,
    Standing,
    TransactionDetails,
    TransactionNotFound,
)
from crystalcall.payments.models import Attempt, GatewayTransaction
from crystalcall.payments.queries import payment_of, surplus
from crystalcall.payments.states import PaymentState, VoidState
from crystalcall.plumbing import clock, settings

pytestmark = pytest.mark.django_db
GOOD_ZIP, DECLINE_ZIP, HOLD_ZIP = "98004", "46282", "46299"


@dataclass
class Postbox:
    """Where the stand-in's webhooks arrive: raw bytes and their signature, as the store's door would see them."""

    letters: list[tuple[bytes, str]] = field(default_factory=list)
    port: int = 0

    def wait_for(self, order_number: str) -> tuple[bytes, str]:
        """The first letter about this order."""
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            for letter in tuple(self.letters):
                if order_number.encode() in letter[0]:
                    return letter
            time.sleep(0.02)
        raise AssertionError("no webhook came")


@pytest.fixture(scope="module")
def postbox() -> Iterator[Postbox]:
    box = Postbox()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            box.letters.append((raw, self.headers["X-ANET-Signature"]))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    box.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield box
    server.shutdown()
    thread.join()
    server.server_close()


def _free_base_port() -> int:
    """A base port whose fourth neighbor, where the stand-in listens, is free."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1]) - 3


@pytest.fixture(scope="module")
def standin(postbox, tmp_path_factory) -> Iterator[str]:
    """The stand-in's address; the process ends with the module."""
    base = _free_base_port()
    shop = settings.current()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CRYSTALCALL_")} | {
        "CRYSTALCALL_DATA": str(tmp_path_factory.mktemp("standin")),
        "CRYSTALCALL_BASE_PORT": str(base),
        "CRYSTALCALL_GATEWAY_LOGIN_ID": shop.gateway_login_id,
        "CRYSTALCALL_GATEWAY_TRANSACTION_KEY": shop.gateway_transaction_key,
        "CRYSTALCALL_GATEWAY_SIGNATURE_KEY": shop.gateway_signature_key,
        "CRYSTALCALL_STANDIN_WEBHOOK_URL": f"http://127.0.0.1:{postbox.port}/hooks/authorize-net/",
    }
    process = subprocess.Popen([sys.executable, "-m", "crystalcall.payments.standin.server"], env=environment)
    url = f"http://127.0.0.1:{base + 3}"
    try:
        _wait_until_it_answers(url, process)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=10)


def _wait_until_it_answers(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        assert process.poll() is None, "the stand-in did not start"
        try:
            httpx.get(url, timeout=2).raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the stand-in never answered")


@pytest.fixture
def shop(standin, monkeypatch) -> settings.Settings:
    """The settings of a shop whose gateway is this stand-in."""
    changed = msgspec.structs.replace(
        settings.current(),
        gateway_api_url=f"{standin}/xml/v1/request.api",
        gateway_rest_url=f"{standin}/rest/v1",
        gateway_hosted_url=f"{standin}/payment/payment",
    )
    monkeypatch.setattr(settings, "current", lambda: changed)
    return changed


@pytest.fixture
def anet(shop) -> Iterator[AuthorizeNet]:
    with connect(shop) as client:
        yield client


@pytest.fixture
def faults(standin) -> Iterator[object]:
    """Sets what goes wrong at the stand-in; all heals afterward."""

    def set_faults(**wanted: object) -> None:
        httpx.put(f"{standin}/_standin/faults", json=wanted).raise_for_status()

    yield set_faults
    set_faults()


@pytest.fixture
def order(order, request):
    """A fresh order number for each test: the stand-in's memory outlives the test's database."""
    fields = {name: getattr(order, name) for name in order.__slots__}
    return type(order)(**fields | {"order_number": f"T{abs(hash(request.node.nodeid)) % 10**12}"})


@pytest.fixture
def visit(ask_leave, order, anet):
    """Begins to pay, as the order page does."""

    def begin() -> HandOff:
        answer = start_attempt(ask_leave(), order, now=clock.now(), gateway=anet)
        assert isinstance(answer, HandOff)
        return answer

    return begin


def browse(hand_off: HandOff, zip_code: str = GOOD_ZIP, card: str = "4111111111111111") -> httpx.Response:
    """What the buyer's browser does at the form: open it, fill it in, press Pay once."""
    with httpx.Client() as browser:
        page = browser.post(hand_off.url, data={"token": hand_off.token})
        return press_pay(browser, page, hand_off, zip_code, card)


def press_pay(browser, page, hand_off, zip_code, card="4111111111111111"):
    action = re.search(r'<form[^>]*action="(/[^"]*pay[^"]*)"', page.text)
    assert action is not None, page.text
    fields = {
        "token": hand_off.token,
        "cardNumber": card,
        "expirationDate": "12/35",
        "cardCode": "900",
        "firstName": "Anna",
        "lastName": "Hale",
        "zip": zip_code,
    }
    return browser.post(httpx.URL(hand_off.url).join(action[1]), data=fields)


def take_in(letter):
    raw, signature = letter
    return receive_notification(raw, signature, now=clock.now())


def test_a_card_pays_and_the_message_confirms_it(visit, order, anet, postbox, told, shop):
    answer = browse(visit())
    assert answer.status_code == 303
    assert answer.headers["location"] == f"{shop.store_base_url}{order.return_path}"
    assert payment_of(order.order_number).state is PaymentState.OPEN, "the return itself proves nothing"
    letter = postbox.wait_for(order.order_number)
    accepted = take_in(letter)
    assert isinstance(accepted, Accepted)
    found = examine_notification(accepted.notification_row_id, now=clock.now(), gateway=anet)
    assert isinstance(found, Captured)
    assert found.order_number == order.order_number
    assert take_in(letter) == Duplicate()
    assert told("payments.payment.captured") == 1


def test_without_any_message_reconciliation_finds_the_payment(visit, order, anet, faults):
    faults(drop=True)
    browse(visit())
    reconcile(now=clock.now() + timedelta(minutes=5), gateway=anet)
    assert payment_of(order.order_number).state is PaymentState.CAPTURED


def test_a_declined_card_may_be_followed_by_a_good_one_under_the_same_token(visit, order, anet):
    hand_off = visit()
    with httpx.Client() as browser:
        page = browser.post(hand_off.url, data={"token": hand_off.token})
        again = press_pay(browser, page, hand_off, DECLINE_ZIP)
        assert again.status_code == 200
        reconcile(now=clock.now() + timedelta(minutes=5), gateway=anet)
        view = payment_of(order.order_number)
        assert (view.state, view.last_decline_reason) == (PaymentState.DECLINED, DeclineReason.DECLINED)
        assert press_pay(browser, again, hand_off, GOOD_ZIP).status_code == 303
    reconcile(now=clock.now() + timedelta(minutes=6), gateway=anet)
    assert payment_of(order.order_number).state is PaymentState.CAPTURED


@pytest.mark.parametrize(("action", "expected"), [("approve", Captured), ("decline", Declined)])
def test_a_held_payment_waits_for_its_review(visit, order, anet, standin, action, expected):
    browse(visit(), HOLD_ZIP)
    reconcile(now=clock.now() + timedelta(minutes=5), gateway=anet)
    assert payment_of(order.order_number).state is PaymentState.HELD
    trans_id = GatewayTransaction.objects.get().trans_id
    assert isinstance(examine_transaction(trans_id, now=clock.now(), gateway=anet), Held)
    review = httpx.post(f"{standin}/_standin/reviews", data={"transId": trans_id, "action": action})
    assert review.status_code in {200, 303}
    assert isinstance(examine_transaction(trans_id, now=clock.now(), gateway=anet), expected)


def test_two_forms_paid_are_one_payment_and_one_void(visit, order, anet, told):
    first, second = visit(), visit()
    browse(first)
    browse(second, card="5424000000000015")
    reconcile(now=clock.now() + timedelta(minutes=5), gateway=anet)
    view = payment_of(order.order_number)
    assert view.state is PaymentState.CAPTURED
    assert told("payments.payment.captured") == 1
    (extra,) = surplus()
    row = GatewayTransaction.objects.get(trans_id=extra.trans_id)
    assert void_surplus(row.pk, now=clock.now(), gateway=anet) is VoidState.VOIDED
    assert anet.transaction_details(extra.trans_id).standing is Standing.VOIDED


def test_a_void_that_worked_but_never_answered_is_found_by_looking(visit, order, anet, faults):
    first, second = visit(), visit()
    browse(first)
    browse(second, card="5424000000000015")
    reconcile(now=clock.now() + timedelta(minutes=5), gateway=anet)
    row = GatewayTransaction.objects.get(trans_id=surplus()[0].trans_id)
    faults(timeout_after_processing=True)
    with AuthorizeNet(anet._access, answer_seconds=0.5) as hasty:
        assert void_surplus(row.pk, now=clock.now(), gateway=hasty) is VoidState.SENT
    faults()
    assert void_surplus(row.pk, now=clock.now() + timedelta(minutes=5), gateway=anet) is VoidState.VOIDED


def test_a_transaction_of_an_older_database_pays_nothing_new(visit, order, anet, faults):
    """Replay: a payment made before this order's form was asked for, under the same order number."""
    faults(drop=True)
    browse(visit())
    payment = payment_of(order.order_number)
    assert payment is not None
    found = anet.unsettled_transactions()
    (line,) = [line for line in found.lines if line.order_number == order.order_number]
    Attempt.objects.update(
        ref_id="ANOTHER",
        token_issued_at=clock.now() + timedelta(minutes=10),
        expires_at=clock.now() + timedelta(minutes=25),
    )
    assert isinstance(examine_transaction(line.trans_id, now=clock.now(), gateway=anet), Disputed)


@pytest.mark.parametrize("fault", ["http_500", "html_body", "too_busy"])
def test_a_gateway_in_trouble_gives_unknown_outcomes_only(visit, anet, faults, fault, leave, order):
    faults(**{fault: True})
    with AuthorizeNet(anet._access, pause=lambda _: None) as patient:
        assert isinstance(patient.merchant_details(), GatewayUnknown)
        assert isinstance(patient.transaction_details("60001"), GatewayUnknown)
        assert isinstance(patient.unsettled_transactions(), GatewayUnknown)
        assert isinstance(patient.void("60001", "REF"), GatewayUnknown)
        assert not isinstance(start_attempt(leave, order, now=clock.now(), gateway=patient), HandOff)


def test_an_unknown_transaction_is_not_found(anet):
    assert anet.transaction_details("999999999999") == TransactionNotFound("999999999999")


def test_the_check_finds_the_right_keys_and_the_wrong_ones(shop):
    report = check_gateway()
    assert report.problems == ()
    assert report.host == "127.0.0.1"
    wrong = msgspec.structs.replace(shop, gateway_transaction_key="not-the-key")
    with connect(wrong) as stranger:
        answer = stranger.merchant_details()
        assert isinstance(answer, GatewayRefused)
        assert answer.kind is RefusalKind.CREDENTIALS
        assert "does not know these keys" in check_gateway(stranger).problems[0]


def test_every_word_of_a_payment_survives_the_way(visit, order, anet, faults):
    faults(drop=True)
    browse(visit())
    (line,) = [line for line in anet.unsettled_transactions().lines if line.order_number == order.order_number]
    details = anet.transaction_details(line.trans_id)
    assert isinstance(details, TransactionDetails)
    assert details.order_number == order.order_number
    assert details.ref_id is not None
    assert f"{details.amount:.2f}" == "10.00"
    assert abs(details.submitted_at - clock.now()) < timedelta(minutes=1)
    assert isinstance(examine_transaction(line.trans_id, now=clock.now(), gateway=anet), Captured)
    assert not isinstance(examine_transaction(line.trans_id, now=clock.now(), gateway=anet), Surplus)
