"""What tests of the switch API share: a desk without threads, and a client that asks as a switch does."""

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

import httpx
from litestar.types import ASGIApp

from crystalcall.switches.http.desk import Desk

T = TypeVar("T")
BASE = "http://switch.test"


class InlineDesk(Desk):
    """Works at once, in the thread that asks; `trouble` is raised instead where a test sets it."""

    def __init__(self) -> None:
        super().__init__(threads=1)
        self.trouble: Exception | None = None
        self.trouble_after = 0

    async def run(self, work: Callable[[], T]) -> T:
        if self.trouble is not None:
            if self.trouble_after == 0:
                raise self.trouble
            self.trouble_after -= 1
        # Django gives a running loop connections of its own; out of it, the work sees the test's transaction.
        loop = asyncio.get_running_loop()
        asyncio._set_running_loop(None)
        try:
            return work()
        finally:
            asyncio._set_running_loop(loop)


class SwitchLine:
    """Asks the API in this process, with the switch's key unless told otherwise."""

    def __init__(self, app: ASGIApp, key: str, desk: InlineDesk) -> None:
        self.app = app
        self.key = key
        self.desk = desk

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
