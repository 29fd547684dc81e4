"""What tests of the switch API share: desks without threads, and a client that asks as a switch does."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import httpx
from litestar.types import ASGIApp

from crystalcall.minutes.calls import engine
from crystalcall.minutes.calls.desk import Desk
from crystalcall.plumbing import clock
from crystalcall.switches.http.pool import QueryPool

T = TypeVar("T")
BASE = "http://switch.test"


@contextmanager
def out_of_the_loop() -> Iterator[None]:
    """Django gives a running loop connections of its own; out of it, the work sees the test's transaction."""
    loop = asyncio.get_running_loop()
    asyncio._set_running_loop(None)
    try:
        yield
    finally:
        asyncio._set_running_loop(loop)


class Passed:
    """A monotonic clock that a test moves."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


class InlinePool(QueryPool):
    """Works at once, in the thread that asks; `trouble` is raised instead where a test sets it."""

    def __init__(self) -> None:
        super().__init__(threads=1)
        self.trouble: Exception | None = None

    async def run(self, work: Callable[[], T]) -> T:
        if self.trouble is not None:
            raise self.trouble
        with out_of_the_loop():
            return work()


class InlineDesk(Desk):
    """Decides each message at once, in the thread that asks; `trouble` is raised instead where a test sets it."""

    def __init__(self) -> None:
        super().__init__()
        self.trouble: Exception | None = None

    async def take(self, message: engine.Message) -> engine.Outcome:
        if self.trouble is not None:
            raise self.trouble
        with out_of_the_loop():
            return engine.take([message], now=clock.now())[0]


class SwitchLine:
    """Asks the API in this process, with the switch's key unless told otherwise."""

    def __init__(self, app: ASGIApp, key: str, desk: InlineDesk, pool: InlinePool) -> None:
        self.app = app
        self.key = key
        self.desk = desk
        self.pool = pool

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        """One request; `headers` are added to the key."""
        headers = {"authorization": f"Bearer {self.key}"} | more.pop("headers", {})
        headers = {name: value for name, value in headers.items() if value is not None}
        return asyncio.run(self._ask(method, path, headers=headers, **more))

    async def _ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
            return await client.request(method, path, **more)

    def post(self, path: str, body: Any = None, **more: Any) -> httpx.Response:
        """A JSON message."""
        return self.ask("POST", path, json={} if body is None else body, **more)

    def authorize(self, pin: str, called_number: str = "+74951234567", call_id: str = "call-1", **more: Any) -> Any:
        """Ask for a call."""
        body = {"call_id": call_id, "access": {"pin": pin}, "called_number": called_number} | more
        return self.post("/v1/calls", body)
