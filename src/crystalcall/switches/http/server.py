"""The switch API: litestar routes the requests, the wire reads and writes them, the call room decides.

Started by `granian --interface asgi crystalcall.switches.http.asgi:app`, which sets Django up first.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Final, TypeVar

from litestar import Litestar, Request, Response, Router, get, post
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath
from litestar.types import ASGIApp

from crystalcall.minutes.calls import actions, queries
from crystalcall.minutes.calls.values import Answered, Contradiction, Ended, Extended, UnknownCall
from crystalcall.plumbing import clock
from crystalcall.switches.http import faults, openapi, translate, wire
from crystalcall.switches.http.answers import answer_of_exception, message
from crystalcall.switches.http.desk import Desk, DeskBusyError, DeskClosedError
from crystalcall.switches.http.edge import guarded
from crystalcall.switches.http.faults import JSON_TYPE
from crystalcall.switches.http.queries import database_answers, switch_of_key

SwitchRequest = Request[Any, Any, Any]
Decided = TypeVar("Decided", Answered, Extended, Ended)
SCHEME: Final = "bearer"
MAX_KEY_LENGTH: Final = 200


async def only_switches(connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
    """Let a request pass that shows a switch's key, and note whose it is."""
    scheme, _, key = connection.headers.get("authorization", "").partition(" ")
    key = key.strip()
    if scheme.lower() != SCHEME or not 0 < len(key) <= MAX_KEY_LENGTH:
        raise faults.wrong_key()
    switch = await _desk(connection).run(lambda: switch_of_key(key))
    if switch is None:
        raise faults.wrong_key()
    connection.state.switch_id = switch.id


@post("/calls", status_code=200)
async def authorize(request: SwitchRequest) -> Response[bytes]:
    """May this call be made?"""
    asked = translate.authorize_request(_switch_id(request), await _read(request, wire.Authorize))
    decided = await _desk(request).run(lambda: actions.authorize_call(asked, now=clock.now()))
    if isinstance(decided, Contradiction):
        raise faults.contradiction(decided.message)
    return message(translate.decision(decided))


@post("/calls/{call_id:str}/answer", status_code=200)
async def answer(request: SwitchRequest, call_id: FromPath[str]) -> Response[bytes]:
    """The called side answered."""
    key = _switch_id(request), _call_id(call_id)
    body = await _read(request, wire.Answer)
    noted = await _told(request, lambda: actions.answer_call(*key, answered_at=body.answered_at, now=clock.now()))
    return message(translate.answered(noted))


@post("/calls/{call_id:str}/extend", status_code=200)
async def extend(request: SwitchRequest, call_id: FromPath[str]) -> Response[bytes]:
    """How long may it last?"""
    key = _switch_id(request), _call_id(call_id)
    body = await _read(request, wire.Extend)
    limit = await _told(
        request,
        lambda: actions.extend_call(*key, sequence=body.sequence, used_seconds=body.used_seconds, now=clock.now()),
    )
    return message(translate.extended(limit))


@post("/calls/{call_id:str}/end", status_code=200)
async def end(request: SwitchRequest, call_id: FromPath[str]) -> Response[bytes]:
    """The call is over."""
    key = _switch_id(request), _call_id(call_id)
    body = await _read(request, wire.End)
    cause = str(body.release_cause)
    settled = await _told(
        request, lambda: actions.end_call(*key, used_seconds=body.used_seconds, release_cause=cause, now=clock.now())
    )
    return message(translate.ended(settled))


@get("/calls/{call_id:str}")
async def status(request: SwitchRequest, call_id: FromPath[str]) -> Response[bytes]:
    """A call's state and itemized proof."""
    key = _switch_id(request), _call_id(call_id)
    view = await _desk(request).run(lambda: queries.call(*key))
    if view is None:
        raise faults.unknown_call()
    return message(translate.status(view))


@get("/openapi.json")
async def openapi_document() -> Response[bytes]:
    """The description of all this."""
    return Response(openapi.document(), media_type=JSON_TYPE)


@get("/healthz")
async def healthz() -> Response[bytes]:
    """The process runs."""
    return message(wire.Health("ok"))


@get("/readyz")
async def readyz(request: SwitchRequest) -> Response[bytes]:
    """The process runs and its database answers. For watchdogs, which ask by status: the one place with a 503."""
    try:
        await _desk(request).run(database_answers)
    except (DeskBusyError, DeskClosedError):
        return message(wire.Health("unavailable"), 503)
    return message(wire.Health("ok"))


def create_app(desk: Desk | None = None) -> ASGIApp:
    """The application, with its own desk unless one is given; Django must be set up."""
    own = desk or Desk()

    @asynccontextmanager
    async def open_hours(_app: Litestar) -> AsyncIterator[None]:
        yield
        own.close()

    calls = Router("/v1", route_handlers=[authorize, answer, extend, end, status], guards=[only_switches])
    app = Litestar(
        route_handlers=[calls, openapi_document, healthz, readyz],
        exception_handlers={Exception: answer_of_exception},
        lifespan=[open_hours],
        request_max_body_size=wire.MAX_BODY_BYTES,
        # The document is ours (openapi.py); litestar's pages would load scripts from other hosts.
        openapi_config=None,
        logging_config=None,
    )
    app.state.desk = own
    return guarded(app)


def _desk(connection: ASGIConnection[Any, Any, Any, Any]) -> Desk:
    desk: Desk = connection.app.state.desk
    return desk


def _switch_id(request: SwitchRequest) -> int:
    return int(request.state.switch_id)


def _call_id(segment: str) -> str:
    found = wire.read_call_id(segment.encode("latin-1", "replace"))
    if isinstance(found, wire.Malformed):
        raise faults.malformed(found)
    return found


async def _read(request: SwitchRequest, kind: type[wire.Body]) -> wire.Body:
    """The body as this message; an answer may come without a body."""
    body = await request.body()
    if not body and kind is wire.Answer:
        body = b"{}"
    elif request.content_type[0].lower() != JSON_TYPE:
        raise faults.not_json()
    found = wire.decode(body, kind)
    if isinstance(found, wire.Malformed):
        raise faults.malformed(found)
    return found


async def _told(request: SwitchRequest, work: Callable[[], Decided | Contradiction | UnknownCall]) -> Decided:
    """What the call room says to a message about a call, unless the call is unknown or the message contradicts."""
    outcome = await _desk(request).run(work)
    if isinstance(outcome, UnknownCall):
        raise faults.unknown_call()
    if isinstance(outcome, Contradiction):
        raise faults.contradiction(outcome.message)
    return outcome


def __getattr__(name: str) -> Any:
    """`server:app` for ASGI servers, built when first asked for and not when this module is read."""
    if name != "app":
        raise AttributeError(name)
    globals()["app"] = application = create_app()
    return application
