"""The REST management of webhooks: real HTTP statuses, Basic sign-in with login id and transaction key."""

import base64
import binascii
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import msgspec
from litestar import Request, Response, route
from litestar.params import FromPath

from crystalcall.payments.standin import notifications, subscriptions
from crystalcall.payments.standin.api import credentials_hold
from crystalcall.payments.standin.config import is_loopback_url
from crystalcall.payments.standin.desk import Desk, StandinDesk
from crystalcall.payments.standin.notifications import Notification
from crystalcall.payments.standin.subscriptions import ACTIVE, EVENT_TYPES, INACTIVE, Webhook

RestAnswer: TypeAlias = Response[bytes]
MOST_NOTIFICATIONS = 1000


@dataclass(frozen=True, slots=True)
class RestFault:
    """An error as the REST API words it."""

    status: int
    reason: str
    message: str
    detail: str = ""

    def response(self) -> RestAnswer:
        """The error as an answer."""
        body = {
            "status": self.status,
            "reason": self.reason,
            "message": self.message,
            "details": [{"message": self.detail or self.message}],
        }
        headers = {"WWW-Authenticate": 'Basic realm="rest"'} if self.status == 401 else {}  # noqa: PLR2004 - HTTP
        return _json(body, self.status, headers)


NOT_FOUND = RestFault(404, "NOT_FOUND", "The requested resource was not found.")
BROKEN = RestFault(500, "INTERNAL_ERROR", "An error occurred during processing. Please try again.")
UNAUTHORIZED = RestFault(401, "UNAUTHORIZED", "The API login id or the transaction key is wrong.")


def _json(body: object, status: int = 200, headers: dict[str, str] | None = None) -> RestAnswer:
    content = msgspec.json.encode(body)
    return Response(content, status_code=status, media_type="application/json; charset=utf-8", headers=headers)


def _refusal(request: Request[Any, Any, Any], desk: StandinDesk) -> RestFault | None:
    """Why nothing is answered: a fault that is switched on, or wrong credentials."""
    if desk.faults.rest_500:
        return BROKEN
    return None if _signed_in(request, desk) else UNAUTHORIZED


def _signed_in(request: Request[Any, Any, Any], desk: StandinDesk) -> bool:
    scheme, _, coded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return False
    try:
        login, _, key = base64.b64decode(coded.strip(), validate=True).decode("utf-8").partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return False
    return credentials_hold(desk, login, key)


def _shown(webhook: Webhook) -> dict[str, Any]:
    return {
        "_links": {"self": {"href": f"/rest/v1/webhooks/{webhook.webhook_id}"}},
        "webhookId": webhook.webhook_id,
        "eventTypes": list(webhook.event_types),
        "status": webhook.status,
        "url": webhook.url,
        "name": webhook.name,
    }


class WebhookBody(msgspec.Struct, rename="camel", kw_only=True):
    """What POST and PUT may say of a webhook; in a PUT what is absent stays."""

    name: str | None = None
    url: str | None = None
    event_types: list[str] | None = None
    status: str | None = None


def _read_webhook(raw: bytes, before: Webhook | None) -> Webhook | RestFault:
    try:
        given = msgspec.json.decode(raw, type=WebhookBody)
    except msgspec.DecodeError as error:
        return RestFault(400, "INVALID_DATA", "Invalid data was provided.", str(error))
    webhook = before or subscriptions.new_webhook("", "", (), ACTIVE)
    webhook = replace(
        webhook,
        name=webhook.name if given.name is None else given.name[:255],
        url=webhook.url if given.url is None else given.url,
        event_types=webhook.event_types if given.event_types is None else tuple(given.event_types),
        status=webhook.status if given.status is None else given.status,
    )
    return _webhook_fault(webhook) or webhook


def _webhook_fault(webhook: Webhook) -> RestFault | None:
    missing = [name for name, value in (("url", webhook.url), ("eventTypes", webhook.event_types)) if not value]
    if missing:
        return RestFault(400, "MISSING_DATA", "Required data is missing.", f"{', '.join(missing)} missing.")
    fault = ""
    if unknown := [name for name in webhook.event_types if name not in EVENT_TYPES]:
        fault = f"There is no event type {unknown[0][:80]!r}."
    elif webhook.status not in {ACTIVE, INACTIVE}:
        fault = "status is active or inactive."
    elif not is_loopback_url(webhook.url):
        fault = "This local stand-in sends to this machine only."
    return RestFault(400, "INVALID_DATA", "Invalid data was provided.", fault) if fault else None


@route("/rest/v1/eventtypes", http_method=["GET"])
async def event_types(request: Request[Any, Any, Any], desk: Desk) -> RestAnswer:
    """Every event type there is."""
    if refusal := _refusal(request, desk):
        return refusal.response()
    return _json([{"name": name} for name in EVENT_TYPES])


@route("/rest/v1/webhooks", http_method=["GET", "POST"], status_code=200)
async def webhooks(request: Request[Any, Any, Any], desk: Desk) -> RestAnswer:
    """All webhooks as a bare array, or a new one."""
    if refusal := _refusal(request, desk):
        return refusal.response()
    if request.method == "GET":
        return _json([_shown(webhook) for webhook in subscriptions.every(desk.state)])
    webhook = _read_webhook(await request.body(), None)
    if isinstance(webhook, RestFault):
        return webhook.response()
    with desk.state.writing():
        subscriptions.save(desk.state, webhook, desk.now())
    return _json(_shown(webhook))


@route("/rest/v1/webhooks/{webhook_id:str}", http_method=["GET", "PUT", "DELETE"], status_code=200)
async def one_webhook(request: Request[Any, Any, Any], desk: Desk, webhook_id: FromPath[str]) -> RestAnswer:
    """Read, change (partly) or delete a webhook."""
    if refusal := _refusal(request, desk):
        return refusal.response()
    webhook = subscriptions.find(desk.state, webhook_id)
    if webhook is None:
        return NOT_FOUND.response()
    if request.method == "GET":
        return _json(_shown(webhook))
    if request.method == "DELETE":
        with desk.state.writing():
            subscriptions.remove(desk.state, webhook_id)
        return Response(b"", media_type="text/plain")
    changed = _read_webhook(await request.body(), webhook)
    if isinstance(changed, RestFault):
        return changed.response()
    with desk.state.writing():
        subscriptions.save(desk.state, changed, desk.now())
    desk.courier.wake()
    return _json(_shown(changed))


@route("/rest/v1/webhooks/{webhook_id:str}/pings", http_method=["POST"], status_code=200)
async def ping_webhook(request: Request[Any, Any, Any], desk: Desk, webhook_id: FromPath[str]) -> RestAnswer:
    """Send a test to an inactive webhook. The body of a real ping is not published; a switch says which."""
    if refusal := _refusal(request, desk):
        return refusal.response()
    webhook = subscriptions.find(desk.state, webhook_id)
    if webhook is None:
        return NOT_FOUND.response()
    if webhook.status != INACTIVE:
        return RestFault(400, "INVALID_DATA", "Only an inactive webhook can be pinged.").response()
    request_id, body = _ping(desk, webhook)
    if await desk.courier.ping(webhook.url, body, request_id):
        return Response(b"", media_type="text/plain")
    return RestFault(500, "INTERNAL_ERROR", "The webhook's address did not answer the ping.").response()


def _ping(desk: StandinDesk, webhook: Webhook) -> tuple[str, bytes]:
    payload = {"entityName": "transaction", "id": "0"}
    request_id, body = notifications.body_of(webhook.event_types[0], webhook.webhook_id, payload, desk.now())
    return request_id, {"object": b"{}", "empty": b""}.get(desk.switches.ping_body, body)


def _listed(item: Notification) -> dict[str, Any]:
    date = item.event_date[:23]
    return {
        "_links": {"self": {"href": f"/rest/v1/notifications/{item.notification_id}"}},
        "notificationId": item.notification_id,
        "deliveryStatus": item.status,
        "eventType": item.event_type,
        "eventDate": date,
        "webhookId": item.webhook_id,
        "notificationDate": date,
    }


def _number(text: str, default: int) -> int | None:
    if not text:
        return default
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None  # noqa: PLR2004 - sane size


@route("/rest/v1/notifications", http_method=["GET"])
async def notification_list(request: Request[Any, Any, Any], desk: Desk) -> RestAnswer:
    """Notifications, newest first, by offset and limit, from_date and to_date (inclusive), deliveryStatus."""
    if refusal := _refusal(request, desk):
        return refusal.response()
    query = {name: str(value) for name, value in request.query_params.items()}
    offset = _number(query.get("offset", ""), 0)
    limit = _number(query.get("limit", ""), MOST_NOTIFICATIONS)
    if offset is None or limit is None or not 1 <= limit <= MOST_NOTIFICATIONS:
        return RestFault(400, "INVALID_DATA", "offset and limit are numbers, limit at most 1000.").response()
    found = [item for item in notifications.every(desk.state) if _asked_for(item, query)]
    body = {
        "_links": {"self": {"href": f"/rest/v1/notifications?offset={offset}&limit={limit}"}},
        "notifications": [_listed(item) for item in found[offset : offset + limit]],
    }
    return _json(body)


def _asked_for(item: Notification, query: dict[str, str]) -> bool:
    day = item.event_date[:10]
    status = query.get("deliveryStatus", "")
    return query.get("from_date", "")[:10] <= day <= (query.get("to_date", "")[:10] or day) and status.lower() in {
        "",
        item.status.lower(),
    }


@route("/rest/v1/notifications/{notification_id:str}", http_method=["GET"])
async def one_notification(request: Request[Any, Any, Any], desk: Desk, notification_id: FromPath[str]) -> RestAnswer:
    """One notification with its payload and every try to deliver it."""
    if refusal := _refusal(request, desk):
        return refusal.response()
    item = notifications.find(desk.state, notification_id)
    if item is None:
        return NOT_FOUND.response()
    tries = notifications.tries_of(desk.state, notification_id)
    body = _listed(item) | {
        # The payload as the bytes that were signed: amounts keep their decimals.
        "payload": msgspec.json.decode(item.body, type=_Body).payload,
        "retryLog": [{"retryDate": f"{one.tried_at:%Y-%m-%dT%H:%M:%S}", "status": one.outcome} for one in tries],
    }
    return _json(body)


class _Body(msgspec.Struct):
    payload: msgspec.Raw


HANDLERS = (
    event_types,
    webhooks,
    one_webhook,
    ping_webhook,
    notification_list,
    one_notification,
)
