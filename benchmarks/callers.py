"""The callers of a desk, in one process with it: as fast as they can, or at a steady pace."""

import asyncio
import contextlib
import ctypes
import os
import random
import resource
import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.processes import serve, start_django

MOST_SECONDS_TALKED = 600
#: How long a call of the steady pace stays up between its grant and its end.
HELD_SECONDS = 0.25
DRAWN = 4096


@dataclass(frozen=True, slots=True)
class Known:
    """Whose calls these are, and where to: what `filling.prepare` gave, and this process's share of the cards."""

    switch_id: int
    numbers: list[str]
    cards: int
    share: int
    shares: int


class Callers:
    """Everything one process measures; its desk stays open from round to round."""

    def __init__(self) -> None:
        self._runner = asyncio.Runner()
        self._door: Any = None
        self._known: Known | None = None
        self._pins: dict[int, str] = {}
        self._named = 0
        self._chance = random.Random(os.getpid())  # noqa: S311 - which card calls next is no secret

    def introduce(self, **known: Any) -> None:
        """Be told whose calls to make; opens the desk the first time."""
        self._known = Known(**known)
        if self._door is None:
            self._door = self._runner.run(_opened())

    def leave(self) -> None:
        """Close the desk."""
        self._door.close()

    def closed(self, *, clients: int, start: float, seconds: float) -> dict[str, float]:
        """So many callers, each with its next message as soon as the last is answered.

        Counted are the answers between `start` (monotonic) and so many seconds later.
        """
        return self._runner.run(self._closed(clients, start, seconds))

    def paced(self, *, calls_per_second: float, start: float, seconds: float) -> dict[str, Any]:
        """Calls that come when they come, however long the answers take; gives each authorization's latency."""
        return self._runner.run(self._paced(calls_per_second, start, seconds))

    async def _closed(self, clients: int, start: float, seconds: float) -> dict[str, float]:
        count = [0]
        spent = [0.0]
        await asyncio.gather(
            *(self._caller(client, clients, (start, start + seconds), count) for client in range(clients)),
            _watch_processor(start, start + seconds, spent),
        )
        return {"operations": count[0], "processor_seconds": spent[0]}

    async def _caller(self, client: int, clients: int, window: tuple[float, float], count: list[int]) -> None:
        """One caller: a card that nobody else uses at this time, a call, its end, and again."""
        known = self._must_know()
        begin, end = window
        lanes = known.shares * clients
        lane = known.share * clients + client
        rows = max(1, known.cards // lanes)
        while time.monotonic() < end:
            card = (lane + lanes * self._chance.randrange(rows)) % known.cards
            request = self._request(card)
            granted = await self._door.authorize(request)
            count[0] += begin <= time.monotonic() < end
            used = self._chance.randint(1, min(granted.granted_seconds, MOST_SECONDS_TALKED))
            await self._door.end(known.switch_id, request.call_id, used)
            count[0] += begin <= time.monotonic() < end

    async def _paced(self, calls_per_second: float, start: float, seconds: float) -> dict[str, Any]:
        latencies: list[float] = []
        calls: set[asyncio.Task[None]] = set()
        alarm = Alarm()
        due = time.monotonic()
        cards = self._own_cards()
        while due < start + seconds:
            await alarm.at(due)
            now = time.monotonic()
            # Whatever is late by now comes at once, and its latency counts from when it was due.
            while due <= now:
                task = asyncio.create_task(self._call(next(cards), due, latencies if due >= start else None))
                calls.add(task)
                task.add_done_callback(calls.discard)
                due += self._chance.expovariate(calls_per_second)
        alarm.close()
        await asyncio.gather(*calls)
        return {"latencies": latencies}

    async def _call(self, card: int, due: float, latencies: list[float] | None) -> None:
        request = self._request(card)
        granted = await self._door.authorize(request)
        if latencies is not None:
            latencies.append(time.monotonic() - due)
        await asyncio.sleep(HELD_SECONDS)
        used = self._chance.randint(1, min(granted.granted_seconds, MOST_SECONDS_TALKED))
        await self._door.end(request.switch_id, request.call_id, used)

    def _own_cards(self) -> Iterator[int]:
        """This process's cards, one after the other, again and again."""
        known = self._must_know()
        while True:
            yield from range(known.share, known.cards, known.shares)

    def _request(self, card: int) -> Any:
        from benchmarks.filling import pin_of
        from crystalcall.minutes.calls.values import AuthorizeRequest

        known = self._must_know()
        pin = self._pins.get(card) or self._pins.setdefault(card, pin_of(card))
        self._named += 1
        return AuthorizeRequest(
            switch_id=known.switch_id,
            call_id=f"{os.getpid()}-{self._named}",
            called_number=self._chance.choice(known.numbers),
            pin=pin,
        )

    def _must_know(self) -> Known:
        assert self._known is not None  # noqa: S101 - introduced before anything else
        return self._known


async def _opened() -> Any:
    from benchmarks.subject import Door

    return Door()


async def _watch_processor(begin: float, end: float, spent: list[float]) -> None:
    """How much processor time this process and its desk's took within the window, its own callers included."""
    await asyncio.sleep(begin - time.monotonic())
    before = _processor_seconds()
    await asyncio.sleep(end - time.monotonic())
    spent[0] = _processor_seconds() - before


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime + sum(_seconds_of(child) for child in _children())


def _children() -> list[str]:
    """The writers' processes, by number: whatever a thread of this process has started."""
    return [child for listed in Path("/proc/self/task").glob("*/children") for child in listed.read_text().split()]


def _seconds_of(process: str) -> float:
    """Processor time of another process, as its clock ticks."""
    # Its name may hold anything; what counts stands behind the last parenthesis.
    words = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


class Alarm:
    """Wakes the loop at a moment to the microsecond; asyncio's own timers come up to a millisecond late."""

    def __init__(self) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._file = self._libc.timerfd_create(time.CLOCK_MONOTONIC, os.O_NONBLOCK | os.O_CLOEXEC)
        if self._file < 0:
            raise OSError(ctypes.get_errno(), "this system has no timerfd")
        self._rung = asyncio.Event()
        asyncio.get_running_loop().add_reader(self._file, self._ring)

    async def at(self, moment: float) -> None:
        """Return at this monotonic moment, or at once where it has passed."""
        self._rung.clear()
        whole = int(moment)
        # Absolute (1), once: interval 0, then seconds and nanoseconds.
        setting = struct.pack("qqqq", 0, 0, whole, max(1, int((moment - whole) * 1e9)))
        self._libc.timerfd_settime(self._file, 1, setting, None)
        await self._rung.wait()

    def close(self) -> None:
        """Ring no more."""
        asyncio.get_running_loop().remove_reader(self._file)
        os.close(self._file)

    def _ring(self) -> None:
        with contextlib.suppress(BlockingIOError):
            os.read(self._file, 8)
        self._rung.set()


if __name__ == "__main__":
    start_django()
    callers = Callers()
    serve(
        {
            "introduce": callers.introduce,
            "closed": callers.closed,
            "paced": callers.paced,
            "leave": callers.leave,
        }
    )
