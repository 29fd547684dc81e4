"""The door of the JSON API: ``POST /xml/v1/request.api``.

Order of refusal: content type, JSON, method, schema, credentials, then the method itself. Every answer is
HTTP 200 with a BOM. Bodies hold credentials, so nothing here logs one.
"""

import asyncio
import hmac
from collections.abc import Callable
from typing import Any

from litestar import Request, Response, post

from crystalcall.payments.standin import api_hosted, api_money, api_reports, codes, tables
from crystalcall.payments.standin.desk import Desk, StandinDesk
from crystalcall.payments.standin.reply import MEDIA_TYPE, Reply, encode, text_at
from crystalcall.payments.standin.schema import SchemaError, parse_json, read_group

JSON_TYPES = frozenset({"application/json", "text/json"})
XML_TYPES = frozenset({"application/xml", "text/xml"})
# Longer than any client waits; a fault, not a service.
NEVER_SECONDS = 3600.0

METHODS: dict[str, Callable[[StandinDesk, dict[str, Any]], Reply]] = {
    "getHostedPaymentPageRequest": api_hosted.open_hosted_page,
    "createTransactionRequest": api_money.create_transaction,
    "getTransactionDetailsRequest": api_reports.transaction_details,
    "getUnsettledTransactionListRequest": api_reports.unsettled_transactions,
    "getMerchantDetailsRequest": api_reports.merchant_details,
    "updateHeldTransactionRequest": api_money.update_held_transaction,
}

HTML_ANSWER = b"<!doctype html><title>Service Unavailable</title><h1>Service Unavailable</h1>"


def answer(desk: StandinDesk, content_type: str, raw: bytes) -> bytes:
    """The whole API as a function of a body: its content type and bytes to the bytes of the answer."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind in XML_TYPES:
        text = f"{codes.BAD_CONTENT_TYPE.text} This local stand-in speaks JSON only so far."
        return encode(Reply(message=codes.BAD_CONTENT_TYPE.saying(text)))
    if kind not in JSON_TYPES:
        return encode(Reply(message=codes.BAD_CONTENT_TYPE))
    try:
        pairs = parse_json(raw)
        name, value = pairs[0] if len(pairs) == 1 else ("", None)
        if name not in METHODS:
            return encode(Reply(message=_no_method(name)))
        body = read_group(name, value, tables.REQUESTS[name])
    except SchemaError as error:
        return encode(Reply(message=codes.BAD_SCHEMA.saying(str(error))))
    ref_id = text_at(body, "refId")
    refusal = _credentials_fault(desk, body)
    if refusal:
        return encode(Reply(message=refusal), ref_id)
    return encode(METHODS[name](desk, body), ref_id)


def _no_method(name: str) -> codes.Message:
    if name in tables.ELSEWHERE:
        return codes.BAD_METHOD.saying(
            f"{codes.BAD_METHOD.text} {name} exists at Authorize.Net; this local stand-in does not offer it yet."
        )
    return codes.BAD_METHOD


def _credentials_fault(desk: StandinDesk, body: dict[str, Any]) -> codes.Message | None:
    login = text_at(body, "merchantAuthentication", "name")
    key = text_at(body, "merchantAuthentication", "transactionKey")
    if not login:
        return codes.NO_LOGIN
    if not key:
        return codes.NO_TRANSACTION_KEY
    return None if credentials_hold(desk, login, key) else codes.BAD_LOGIN


def credentials_hold(desk: StandinDesk, login: str, key: str) -> bool:
    """Whether login id and transaction key are ours, compared in constant time."""
    right_login = hmac.compare_digest(login.encode(), desk.config.login_id.encode())
    right_key = hmac.compare_digest(key.encode(), desk.config.transaction_key.encode())
    return right_login and right_key


@post("/xml/v1/request.api", status_code=200)
async def request_api(request: Request[Any, Any, Any], desk: Desk) -> Response[bytes]:
    """One request of the API, with the faults that are switched on."""
    raw = await request.body()
    faults = desk.faults
    if faults.http_500:
        return Response(b"", status_code=500, media_type="text/plain")
    if faults.html_body:
        return Response(HTML_ANSWER, media_type="text/html")
    if faults.too_busy:
        return Response(encode(Reply(message=codes.TOO_BUSY)), media_type=MEDIA_TYPE)
    body = answer(desk, request.headers.get("content-type", ""), raw)
    if faults.timeout_after_processing:
        await asyncio.sleep(NEVER_SECONDS)
    return Response(body, media_type=MEDIA_TYPE)
