"""The client of Authorize.Net's JSON API: one of the program's openings to the network.

Reads are repeated within bounds while the gateway says it is busy; whatever could move money is sent once, and an
outcome nobody knows comes back as a value. Bodies carry credentials, so no body is ever logged.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Self, TypeVar
from urllib.parse import urlsplit

import httpx

from crystalcall.payments.authorizenet import wire, words
from crystalcall.payments.gateway import (
    DetailsAnswer,
    GatewayRefused,
    GatewayUnknown,
    HostedPage,
    HostedPageRequest,
    ListAnswer,
    ListedTransaction,
    MerchantAnswer,
    PageAnswer,
    TransactionList,
    TransactionNotFound,
    UnknownCause,
    VoidAnswer,
)
from crystalcall.plumbing.openings import opening
from crystalcall.plumbing.settings import Settings
from crystalcall.privacy.gate import Permit

T = TypeVar("T")
logger = logging.getLogger(__name__)

PROVIDER = "authorize-net"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
#: Seconds to wait before each further try of a read.
READ_PAUSES = (0.5, 2.0)
CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 20.0
#: The timeout above is between two pieces of an answer; this one is for the whole of it.
WHOLE_SECONDS = 60.0
#: A full list of 1,000 lines is about half a megabyte; nothing the gateway says is longer than this.
LONGEST_ANSWER = 8 * 1024 * 1024
#: Pages of 1,000 lines that one run reads at most.
LIST_PAGES = 20
HTTP_OK = 200
HTTP_TOO_MANY = 429
HTTP_SERVER_ERROR = 500


class UnsafeAddressError(Exception):
    """The settings would send credentials in clear over a network; the message is a sentence for the operator."""


class UncoveredRequestError(Exception):
    """A request would carry more than its permit covers: a mistake in the program."""


@dataclass(frozen=True, slots=True)
class Access:
    """Where the gateway is, and as whom to speak to it."""

    api_url: str
    hosted_url: str
    login: wire.Login
    may_be_plain_http: bool

    def __post_init__(self) -> None:
        for url in (self.api_url, self.hosted_url):
            _refuse_unsafe(url, may_be_plain_http=self.may_be_plain_http)


class AuthorizeNet:
    """A `payments.gateway.Gateway`; use it as a context manager, so that its connections are closed."""

    def __init__(
        self,
        access: Access,
        *,
        pause: Callable[[float], None] = time.sleep,
        answer_seconds: float = ANSWER_SECONDS,
    ) -> None:
        self._access = access
        self._pause = pause
        self._http = httpx.Client(
            timeout=httpx.Timeout(answer_seconds, connect=min(CONNECT_SECONDS, answer_seconds)),
            follow_redirects=False,
            # The gateway is named in the settings alone: a proxy variable must not divert card traffic.
            trust_env=False,
        )

    def __enter__(self) -> Self:
        """Open nothing yet: the first request connects."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        self._http.close()

    def open_hosted_page(self, permit: Permit, request: HostedPageRequest, /) -> PageAnswer:
        """Ask for a payment form, once. Errors: UncoveredRequestError when the permit does not cover the request."""
        with_email = permit.covers(PROVIDER, "email")
        if not permit.spend(PROVIDER, "amount", "order_number", "page_address"):
            raise UncoveredRequestError("The permit does not cover the amount and the order number, or was used.")
        answer = self._send(wire.hosted_page_request(self._access.login, request, with_email=with_email), "hosted page")
        if not isinstance(answer, wire.Answer):
            return answer
        if not answer.ok:
            return _refused(answer)
        token = _read(wire.read_token, answer)
        return token if isinstance(token, GatewayUnknown) else HostedPage(token, self._access.hosted_url)

    def transaction_details(self, trans_id: str, /) -> DetailsAnswer:
        """What became of a transaction."""
        if not wire.looks_like_trans_id(trans_id):
            return TransactionNotFound(trans_id)
        answer = self._read_patiently(wire.details_request(self._access.login, trans_id), "details")
        if not isinstance(answer, wire.Answer):
            return answer
        if not answer.ok:
            is_unknown_there = answer.code == words.NOT_FOUND_CODE
            return TransactionNotFound(trans_id) if is_unknown_there else _refused(answer)
        return _read(wire.read_details, answer)

    def unsettled_transactions(self, since: datetime | None = None, /) -> ListAnswer:
        """Unsettled transactions, newest first, down to `since`; incomplete after LIST_PAGES pages."""
        lines: list[ListedTransaction] = []
        for page in range(1, LIST_PAGES + 1):
            body = wire.unsettled_request(self._access.login, page=page)
            answer = self._read_patiently(body, "unsettled list")
            if not isinstance(answer, wire.Answer):
                return answer
            if not answer.ok:
                return _refused(answer)
            found = _read(wire.read_list, answer)
            if isinstance(found, GatewayUnknown):
                return found
            lines.extend(found)
            if len(found) < wire.LIST_PAGE or _reaches_back(found, since):
                return TransactionList(tuple(lines))
        return TransactionList(tuple(lines), complete=False)

    def merchant_details(self) -> MerchantAnswer:
        """Whose account this is."""
        answer = self._read_patiently(wire.merchant_request(self._access.login), "merchant details")
        if not isinstance(answer, wire.Answer):
            return answer
        return _read(wire.read_merchant, answer) if answer.ok else _refused(answer)

    def void(self, trans_id: str, ref_id: str, /) -> VoidAnswer:
        """Cancel an unsettled transaction as a whole, once."""
        answer = self._send(wire.void_request(self._access.login, trans_id, ref_id), "void")
        if not isinstance(answer, wire.Answer):
            return answer
        outcome = wire.read_void(answer, trans_id)
        if outcome is not None:
            return outcome
        if answer.ok:
            # Ok without a transaction response is no answer to a void: look before believing either way.
            return GatewayUnknown(UnknownCause.UNREADABLE, "no transactionResponse")
        return _refused(answer)

    def _read_patiently(self, body: bytes, what: str) -> wire.Answer | GatewayUnknown:
        """Send a read, again after a pause while the gateway is busy, at most len(READ_PAUSES) times more."""
        answer = self._send(body, what)
        for seconds in READ_PAUSES:
            if not (isinstance(answer, GatewayUnknown) and answer.cause is UnknownCause.BUSY):
                break
            self._pause(seconds)
            answer = self._send(body, what)
        return answer

    def _send(self, body: bytes, what: str) -> wire.Answer | GatewayUnknown:
        """POST one body; whatever happens comes back as a value, and the log gets the method and the outcome only."""
        started = time.monotonic()
        outcome = self._post(body)
        shown = outcome.cause.value if isinstance(outcome, GatewayUnknown) else f"{outcome.code} ok={outcome.ok}"
        logger.info("authorize.net %s: %s in %.3f s", what, shown, time.monotonic() - started)
        return outcome

    def _post(self, body: bytes) -> wire.Answer | GatewayUnknown:
        started = time.monotonic()
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        try:
            with (
                opening(PROVIDER),
                self._http.stream("POST", self._access.api_url, content=body, headers=headers) as told,
            ):
                return _interpret(told.status_code, _bounded(told, started + WHOLE_SECONDS))
        except (httpx.ConnectError, httpx.ConnectTimeout):
            return GatewayUnknown(UnknownCause.NO_CONNECTION)
        except httpx.TimeoutException:
            return GatewayUnknown(UnknownCause.TIMEOUT)
        except httpx.HTTPError as problem:
            return GatewayUnknown(UnknownCause.BROKEN_OFF, type(problem).__name__)


def connect(settings: Settings) -> AuthorizeNet:
    """The gateway these settings name. Errors: UnsafeAddressError (plain http is for this machine in demo or test)."""
    return AuthorizeNet(
        Access(
            api_url=settings.gateway_api_url,
            hosted_url=settings.gateway_hosted_url,
            login=wire.Login(settings.gateway_login_id, settings.gateway_transaction_key),
            may_be_plain_http=settings.profile in {"demo", "test"},
        )
    )


def _refuse_unsafe(url: str, *, may_be_plain_http: bool) -> None:
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        return
    if parts.scheme == "http" and may_be_plain_http and parts.hostname in LOOPBACK:
        return
    raise UnsafeAddressError(
        f"{parts.scheme}://{parts.hostname} is no safe address for a card gateway: "
        "use https (plain http only to this machine, in the profiles demo and test)."
    )


def _bounded(response: httpx.Response, deadline: float) -> bytes | None:
    """The body, or None when it is longer than anything the gateway says. Errors: httpx.ReadTimeout if it drips."""
    parts: list[bytes] = []
    size = 0
    for part in response.iter_bytes():
        size += len(part)
        if time.monotonic() > deadline:
            raise httpx.ReadTimeout("The answer came too slowly.")
        if size > LONGEST_ANSWER:
            return None
        parts.append(part)
    return b"".join(parts)


def _interpret(status: int, raw: bytes | None) -> wire.Answer | GatewayUnknown:
    """API errors come with status 200; anything else is the edge speaking, and says nothing about the request."""
    if status != HTTP_OK or raw is None:
        return GatewayUnknown(_cause_of(status), str(status))
    try:
        answer = wire.read_answer(raw)
    except wire.UnreadableError as problem:
        return GatewayUnknown(UnknownCause.UNREADABLE, str(problem))
    if answer.code in words.BUSY_CODES:
        return GatewayUnknown(UnknownCause.BUSY, answer.code)
    if answer.code in words.UNKNOWN_CODES:
        return GatewayUnknown(UnknownCause.SERVER_ERROR, answer.code)
    return answer


def _cause_of(status: int) -> UnknownCause:
    if status == HTTP_TOO_MANY:
        return UnknownCause.BUSY
    return UnknownCause.SERVER_ERROR if status >= HTTP_SERVER_ERROR else UnknownCause.UNREADABLE


def _read(reader: Callable[[wire.Answer], T], answer: wire.Answer) -> T | GatewayUnknown:
    """What the reader finds in the answer; an answer that cannot be read is an unknown outcome."""
    try:
        return reader(answer)
    except wire.UnreadableError as problem:
        return GatewayUnknown(UnknownCause.UNREADABLE, str(problem))


def _refused(answer: wire.Answer) -> GatewayRefused:
    return GatewayRefused(words.refusal_kind(answer.code), f"{answer.code} {answer.text}".strip())


def _reaches_back(found: tuple[ListedTransaction, ...], since: datetime | None) -> bool:
    last = found[-1].submitted_at if found else None
    return since is not None and last is not None and last < since
