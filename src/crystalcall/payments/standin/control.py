"""The hands on the stand-in itself, under ``/_standin/``: faults, settlement, review, delivery now.

Authorize.Net has nothing like it. A page of another origin cannot use it: changes need JSON by PUT, or a form
that the browser says came from here.
"""

from importlib.resources import files
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from litestar import Request, Response, get, post, put

from crystalcall.payments.standin import payment, transactions
from crystalcall.payments.standin.desk import Desk
from crystalcall.payments.standin.faults import Faults

JSON = "application/json; charset=utf-8"
_STATIC = files(__package__ or "").joinpath("static")


def _json(body: object, status: int = 200) -> Response[bytes]:
    return Response(msgspec.json.encode(body), status_code=status, media_type=JSON)


def _from_elsewhere(request: Request[Any, Any, Any]) -> bool:
    return request.headers.get("sec-fetch-site", "none") not in {"none", "same-origin"}


def _done(request: Request[Any, Any, Any], body: dict[str, int | str]) -> Response[bytes]:
    """To a browser's form the way back to the front page, to a machine the result."""
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return Response(b"", status_code=303, headers={"Location": "/"}, media_type="text/plain")
    return _json(body)


REFUSED = {"error": "This came from another site."}


@get("/_standin/faults")
async def read_faults(desk: Desk) -> Response[bytes]:
    """What goes wrong at present."""
    return _json(desk.faults)


@put("/_standin/faults")
async def set_faults(request: Request[Any, Any, Any], desk: Desk) -> Response[bytes]:
    """Replace the faults: what is absent is off, ``{}`` heals everything."""
    if _from_elsewhere(request):
        return _json(REFUSED, 403)
    try:
        desk.courier.faults = msgspec.json.decode(await request.body(), type=Faults)
    except msgspec.DecodeError as error:
        return _json({"error": str(error)}, 400)
    return _json(desk.faults)


@post("/_standin/deliveries", status_code=200)
async def deliver_now(request: Request[Any, Any, Any], desk: Desk) -> Response[bytes]:
    """Try every notification that is due, without waiting for the courier."""
    if _from_elsewhere(request):
        return _json(REFUSED, 403)
    return _done(request, {"tries": await desk.courier.deliver_due()})


@post("/_standin/settlements", status_code=200)
async def settle_now(request: Request[Any, Any, Any], desk: Desk) -> Response[bytes]:
    """Settle the batch, as the real gateway does once a day."""
    if _from_elsewhere(request):
        return _json(REFUSED, 403)
    with desk.state.writing():
        settled = transactions.settle(desk.state, desk.now())
    return _done(request, {"settled": settled})


@post("/_standin/reviews", status_code=200)
async def review_held(request: Request[Any, Any, Any], desk: Desk) -> Response[bytes]:
    """The merchant's approve or decline of a held transaction, as in the merchant's web pages."""
    if _from_elsewhere(request):
        return _json(REFUSED, 403)
    fields = dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
    held = transactions.find(desk.state, fields.get("transId", ""))
    if held is None or held.status != transactions.HELD_AUTHORIZED:
        return _json({"error": "There is no such held transaction."}, 404)
    approve = fields.get("action") == "approve"
    changed = payment.review(desk.state, held, approve=approve, faults=desk.faults, now=desk.now())
    desk.courier.wake()
    return _done(request, {"transId": changed.trans_id, "transactionStatus": changed.status})


@get("/_standin/style.css")
async def style() -> Response[bytes]:
    """The one style sheet."""
    return _file("standin.css", "text/css")


@get(["/_standin/mark.svg", "/favicon.ico"])
async def mark() -> Response[bytes]:
    """The mark in the browser's tab."""
    return _file("mark.svg", "image/svg+xml")


def _file(name: str, media_type: str) -> Response[bytes]:
    headers = {"Cache-Control": "max-age=300"}
    return Response(_STATIC.joinpath(name).read_bytes(), media_type=media_type, headers=headers)


HANDLERS = (read_faults, set_faults, deliver_now, settle_now, review_held, style, mark)
