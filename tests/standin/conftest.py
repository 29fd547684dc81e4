"""A stand-in in memory, with a clock that stands still and a store that only remembers what it was told."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from defusedxml.ElementTree import fromstring
from litestar.testing import TestClient

from crystalcall.payments.standin.app import create_app
from crystalcall.payments.standin.config import StandinConfig

LOGIN = "test-store"
KEY = "test-key-0000001"
SIGNATURE_KEY = "A6214F61" * 16
STORE = "http://127.0.0.1:8000"
HOOK = f"{STORE}/hooks/authorize-net/"
BOM = b"\xef\xbb\xbf"


@dataclass
class Clock:
    """Stands still until moved."""

    moment: datetime = datetime(2026, 11, 23, 9, 0, 0, 123456, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def advance(self, **by: float) -> None:
        self.moment += timedelta(**by)


@dataclass
class Inbox:
    """The store's webhook: keeps what arrives, answers what it is told to answer."""

    status: int = 200
    requests: list[httpx.Request] = field(default_factory=list)
    unreachable: bool = False

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if self.unreachable:
            raise httpx.ConnectError("nobody there")
        return httpx.Response(self.status)

    @property
    def events(self) -> list[str]:
        return [json.loads(request.content)["eventType"].removeprefix("net.authorize.") for request in self.requests]

    @property
    def payloads(self) -> list[dict[str, Any]]:
        return [json.loads(request.content)["payload"] for request in self.requests]


class Gateway:
    """What a store and a browser do with the stand-in."""

    def __init__(self, client: TestClient[Any], clock: Clock, inbox: Inbox) -> None:
        self.client = client
        self.clock = clock
        self.inbox = inbox

    def raw(self, body: bytes | str, content_type: str = "application/json") -> httpx.Response:
        return self.client.post("/xml/v1/request.api", content=body, headers={"Content-Type": content_type})

    def call(self, method: str, body: dict[str, Any] | None = None, **authentication: str) -> dict[str, Any]:
        credentials = {"name": LOGIN, "transactionKey": KEY} | authentication
        answer = self.raw(json.dumps({method: {"merchantAuthentication": credentials} | (body or {})}))
        assert answer.status_code == 200
        assert answer.content.startswith(BOM)
        decoded: dict[str, Any] = json.loads(answer.content.decode("utf-8-sig"))
        return decoded

    def code(self, answer: dict[str, Any]) -> str:
        return str(answer["messages"]["message"][0]["code"])

    def ask(
        self,
        *,
        amount: object = "10.00",
        invoice: str = "X7K2M9QW4D",
        return_options: dict[str, Any] | None = None,
        settings: list[dict[str, str]] | None = None,
        kind: str = "authCaptureTransaction",
        **more: object,
    ) -> dict[str, Any]:
        back = {"showReceipt": False, "url": f"{STORE}/orders/tok/returned/", "cancelUrl": f"{STORE}/orders/tok/"}
        setting = {
            "settingName": "hostedPaymentReturnOptions",
            "settingValue": json.dumps(back | (return_options or {})),
        }
        request = {"transactionType": kind, "amount": amount, "order": {"invoiceNumber": invoice}}
        return self.call(
            "getHostedPaymentPageRequest",
            {
                "refId": "attempt-1",
                "transactionRequest": request | more,
                "hostedPaymentSettings": {"setting": [setting, *(settings or [])]},
            },
        )

    def token(self, **options: Any) -> str:
        return str(self.ask(**options)["token"])

    def open(self, token: str) -> httpx.Response:
        return self.client.post("/payment/payment", data={"token": token})

    def pay(self, token: str, **fields: str) -> httpx.Response:
        form = {"token": token, "cardNumber": "4111111111111111", "expirationDate": "12/30", "cardCode": "900"}
        names = {"firstName": "Anna", "lastName": "Hale", "zip": "10001"}
        return self.client.post("/payment/pay", data=form | names | fields)

    def buy(self, **options: Any) -> str:
        """A whole purchase; the transaction's number."""
        fields = options.pop("fields", {})
        token = self.token(**options)
        assert self.open(token).status_code == 200
        assert self.pay(token, **fields).status_code == 303
        return str(self.unsettled()[-1]["transId"])

    def unsettled(self) -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = self.call("getUnsettledTransactionListRequest").get("transactions", [])
        return listed

    def details(self, trans_id: str) -> dict[str, Any]:
        return self.call("getTransactionDetailsRequest", {"transId": trans_id})

    def transact(self, request: dict[str, Any]) -> dict[str, Any]:
        return self.call("createTransactionRequest", {"transactionRequest": request})

    def refund(self, trans_id: str, amount: str, last_four: str = "1111") -> dict[str, Any]:
        card = {"creditCard": {"cardNumber": last_four, "expirationDate": "XXXX"}}
        kind = "refundTransaction"
        return self.transact({"transactionType": kind, "amount": amount, "payment": card, "refTransId": trans_id})

    def charge(self, **changes: Any) -> dict[str, Any]:
        """A charge by the API; ``changes`` replace keys of the request, None removes one."""
        number = changes.pop("number", "4111111111111111")
        request: dict[str, Any] = {
            "transactionType": "authCaptureTransaction",
            "amount": "10.00",
            "payment": {"creditCard": {"cardNumber": number, "expirationDate": "2030-12", "cardCode": "900"}},
            "profile": None,
            "refTransId": None,
            "order": {"invoiceNumber": "X7K2M9QW4D"},
            "lineItems": None,
            "tax": None,
            "poNumber": None,
            "customer": None,
            "billTo": {"firstName": "Anna", "lastName": "Hale", "zip": "10001"},
            "shipTo": None,
            "transactionSettings": None,
        }
        return self.transact({name: value for name, value in (request | changes).items() if value is not None})

    def charged(self, **changes: Any) -> str:
        """A charge that must succeed; its number."""
        response = self.charge(**changes)["transactionResponse"]
        assert response["responseCode"] == "1", response
        return str(response["transId"])

    def on(self, kind: str, trans_id: str, amount: str | None = None) -> dict[str, Any]:
        """A void or capture of a transaction."""
        request = {"transactionType": kind, "amount": amount, "refTransId": trans_id}
        return self.transact({name: value for name, value in request.items() if value is not None})

    def error(self, answer: dict[str, Any]) -> str:
        return str(answer["transactionResponse"]["errors"][0]["errorCode"])

    def status(self, trans_id: str) -> str:
        return str(self.details(trans_id)["transaction"]["transactionStatus"])

    def xml(self, text: str, content_type: str = "application/xml") -> Any:
        """A request in XML; the root element of the answer."""
        answer = self.raw(text, content_type)
        assert answer.status_code == 200
        assert answer.content.startswith(BOM + b"<?xml")
        assert answer.headers["content-type"] == "application/xml; charset=utf-8"
        return fromstring(answer.content[len(BOM) :])

    def switch(self, **switches: Any) -> None:
        answer = self.client.put("/_standin/switches", json=switches)
        assert answer.status_code == 200, answer.text

    def profile(self, **who: str) -> str:
        """A new customer profile; its number."""
        answer = self.call("createCustomerProfileRequest", {"profile": who or {"email": "anna@example.org"}})
        return str(answer["customerProfileId"])

    def card(self, profile_id: str, number: str = "4111111111111111", **changes: Any) -> str:
        """A new card in a profile; its number."""
        card = {"cardNumber": number, "expirationDate": "2030-12"}
        paid = {"billTo": {"firstName": "Anna", "zip": "10001"}, "payment": {"creditCard": card}} | changes
        answer = self.call(
            "createCustomerPaymentProfileRequest", {"customerProfileId": profile_id, "paymentProfile": paid}
        )
        return str(answer["customerPaymentProfileId"])

    def settle(self) -> int:
        return int(self.client.post("/_standin/settlements").json()["settled"])

    def faults(self, **faults: Any) -> None:
        answer = self.client.put("/_standin/faults", json=faults)
        assert answer.status_code == 200, answer.text

    def deliver(self) -> int:
        return int(self.client.post("/_standin/deliveries").json()["tries"])

    def rest(self, method: str, path: str, **options: Any) -> httpx.Response:
        return self.client.request(method, f"/rest/v1{path}", auth=(LOGIN, KEY), **options)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def make_config(clock: Clock, inbox: Inbox) -> Callable[..., StandinConfig]:
    def make(**changes: Any) -> StandinConfig:
        values: dict[str, Any] = {
            "database": ":memory:",
            "login_id": LOGIN,
            "transaction_key": KEY,
            "signature_key": SIGNATURE_KEY,
            "webhook_url": HOOK,
            "clock": clock,
            "webhook_transport": httpx.MockTransport(inbox),
            "run_courier": False,
        }
        return StandinConfig(**(values | changes))

    return make


@pytest.fixture
def open_gateway(make_config: Callable[..., StandinConfig], clock: Clock, inbox: Inbox) -> Callable[..., Any]:
    """A context manager that runs a stand-in with changes to its configuration."""
    from contextlib import contextmanager

    @contextmanager
    def opened(**changes: Any) -> Iterator[Gateway]:
        app = create_app(make_config(**changes))
        with TestClient(app, base_url="http://127.0.0.1:8003") as client:
            client.follow_redirects = False
            yield Gateway(client, clock, inbox)

    return opened


@pytest.fixture
def gateway(open_gateway: Callable[..., Any]) -> Iterator[Gateway]:
    with open_gateway() as opened:
        yield opened


@pytest.fixture
def card_numbers() -> Callable[[bytes | str], list[str]]:
    """Every run of 12 to 19 digits that passes Luhn and is no transaction number: what must not lie about."""
    from crystalcall.payments.standin.cards import TEST_CARDS

    def found(text: bytes | str) -> list[str]:
        content = text.decode("latin-1") if isinstance(text, bytes) else text
        digits = re.sub(r"[ -]", "", content)
        return [card.number for card in TEST_CARDS if card.number in digits]

    return found
