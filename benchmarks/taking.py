"""One process that decides batches as a writer does, without a desk: what the engine alone costs, and where."""

import cProfile
import os
import pstats
import random
import time
from pathlib import Path
from typing import Any

from benchmarks.callers import MOST_SECONDS_TALKED, Known
from benchmarks.processes import serve, start_django

#: How many lines of a profile are worth reading.
PROFILED_LINES = 60


class Taker:
    """Takes batches, half authorizations and half ends, as a desk hands them over."""

    def __init__(self) -> None:
        self._known: Known | None = None
        self._named = 0
        self._open: list[tuple[str, int]] = []
        self._chance = random.Random(1)  # noqa: S311 - the same calls in each run, so that runs can be compared

    def introduce(self, **known: Any) -> None:
        """Be told whose calls to make."""
        from crystalcall.minutes.calls.desk.apart import settle_collector

        self._known = Known(**known)
        # As in a writer's process.
        settle_collector()

    def take(self, *, batch: int, operations: int, profile: str = "") -> dict[str, float]:
        """So many operations in batches of this size; gives the processor seconds that each side took.

        With `profile` the lines that cost most are written there, and the figures include the profiler.
        """
        from crystalcall.minutes.calls import engine
        from crystalcall.plumbing.clock import now

        batches = operations // batch
        self._note(opening := self._messages(batch // 2), engine.take(opening, now=now()))
        server = server_seconds()
        profiler = cProfile.Profile() if profile else None
        spent = waited = 0.0
        for _ in range(batches):
            messages = self._messages(batch)
            begun, wall = time.process_time(), time.monotonic()
            if profiler:
                profiler.enable()
            found = engine.take(messages, now=now())
            if profiler:
                profiler.disable()
            spent += time.process_time() - begun
            waited += time.monotonic() - wall
            self._note(messages, found)
        server = server_seconds() - server
        closing = self._ends()
        self._note(closing, engine.take(closing, now=now()))
        if profiler:
            _write(profiler, Path(profile), batches * batch)
        return {
            "operations": batches * batch,
            "python": spent,
            "server": server,
            "wall": waited,
        }

    def _messages(self, batch: int) -> list[Any]:
        """The ends of all calls that stand open, and authorizations to make the batch full, in any order."""
        from benchmarks.filling import pin_of
        from crystalcall.minutes.calls.engine import Authorize
        from crystalcall.minutes.calls.values import AuthorizeRequest

        known = self._must_know()
        messages = self._ends()
        for _ in range(batch - len(messages)):
            self._named += 1
            # One card after the other, so that none is in use twice.
            card = self._named % known.cards
            call, number = f"{os.getpid()}-{self._named}", self._chance.choice(known.numbers)
            messages.append(Authorize(AuthorizeRequest(known.switch_id, call, number, pin=pin_of(card))))
        self._chance.shuffle(messages)
        return messages

    def _ends(self) -> list[Any]:
        from crystalcall.minutes.calls.engine import End
        from crystalcall.minutes.calls.values import CallKey

        switch_id, open_calls = self._must_know().switch_id, self._open
        self._open = []
        return [
            End(CallKey(switch_id, call), self._chance.randint(1, min(granted, MOST_SECONDS_TALKED)), "normal")
            for call, granted in open_calls
        ]

    def _must_know(self) -> Known:
        assert self._known is not None  # noqa: S101 - introduced before anything else
        return self._known

    def _note(self, messages: list[Any], found: list[Any]) -> None:
        from crystalcall.minutes.calls.engine import Authorize
        from crystalcall.minutes.calls.values import Ended, Granted

        for message, outcome in zip(messages, found, strict=True):
            assert isinstance(outcome, Granted | Ended), outcome  # noqa: S101 - a figure of refusals is none
            if isinstance(message, Authorize):
                self._open.append((message.request.call_id, outcome.granted_seconds))


def server_seconds() -> float:
    """Processor time of PostgreSQL with all its processes, ended ones included; 0 on SQLite."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return 0.0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (backend,) = cursor.fetchone()
    return tree_seconds(_parent(backend))


def tree_seconds(process: int) -> float:
    """Processor time of a process, its children that run and those that have ended, as its clock ticks."""
    children = [
        int(each) for task in Path(f"/proc/{process}/task").glob("*/children") for each in task.read_text().split()
    ]
    own = _words(process)[11:15]
    return sum(map(int, own)) / os.sysconf("SC_CLK_TCK") + sum(tree_seconds(child) for child in children)


def _parent(process: int) -> int:
    return int(_words(process)[1])


def _words(process: int) -> list[str]:
    """What the kernel says of a process, from its state on."""
    return Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()


def _write(profiler: cProfile.Profile, place: Path, operations: int) -> None:
    with place.open("w", encoding="utf-8") as file:
        file.write(f"{operations} operations\n")
        stats = pstats.Stats(profiler, stream=file).strip_dirs()
        for order in ("tottime", "cumulative"):
            stats.sort_stats(order).print_stats(PROFILED_LINES)


if __name__ == "__main__":
    start_django()
    taker = Taker()
    serve({"introduce": taker.introduce, "take": taker.take})
