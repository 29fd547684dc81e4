"""Run as a process of its own: a switch that makes many calls at once over the call desk, and writes down each answer.

Arguments: a JSON file of calls (each a list: call_id, PIN, seconds used), the file for the answers, and how many calls
are made at the same time. A line of answers is `call_id<TAB>step<TAB>answer`, written only after the answer came.
"""

import asyncio
import json
import os
import sys
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crystalcall.config.django_settings")
django.setup()

from crystalcall.minutes.calls.desk import Desk, DeskBusyError, DeskClosedError  # noqa: E402 - Django is set up first
from crystalcall.minutes.calls.engine.messages import Answer, Authorize, End, Extend, Message, Outcome  # noqa: E402
from crystalcall.minutes.calls.values import AuthorizeRequest, CallKey, Granted  # noqa: E402 - likewise

SWITCH = 1
MOSCOW = "+74951234567"
SLICE_SECONDS = 60


class Telephony:
    """The calls that are still to be made, and the book of answers."""

    def __init__(self, calls: list[list[object]], book: Path) -> None:
        self.calls = iter(calls)
        self.book = os.open(book, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self.desk = Desk()

    async def work(self) -> None:
        for call_id, pin, used_seconds in self.calls:
            await self.call(str(call_id), str(pin), int(str(used_seconds)))

    async def call(self, call_id: str, pin: str, used_seconds: int) -> None:
        request = AuthorizeRequest(SWITCH, call_id, MOSCOW, pin=pin, slice_seconds=SLICE_SECONDS)
        granted = await self.say(call_id, "authorize", Authorize(request))
        if not isinstance(granted, Granted):
            return
        key = CallKey(SWITCH, call_id)
        if used_seconds % 2:
            await self.say(call_id, "answer", Answer(key, None))
        for sequence in range(1, 1 + used_seconds // SLICE_SECONDS):
            used = sequence * SLICE_SECONDS - 10
            await self.say(call_id, f"extend {sequence}", Extend(key, sequence, used))
        await self.say(call_id, "end", End(key, used_seconds, "normal", granted.routes[0].carrier))

    async def say(self, call_id: str, step: str, message: Message) -> Outcome:
        """As a switch does: until there is an answer."""
        while True:
            try:
                answer = await self.desk.take(message)
            except (DeskBusyError, DeskClosedError):
                await asyncio.sleep(0.02)
                continue
            os.write(self.book, f"{call_id}\t{step}\t{answer!r}\n".encode())
            return answer


async def main(calls: list[list[object]], book: Path, at_once: int) -> None:
    telephony = Telephony(calls, book)
    await asyncio.gather(*(telephony.work() for _ in range(at_once)))
    await asyncio.to_thread(telephony.desk.close)


if __name__ == "__main__":
    asyncio.run(main(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")), Path(sys.argv[2]), int(sys.argv[3])))
