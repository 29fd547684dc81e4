"""The ASGI application of the stand-in."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from litestar import Litestar, Request, Response
from litestar.datastructures import State as AppState
from litestar.di import Provide
from litestar.exceptions import HTTPException

from crystalcall.payments.standin import control, home, hosted, hosted_profiles, rest, subscriptions
from crystalcall.payments.standin.api import request_api
from crystalcall.payments.standin.config import StandinConfig
from crystalcall.payments.standin.courier import Courier
from crystalcall.payments.standin.desk import StandinDesk
from crystalcall.payments.standin.markup import html, page
from crystalcall.payments.standin.moving_clock import MovingClock
from crystalcall.payments.standin.state import State
from crystalcall.payments.standin.wall import wall

log = logging.getLogger(__name__)

LARGEST_BODY_BYTES = 1_000_000


def _http_trouble(_: Request[Any, Any, AppState], trouble: HTTPException) -> Response[str]:
    """Refusals of the framework (no such path, wrong method, too large) as a page that says where one is."""
    body = html(
        '<h1>{detail}</h1><p><a href="/">What this is and what it offers</a></p>',
        detail=trouble.detail or "Not possible",
    )
    return page(trouble.detail, body, status=trouble.status_code)


def _trouble(_: Request[Any, Any, AppState], trouble: Exception) -> Response[str]:
    """A mistake of ours: told to the log without the request, which may hold a card number."""
    log.error("the stand-in stumbled", exc_info=trouble)
    return page("Internal error", html("<h1>The stand-in stumbled</h1><p>See its log.</p>"), status=500)


def create_app(config: StandinConfig) -> Litestar:
    """The stand-in, ready to be served; the database is opened here and closed at shutdown.

    Args:
        config: checked already by its own class.
    """
    state = State(config.database)
    clock = MovingClock(config.clock, state)
    subscriptions.ensure_at_start(state, config.webhook_url, clock())
    desk = StandinDesk(config, state, clock, Courier(config, state, clock))

    @asynccontextmanager
    async def open_hours(_: Litestar) -> AsyncIterator[None]:
        try:
            if config.run_courier:
                async with desk.courier.at_work():
                    yield
            else:
                yield
        finally:
            state.close()

    def the_desk() -> StandinDesk:
        return desk

    app = Litestar(
        route_handlers=[
            request_api,
            home.home_page,
            *hosted.HANDLERS,
            *hosted_profiles.HANDLERS,
            *rest.HANDLERS,
            *control.HANDLERS,
        ],
        dependencies={"desk": Provide(the_desk, sync_to_thread=False)},
        exception_handlers={HTTPException: _http_trouble, Exception: _trouble},
        lifespan=[open_hours],
        openapi_config=None,
        logging_config=None,
        request_max_body_size=LARGEST_BODY_BYTES,
    )
    # Not as middleware: refusals of the router would pass it by.
    app.asgi_handler = wall(app.asgi_handler)
    return app
