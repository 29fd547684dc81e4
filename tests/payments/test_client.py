"""The client against a real server on this machine that misbehaves on demand."""

import json
import logging
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from crystalcall.payments.authorizenet import wire
from crystalcall.payments.authorizenet.client import (
    READ_PAUSES,
    Access,
    AuthorizeNet,
    UncoveredRequestError,
    UnsafeAddressError,
    connect,
)
from crystalcall.payments.gateway import (
    GatewayRefused,
    GatewayUnknown,
    HostedPage,
    HostedPageRequest,
    MerchantDetails,
    RefusalKind,
    TransactionDetails,
    TransactionList,
    TransactionNotFound,
    UnknownCause,
    Voided,
)
from crystalcall.plumbing import settings
from crystalcall.privacy.gate import permit
from crystalcall.privacy.purposes import Purpose

OK = {"resultCode": "Ok", "message": [{"code": "I00001", "text": "Successful."}]}
HOSTED = "http://127.0.0.1:1/payment/payment"
SECRET = "demo-key-12"


def error(code: str, text: str = "No.") -> dict:
    return {"messages": {"resultCode": "Error", "message": [{"code": code, "text": text}]}}


def line(trans_id: int) -> dict:
    return {"transId": str(trans_id), "invoiceNumber": "ANNA-1", "submitTimeUTC": "2026-11-02T15:01:02Z"}


DETAILS = {
    "messages": OK,
    "transrefId": "REF1",
    "transaction": {
        "transId": "60001",
        "submitTimeUTC": "2026-11-02T15:01:02Z",
        "transactionStatus": "capturedPendingSettlement",
        "responseCode": 1,
        "order": {"invoiceNumber": "ANNA-1"},
        "authAmount": 10.00,
    },
}


@dataclass
class Edge:
    """What the server will say next (the last answer again and again), and what it was asked."""

    answers: list[tuple[int, bytes]] = field(default_factory=list)
    asked: list[dict] = field(default_factory=list)
    wait_seconds: float = 0.0
    hang_up: bool = False
    url: str = ""

    def will_say(self, *answers: object, status: int = 200) -> None:
        bodies = [part if isinstance(part, bytes) else ("\ufeff" + json.dumps(part)).encode() for part in answers]
        self.answers = [(status, body) for body in bodies]


@pytest.fixture
def edge() -> Iterator[Edge]:
    script = Edge()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            script.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            if script.hang_up:
                return
            if script.wait_seconds:
                time.sleep(script.wait_seconds)
            status, body = script.answers.pop(0) if len(script.answers) > 1 else script.answers[0]
            try:
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Location", "http://127.0.0.1:1/")
                self.end_headers()
                self.wfile.write(body)
            except OSError:
                pass  # the client had stopped listening, as some of these tests want

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    script.url = f"http://127.0.0.1:{server.server_port}/xml/v1/request.api"
    yield script
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def client(edge, pauses) -> Iterator[AuthorizeNet]:
    access = Access(edge.url, HOSTED, wire.Login("demo-login", SECRET), may_be_plain_http=True)
    with AuthorizeNet(access, pause=pauses.append, answer_seconds=0.5) as opened:
        yield opened


def form() -> HostedPageRequest:
    return HostedPageRequest(
        order_number="ANNA-1",
        ref_id="REF1",
        amount=Decimal("10.00"),
        description="x",
        email="anna@example.org",
        return_url="http://127.0.0.1/returned/",
        cancel_url="http://127.0.0.1/",
        pay_text="Pay",
        return_text="Back",
        cancel_text="Cancel",
    )


@pytest.mark.clause("C22")
def test_a_form_is_a_token_and_an_address(client, edge, leave):
    edge.will_say({"token": "a-token", "messages": OK})
    assert client.open_hosted_page(leave, form()) == HostedPage("a-token", HOSTED)
    sent = edge.asked[0]["getHostedPaymentPageRequest"]
    assert sent["merchantAuthentication"] == {"name": "demo-login", "transactionKey": SECRET}
    assert sent["transactionRequest"]["customer"] == {"email": "anna@example.org"}


@pytest.mark.clause("C08", "C09")
def test_nothing_is_sent_beyond_the_permit(client, edge, db):
    edge.will_say({"token": "a-token", "messages": OK})
    without_email = permit(
        "authorize-net", Purpose.ORDER_FULFILLMENT, ("amount", "order_number", "page_address"), "ANNA-1"
    )
    client.open_hosted_page(without_email, form())
    assert "anna@example.org" not in json.dumps(edge.asked)
    for_mail = permit("mail-carrier", Purpose.ORDER_FULFILLMENT, ("email",), "ANNA-1")
    with pytest.raises(UncoveredRequestError):
        client.open_hosted_page(for_mail, form())
    assert len(edge.asked) == 1


def test_details_are_read(client, edge):
    edge.will_say(DETAILS)
    found = client.transaction_details("60001")
    assert isinstance(found, TransactionDetails)
    assert (found.order_number, found.amount) == ("ANNA-1", Decimal("10.0"))


@pytest.mark.parametrize("trans_id", ["", "0", "abc", "../../etc"])
def test_what_is_no_transaction_id_is_not_even_asked_about(client, edge, trans_id):
    assert client.transaction_details(trans_id) == TransactionNotFound(trans_id)
    assert edge.asked == []


def test_a_transaction_the_gateway_does_not_know_is_not_found(client, edge):
    edge.will_say(error("E00040", "The record cannot be found."))
    assert client.transaction_details("60001") == TransactionNotFound("60001")


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("E00007", RefusalKind.CREDENTIALS),
        ("E00011", RefusalKind.PERMISSION),
        ("E00009", RefusalKind.TEST_MODE),
        ("E00003", RefusalKind.REQUEST),
    ],
)
def test_a_refusal_says_what_it_is_about(client, edge, leave, code, kind):
    edge.will_say(error(code))
    for answer in (
        client.merchant_details(),
        client.transaction_details("60001"),
        client.unsettled_transactions(),
        client.void("60001", "REF1"),
        client.open_hosted_page(leave, form()),
    ):
        assert answer == GatewayRefused(kind, f"{code} No.")


BROKEN = [
    ("html", 200, b"<html>Service Unavailable</html>", UnknownCause.UNREADABLE),
    ("empty", 200, b"", UnknownCause.UNREADABLE),
    ("no envelope", 200, b"{}", UnknownCause.UNREADABLE),
    ("500", 500, b"", UnknownCause.SERVER_ERROR),
    ("503 with html", 503, b"<html></html>", UnknownCause.SERVER_ERROR),
    ("redirect", 302, b"", UnknownCause.UNREADABLE),
    ("404", 404, b"", UnknownCause.UNREADABLE),
]


@pytest.mark.parametrize(("status", "body", "cause"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN])
def test_an_answer_that_is_none_is_an_unknown_outcome_and_is_asked_for_once(client, edge, pauses, status, body, cause):
    edge.will_say(body, status=status)
    for ask in (client.merchant_details, lambda: client.void("60001", "REF1"), client.unsettled_transactions):
        edge.asked.clear()
        answer = ask()
        assert isinstance(answer, GatewayUnknown)
        assert answer.cause is cause
        assert len(edge.asked) == 1
    assert pauses == []


def test_a_gateway_that_never_answers_is_an_unknown_outcome(client, edge, pauses):
    edge.will_say(DETAILS)
    edge.wait_seconds = 0.8
    assert client.void("60001", "REF1") == GatewayUnknown(UnknownCause.TIMEOUT)
    assert len(edge.asked) == 1
    assert pauses == []


def test_a_connection_that_breaks_off_is_an_unknown_outcome(client, edge):
    edge.hang_up = True
    answer = client.void("60001", "REF1")
    assert isinstance(answer, GatewayUnknown)
    assert answer.cause is UnknownCause.BROKEN_OFF


def test_a_gateway_that_is_not_there_is_an_unknown_outcome():
    access = Access("http://127.0.0.1:1/api", HOSTED, wire.Login("demo", "demo"), may_be_plain_http=True)
    with AuthorizeNet(access) as client:
        assert client.merchant_details() == GatewayUnknown(UnknownCause.NO_CONNECTION)


@pytest.mark.parametrize("busy", [(429, b""), (200, error("E00053")), (200, error("E00104"))], ids=["429", "53", "104"])
def test_reads_wait_for_a_busy_gateway_within_bounds(client, edge, pauses, busy):
    status, body = busy
    edge.will_say(body, status=status)
    answer = client.transaction_details("60001")
    assert isinstance(answer, GatewayUnknown)
    assert answer.cause is UnknownCause.BUSY
    assert pauses == list(READ_PAUSES)
    assert len(edge.asked) == 1 + len(READ_PAUSES)


def test_a_read_succeeds_once_the_gateway_is_less_busy(client, edge, pauses):
    edge.will_say(error("E00053"), DETAILS)
    assert isinstance(client.transaction_details("60001"), TransactionDetails)
    assert pauses == [READ_PAUSES[0]]


def test_what_moves_money_is_sent_once_even_to_a_busy_gateway(client, edge, pauses, leave):
    edge.will_say(error("E00053"))
    assert client.void("60001", "REF1") == GatewayUnknown(UnknownCause.BUSY, "E00053")
    client.open_hosted_page(leave, form())
    assert len(edge.asked) == 2
    assert pauses == []


def test_a_void_is_known_by_its_own_code(client, edge):
    edge.will_say({"transactionResponse": {"responseCode": "1", "transId": "60001"}, "messages": OK})
    assert client.void("60001", "REF1") == Voided("60001")
    edge.will_say({"messages": OK})
    assert isinstance(client.void("60001", "REF1"), GatewayUnknown)


def test_a_long_list_is_read_page_by_page(client, edge):
    first = {"transactions": [line(number) for number in range(1, 1001)], "messages": OK}
    second = {"transactions": [line(2000)], "messages": OK}
    edge.will_say(first, second)
    found = client.unsettled_transactions()
    assert isinstance(found, TransactionList)
    assert found.complete
    assert len(found.lines) == 1001
    offsets = [body["getUnsettledTransactionListRequest"]["paging"]["offset"] for body in edge.asked]
    assert offsets == [1, 2]


def test_a_list_is_read_no_further_back_than_asked_and_no_longer_than_its_bound(client, edge):
    page = {"transactions": [line(number) for number in range(1, 1001)], "messages": OK}
    edge.will_say(page)
    client.unsettled_transactions(datetime(2026, 11, 2, 16, tzinfo=UTC))
    assert len(edge.asked) == 1
    endless = client.unsettled_transactions()
    assert isinstance(endless, TransactionList)
    assert not endless.complete


def test_the_merchant_is_known(client, edge):
    edge.will_say({"isTestMode": False, "merchantName": "CC", "currencies": ["USD"], "messages": OK})
    assert client.merchant_details() == MerchantDetails("CC", ("USD",), is_test_mode=False)


def test_no_log_line_holds_a_credential_a_token_or_an_address(client, edge, leave, caplog):
    caplog.set_level(logging.DEBUG)
    edge.will_say({"token": "secret-token", "messages": OK})
    client.open_hosted_page(leave, form())
    edge.will_say(b"<html>")
    client.merchant_details()
    for secret in (SECRET, "secret-token", "anna@example.org"):
        assert secret not in caplog.text
    assert "authorize.net hosted page" in caplog.text


@pytest.mark.clause("C21")
@pytest.mark.parametrize(
    ("url", "profile_allows"),
    [
        ("http://api.authorize.net/xml/v1/request.api", True),
        ("http://127.0.0.1:8003/xml/v1/request.api", False),
        ("http://127.0.0.1.evil.example/", True),
        ("ftp://127.0.0.1/", True),
        ("https:///path", True),
    ],
)
def test_credentials_never_travel_in_clear_over_a_network(url, profile_allows):
    login = wire.Login("demo", "demo")
    with pytest.raises(UnsafeAddressError):
        Access(url, HOSTED, login, may_be_plain_http=profile_allows)
    with pytest.raises(UnsafeAddressError):
        Access("https://api.authorize.net/", url, login, may_be_plain_http=profile_allows)


def test_the_settings_name_the_gateway():
    with connect(settings.current()) as client:
        assert client._access.api_url == settings.current().gateway_api_url
