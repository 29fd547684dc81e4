"""The line of messages before the call desk: bounded, gathered into batches, and never waited in for long."""

import asyncio
from collections import deque
from dataclasses import dataclass
from threading import Condition, Lock
from time import monotonic

from crystalcall.minutes.calls.engine.messages import Message, Outcome
from crystalcall.plumbing.settings import Settings


class DeskBusyError(Exception):
    """More messages wait than can be answered soon; nothing was done."""


@dataclass(frozen=True, slots=True)
class DeskMeasures:
    """How much is committed together and how much may wait; times in seconds."""

    batch_size: int = 256
    wait_seconds: float = 0.001
    queue_size: int = 2048
    writers: int = 2

    @classmethod
    def of_settings(cls, settings: Settings) -> "DeskMeasures":
        """What the operator set. The embedded database has one writer, so more threads would only wait for it."""
        return cls(
            batch_size=settings.desk_batch_size,
            wait_seconds=settings.desk_wait_milliseconds / 1000,
            queue_size=settings.desk_queue_size,
            writers=settings.desk_writers if settings.database_url else 1,
        )


class Pending:
    """A message, who waits for its answer, and since when."""

    __slots__ = ("arrived", "future", "message")

    def __init__(self, message: Message, future: "asyncio.Future[Outcome]") -> None:
        self.message = message
        self.future = future
        self.arrived = monotonic()


class Line:
    """Messages in the order of their arrival; doors add, writers take batches."""

    def __init__(self, measures: DeskMeasures) -> None:
        self._measures = measures
        self._waiting: deque[Pending] = deque()
        self._lock = Lock()
        self._arrived = Condition(self._lock)
        self._full = Condition(self._lock)
        self._busy = 0
        self._closed = False

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, pending: Pending) -> None:
        """Stand in line.

        Errors: DeskBusyError where the line is full or closed.
        """
        with self._lock:
            length = len(self._waiting) + 1
            if length > self._measures.queue_size or self._closed:
                raise DeskBusyError
            self._waiting.append(pending)
            if length == 1:
                self._arrived.notify()
            elif length == self._measures.batch_size:
                self._full.notify()

    def take(self) -> list[Pending] | None:
        """Wait for the next batch; None once the line is closed and empty.

        While another writer is busy, a small batch waits a moment for company: the disk is not idle meanwhile.
        """
        with self._lock:
            while not self._has_gathered():
                if self._closed and not self._waiting:
                    return None
            size = min(len(self._waiting), self._measures.batch_size)
            batch = [self._waiting.popleft() for _ in range(size)]
            if self._waiting:
                self._arrived.notify()
            self._busy += 1
            return batch

    def _has_gathered(self) -> bool:
        """Wait once, for a message or for company of one; whether there is a batch now."""
        if not self._waiting:
            if not self._closed:
                self._arrived.wait()
            if not self._waiting:
                return False
        if self._busy and len(self._waiting) < self._measures.batch_size and not self._closed:
            self._full.wait(self._measures.wait_seconds)
        return bool(self._waiting)

    def batch_done(self) -> None:
        """A writer has committed its batch; whoever gathers beside it need not wait for it any longer."""
        with self._lock:
            self._busy -= 1
            self._full.notify()

    def overdue(self, since: float) -> list[Pending]:
        """Take those out of the line who have stood in it since before that moment: nothing was done for them."""
        found = []
        with self._lock:
            while self._waiting and self._waiting[0].arrived < since:
                found.append(self._waiting.popleft())
        return found

    def close(self) -> None:
        """Let nobody in any more; who stands in line is still served."""
        with self._lock:
            self._closed = True
            self._arrived.notify_all()
            self._full.notify_all()
