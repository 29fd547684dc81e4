"""More messages than can be decided soon: a clear refusal at once, instead of a growing delay."""

import asyncio
import threading
from collections.abc import Sequence
from datetime import datetime
from time import monotonic

import httpx
import pytest
from call_scenery import MEXICO
from switch_line import BASE, InlinePool

from crystalcall.minutes.calls import engine
from crystalcall.minutes.calls.desk import Desk, DeskMeasures
from crystalcall.minutes.calls.values import UnknownCall
from crystalcall.switches.http import server

pytestmark = pytest.mark.django_db
LINE = 4
CROWD = 40
WAIT_SECONDS = 30


def test_a_full_line_refuses_a_call_and_puts_other_messages_off_at_once(tandem):
    gate, entered = threading.Event(), threading.Event()
    taken: list[str] = []

    def slow(messages: Sequence[engine.Message], *, now: datetime) -> list[engine.Outcome]:
        entered.set()
        assert gate.wait(WAIT_SECONDS)
        taken.extend(message.key.call_id for message in messages)
        return [UnknownCall(message.key.call_id) for message in messages]

    desk = Desk(DeskMeasures(batch_size=1, wait_seconds=0, queue_size=LINE, writers=1), take=slow)
    app = server.create_app(desk, InlinePool())

    async def story() -> tuple[list[httpx.Response], list[httpx.Response], list[httpx.Response], float]:
        transport = httpx.ASGITransport(app=app)
        headers = {"authorization": f"Bearer {tandem.key}"}
        async with httpx.AsyncClient(transport=transport, base_url=BASE, headers=headers) as client:

            def end(number: int) -> asyncio.Task[httpx.Response]:
                body = {"used_seconds": 0, "release_cause": "busy"}
                return asyncio.create_task(client.post(f"/v1/calls/{number}/end", json=body))

            first = end(0)
            await asyncio.to_thread(entered.wait, WAIT_SECONDS)
            waiting = [end(number) for number in range(1, 1 + LINE)]
            while len(desk._line) < LINE:  # noqa: ASYNC110 - the line has no event to wait for, and needs none
                await asyncio.sleep(0)
            begun = monotonic()
            put_off = await asyncio.gather(*(end(number) for number in range(100, 100 + CROWD)))
            call = {"call_id": "new", "access": {"pin": "123456789012"}, "called_number": MEXICO}
            refused = [await client.post("/v1/calls", json=call) for _ in range(CROWD)]
            took = monotonic() - begun
            gate.set()
            return put_off, refused, list(await asyncio.gather(first, *waiting)), took

    put_off, refused, served, took = asyncio.run(story())
    desk.close()
    assert {(one.status_code, one.headers["retry-after"]) for one in put_off} == {(429, "1")}
    assert {one.status_code for one in refused} == {200}
    assert [one.json() for one in refused] == [{"decision": "refused", "reason": "unavailable"}] * CROWD
    assert took < WAIT_SECONDS / 6
    assert [one.status_code for one in served] == [404] * (1 + LINE)
    assert taken == [str(number) for number in range(1 + LINE)]
