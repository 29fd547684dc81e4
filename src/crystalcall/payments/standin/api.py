"""The door of the API: ``POST /xml/v1/request.api``, in JSON or in XML by content type.

Order of refusal: content type, parsing, method, schema, credentials, the account, then the method itself. Every answer
is HTTP 200 with a BOM. Bodies hold credentials, so nothing here logs one.
"""

import asyncio
import hmac
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from litestar import Request, Response, post

from crystalcall.payments.standin import (
    api_addresses,
    api_batches,
    api_cards,
    api_hosted,
    api_money,
    api_profiles,
    api_reports,
    codes,
    tables,
)
from crystalcall.payments.standin.answer_tables import answer_of
from crystalcall.payments.standin.desk import Desk, StandinDesk
from crystalcall.payments.standin.faults import Faults
from crystalcall.payments.standin.reply import Form, Reply, encode, text_at
from crystalcall.payments.standin.schema import Pairs, SchemaError, parse_json, read_group
from crystalcall.payments.standin.xml_bodies import WrongNamespaceError, parse_xml

JSON_TYPES = frozenset({"application/json", "text/json"})
XML_TYPES = frozenset({"application/xml", "text/xml"})
# Longer than any client waits; a fault, not a service.
NEVER_SECONDS = 3600.0

Method = Callable[[StandinDesk, dict[str, Any]], Reply]


def _nothing(desk: StandinDesk, body: dict[str, Any]) -> Reply:
    _ = desk, body
    return Reply()


MONEY: dict[str, Method] = {
    "authenticateTestRequest": _nothing,
    "createTransactionRequest": api_money.create_transaction,
    "getHostedPaymentPageRequest": api_hosted.open_hosted_page,
    "getMerchantDetailsRequest": api_reports.merchant_details,
    "updateHeldTransactionRequest": api_money.update_held_transaction,
}
REPORTS: dict[str, Method] = {
    "getBatchStatisticsRequest": api_batches.batch_statistics,
    "getSettledBatchListRequest": api_batches.settled_batches,
    "getTransactionDetailsRequest": api_reports.transaction_details,
    "getTransactionListForCustomerRequest": api_reports.customer_transactions,
    "getTransactionListRequest": api_reports.batch_transactions,
    "getUnsettledTransactionListRequest": api_reports.unsettled_transactions,
}
PEOPLE: dict[str, Method] = {
    "createCustomerPaymentProfileRequest": api_cards.create_card,
    "createCustomerProfileFromTransactionRequest": api_profiles.create_from_transaction,
    "createCustomerProfileRequest": api_profiles.create_profile,
    "createCustomerShippingAddressRequest": api_addresses.create_address,
    "deleteCustomerPaymentProfileRequest": api_cards.delete_card,
    "deleteCustomerProfileRequest": api_profiles.delete_profile,
    "deleteCustomerShippingAddressRequest": api_addresses.delete_address,
    "getCustomerPaymentProfileListRequest": api_cards.list_cards,
    "getCustomerPaymentProfileRequest": api_cards.get_card,
    "getCustomerProfileIdsRequest": api_profiles.get_profile_ids,
    "getCustomerProfileRequest": api_profiles.get_profile,
    "getCustomerShippingAddressRequest": api_addresses.get_address,
    "getHostedProfilePageRequest": api_hosted.open_profile_page,
    "updateCustomerPaymentProfileRequest": api_cards.update_card,
    "updateCustomerProfileRequest": api_profiles.update_profile,
    "updateCustomerShippingAddressRequest": api_addresses.update_address,
    "validateCustomerPaymentProfileRequest": api_cards.validate_card,
}
METHODS = MONEY | REPORTS | PEOPLE

HTML_ANSWER = b"<!doctype html><title>Service Unavailable</title><h1>Service Unavailable</h1>"


def answer(desk: StandinDesk, content_type: str, raw: bytes) -> tuple[bytes, Form]:
    """The whole API as a function of a body: its content type and bytes to the bytes of the answer and their form."""
    kind = content_type.partition(";")[0].strip().lower()
    form = Form(xml=kind in XML_TYPES, numbers_as_text=desk.switches.report_numbers == "strings")
    if kind not in JSON_TYPES | XML_TYPES:
        return encode(Reply(message=codes.BAD_CONTENT_TYPE), form), form
    try:
        name, value = parse_xml(raw) if form.xml else _json_root(raw)
        if name not in METHODS:
            return encode(Reply(message=_no_method(name)), form), form
        body = read_group(name, value, tables.REQUESTS[name])
    except WrongNamespaceError:
        return encode(Reply(message=codes.WRONG_NAMESPACE), form), form
    except SchemaError as error:
        return encode(Reply(message=codes.BAD_SCHEMA.saying(str(error))), form), form
    refusal = _credentials_fault(desk, body) or _account_fault(desk, name)
    form = replace(form, name=answer_of(name))
    reply = Reply(message=refusal) if refusal else METHODS[name](desk, body)
    return encode(reply, form, text_at(body, "refId")), form


def _json_root(raw: bytes) -> tuple[str, object]:
    pairs: Pairs = parse_json(raw)
    return pairs[0] if len(pairs) == 1 else ("", None)


def _no_method(name: str) -> codes.Message:
    if name in tables.ELSEWHERE:
        return codes.BAD_METHOD.saying(
            f"{codes.BAD_METHOD.text} {name} exists at Authorize.Net; this local stand-in does not offer it."
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


def _account_fault(desk: StandinDesk, name: str) -> codes.Message | None:
    """What this account may not do: nothing while inactive, no reports and no profiles where they are not enabled."""
    switches = desk.switches
    if switches.account == "inactive":
        return codes.INACTIVE
    if switches.account == "test_mode" and name in REPORTS | PEOPLE:
        return codes.TEST_MODE
    if name in REPORTS and not switches.transaction_details_api:
        return codes.NO_REPORTS
    return codes.NO_PROFILES if name in PEOPLE and not switches.customer_profiles else None


def credentials_hold(desk: StandinDesk, login: str, key: str) -> bool:
    """Whether login id and transaction key are ours, compared in constant time."""
    right_login = hmac.compare_digest(login.encode(), desk.config.login_id.encode())
    right_key = hmac.compare_digest(key.encode(), desk.config.transaction_key.encode())
    return right_login and right_key


@post("/xml/v1/request.api", status_code=200)
async def request_api(request: Request[Any, Any, Any], desk: Desk) -> Response[bytes]:
    """One request of the API, with the faults that are switched on."""
    raw = await request.body()
    content_type = request.headers.get("content-type", "")
    if _too_many(desk):
        return Response(b"", status_code=429, media_type="text/plain", headers={"Retry-After": "60"})
    faults = _faults_of(desk, raw)
    if instead := await _instead(faults, content_type):
        return instead
    desk.catch_up()
    body, form = answer(desk, content_type, raw)
    if faults.timeout_after_processing:
        await asyncio.sleep(NEVER_SECONDS)
    if faults.error_after_processing:
        return Response(b"", status_code=500, media_type="text/plain")
    if faults.html_after_processing:
        return Response(HTML_ANSWER, media_type="text/html")
    return Response(body, media_type=form.media_type)


def _too_many(desk: StandinDesk) -> bool:
    """Whether the limit of the last minute is passed, where there is one."""
    limit = desk.switches.requests_per_minute
    if not limit:
        return False
    now = desk.now()
    desk.recent_requests = [then for then in desk.recent_requests if now - then < timedelta(minutes=1)]
    if len(desk.recent_requests) >= limit:
        return True
    desk.recent_requests.append(now)
    return False


def _faults_of(desk: StandinDesk, raw: bytes) -> Faults:
    """The faults that hold this request: of its method, and not yet used up."""
    faults = desk.faults
    if faults.methods and not any(name.encode() in raw for name in faults.methods):
        return Faults()
    if faults.times:
        if not desk.faulty_left:
            return Faults()
        desk.faulty_left -= 1
    return faults


async def _instead(faults: Faults, content_type: str) -> Response[bytes] | None:
    """The answer of a gateway that did nothing, where a fault says so."""
    form = Form(xml=content_type.partition(";")[0].strip().lower() in XML_TYPES)
    if faults.timeout_before_processing:
        await asyncio.sleep(NEVER_SECONDS)
    if faults.http_500 or faults.http_429:
        return Response(b"", status_code=500 if faults.http_500 else 429, media_type="text/plain")
    if faults.html_body:
        return Response(HTML_ANSWER, media_type="text/html")
    if faults.too_busy or faults.maintenance:
        message = codes.TOO_BUSY if faults.too_busy else codes.MAINTENANCE
        return Response(encode(Reply(message=message), form), media_type=form.media_type)
    return None
