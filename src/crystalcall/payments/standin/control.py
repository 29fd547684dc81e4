"""The hands on the stand-in itself, under ``/_standin/``: faults, switches, the clock, settlement, review, chargeback.

Authorize.Net has nothing like it. A page of another origin cannot use it: changes need JSON by PUT, or a form
that the browser says came from here.
"""

from datetime import timedelta
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from litestar import Request, Response, get, post, put

from crystalcall.payments.standin import charging, settlement, transactions
from crystalcall.payments.standin.desk import Desk, StandinDesk
from crystalcall.payments.standin.faults import Faults
from crystalcall.payments.standin.switches import Switches

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
    desk.faulty_left = desk.faults.times
    return _json(desk.faults)


@get("/_standin/switches")
async def read_switches(desk: Desk) -> Response[bytes]:
    """How this gateway behaves at present."""
    return _json(desk.switches)


@put("/_standin/switches")
async def set_switches(request: Request[Any, Any, Any], desk: Desk) -> Response[bytes]:
    """Replace the switches: what is absent is as at the start, ``{}`` sets everything back."""
    if _from_elsewhere(request):
        return _json(REFUSED, 403)
    before = {"retry_delays_seconds": desk.config.retry_delays_seconds}
    try:
        given = msgspec.json.decode(await request.body(), type=dict[str, Any])
        desk.courier.switches = msgspec.convert(before | given, type=Switches)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        return _json({"error": str(error)}, 400)
    return _json(desk.switches)


class Step(msgspec.Struct, forbid_unknown_fields=True):
    """By how much the clock is moved on."""

    advance_seconds: float


def _clock_said(desk: StandinDesk) -> dict[str, Any]:
    return {"now": desk.now().isoformat(), "offset_seconds": desk.clock.offset_seconds}


@get("/_standin/clock")
async def read_clock(desk: Desk) -> Response[bytes]:
    """What time it is here."""
    return _json(_clock_said(desk))


@put("/_standin/clock")
async def move_clock(request: Request[Any, Any, Any], desk: Desk) -> Response[bytes]:
    """Move the clock on: tokens age, batches close, retries fall due."""
    if _from_elsewhere(request):
        return _json(REFUSED, 403)
    try:
        desk.clock.advance(timedelta(seconds=msgspec.json.decode(await request.body(), type=Step).advance_seconds))
    except (msgspec.DecodeError, ValueError, OverflowError) as error:
        return _json({"error": str(error)}, 400)
    desk.catch_up()
    desk.courier.wake()
    return _json(_clock_said(desk))


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
    settled = settlement.settle_now(desk.state, desk.now(), failing=desk.faults.settlement_error)
    return _done(request, {"settled": settled})


@post("/_standin/reviews", status_code=200)
async def review_held(request: Request[Any, Any, Any], desk: Desk) -> Response[bytes]:
    """The merchant's approve or decline of a held transaction, as in the merchant's web pages."""
    if _from_elsewhere(request):
        return _json(REFUSED, 403)
    fields = dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
    desk.catch_up()
    with desk.state.writing():
        held = transactions.find(desk.state, fields.get("transId", ""))
        if held is None or held.status not in transactions.HELD:
            return _json({"error": "There is no such held transaction."}, 404)
        changed = charging.review(desk, held, approve=fields.get("action") == "approve")
    desk.courier.wake()
    return _done(request, {"transId": changed.trans_id, "transactionStatus": changed.status})


@post("/_standin/chargebacks", status_code=200)
async def charge_back(request: Request[Any, Any, Any], desk: Desk) -> Response[bytes]:
    """The card holder's bank takes a settled payment back, or gives it again (``reversal``). No webhook tells."""
    if _from_elsewhere(request):
        return _json(REFUSED, 403)
    fields = dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
    desk.catch_up()
    back = fields.get("action") == "reversal"
    wanted = {transactions.CHARGEBACK} if back else transactions.REFUNDABLE
    with desk.state.writing():
        found = transactions.find(desk.state, fields.get("transId", ""))
        if found is None or found.status not in wanted:
            return _json({"error": "There is no such settled payment."}, 404)
        status = transactions.CHARGEBACK_REVERSAL if back else transactions.CHARGEBACK
        changed = transactions.save(desk.state, found, status=status)
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


HANDLERS = (
    read_faults,
    set_faults,
    read_switches,
    set_switches,
    read_clock,
    move_clock,
    deliver_now,
    settle_now,
    review_held,
    charge_back,
    style,
    mark,
)
