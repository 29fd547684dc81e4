"""The switch API: the four messages of a call in plain ASGI (`steps`), everything else by litestar.

Started by `granian --interface asgi crystalcall.switches.http.asgi:app`, which sets Django up first.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from litestar import Litestar, Request, Response, Router, get
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath
from litestar.types import ASGIApp

from crystalcall.minutes.calls import queries
from crystalcall.minutes.calls.desk import Desk, DeskBusyError, DeskClosedError
from crystalcall.plumbing import metrics
from crystalcall.switches.http import faults, figures, openapi, translate, wire
from crystalcall.switches.http.answers import answer_of_exception, message
from crystalcall.switches.http.edge import guarded
from crystalcall.switches.http.faults import JSON_TYPE
from crystalcall.switches.http.keyring import KeyRing
from crystalcall.switches.http.pool import QueryPool
from crystalcall.switches.http.queries import active_keys, database_answers
from crystalcall.switches.http.steps import StepsDoor

SwitchRequest = Request[Any, Any, Any]


async def only_switches(connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
    """Let a request pass that shows a switch's key, and note whose it is."""
    keys: KeyRing = connection.app.state.key_ring
    header = connection.headers.get("authorization", "").encode("latin-1", "replace")
    switch_id = await keys.switch_id(header)
    if switch_id is None:
        raise faults.wrong_key()
    connection.state.switch_id = switch_id


@get("/calls/{call_id:str}")
async def status(request: SwitchRequest, call_id: FromPath[str]) -> Response[bytes]:
    """A call's state and itemized proof."""
    found = wire.read_call_id(call_id.encode("latin-1", "replace"))
    if isinstance(found, wire.Malformed):
        raise faults.malformed(found)
    view = await _pool(request).run(lambda: queries.call(int(request.state.switch_id), found))
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
        await _pool(request).run(database_answers)
    except (DeskBusyError, DeskClosedError):
        return message(wire.Health("unavailable"), 503)
    return message(wire.Health("ok"))


def create_app(desk: Desk | None = None, pool: QueryPool | None = None, *, metrics_port: int | None = None) -> ASGIApp:
    """The application, with a desk and a pool of its own unless they are given; Django must be set up.

    Its figures are shown on `metrics_port` of this machine while it runs; nowhere, where that is None.
    """
    own_desk, own_pool = desk or Desk(), pool or QueryPool()
    keys = KeyRing(lambda: own_pool.run(active_keys))

    @asynccontextmanager
    async def open_hours(_app: Litestar) -> AsyncIterator[None]:
        figures.show_running_calls()
        # Requests are heard once the writers stand ready; in a thread, for a loop that waits would answer nobody.
        await asyncio.to_thread(own_desk.start)
        exhibition = None if metrics_port is None else metrics.serve(metrics_port)
        yield
        own_desk.close()
        own_pool.close()
        if exhibition is not None:
            exhibition.close()

    app = Litestar(
        route_handlers=[
            Router("/v1", route_handlers=[status], guards=[only_switches]),
            openapi_document,
            healthz,
            readyz,
        ],
        exception_handlers={Exception: answer_of_exception},
        lifespan=[open_hours],
        request_max_body_size=wire.MAX_BODY_BYTES,
        # The document is ours (openapi.py); litestar's pages would load scripts from other hosts.
        openapi_config=None,
        logging_config=None,
    )
    app.state.key_ring = keys
    app.state.pool = own_pool
    return StepsDoor(own_desk, keys, guarded(app))


def _pool(connection: ASGIConnection[Any, Any, Any, Any]) -> QueryPool:
    pool: QueryPool = connection.app.state.pool
    return pool


def __getattr__(name: str) -> Any:
    """`server:app` for ASGI servers, built when first asked for and not when this module is read."""
    if name != "app":
        raise AttributeError(name)
    globals()["app"] = application = create_app()
    return application
