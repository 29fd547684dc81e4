"""The desk itself: messages in from asynchronous doors, answers out after the commit."""

import asyncio
import logging
from threading import Event, Lock, Thread
from time import monotonic
from typing import Final

from crystalcall.minutes.calls.desk import figures
from crystalcall.minutes.calls.desk.apart import WriterProcess
from crystalcall.minutes.calls.desk.line import DeskBusyError, DeskMeasures, Line, Pending
from crystalcall.minutes.calls.desk.moments import SteadyClock
from crystalcall.minutes.calls.desk.writing import DeskClosedError, Take, Writer
from crystalcall.minutes.calls.engine.messages import Message, Outcome
from crystalcall.plumbing.settings import current

logger = logging.getLogger(__name__)

#: How long a message waits for its answer at most; a switch that hears nothing would give up, too.
PATIENCE_SECONDS: Final = 5.0
WATCH_SECONDS: Final = 0.5
CLOSING_SECONDS: Final = 10.0
#: How long the writers may take to stand ready; a process of its own loads every room first.
STARTING_SECONDS: Final = 60.0


class Desk:
    """Decides messages about calls for any number of asynchronous doors of one process.

    Each writer is a process of its own, on the database of the settings. With `take` they are threads of this process
    instead, and decide by that.
    """

    def __init__(self, measures: DeskMeasures | None = None, *, take: Take | None = None) -> None:
        self._measures = measures or DeskMeasures.of_settings(current())
        self._writers: list[Writer | WriterProcess] = _hired(self._measures.writers, take)
        self._ready = [Event() for _ in self._writers]
        self._line = Line(self._measures)
        self._in_hand: dict[int, list[Pending]] = {}
        self._threads: list[Thread] = []
        self._starting = Lock()
        self._watching: asyncio.AbstractEventLoop | None = None
        figures.LINE_MESSAGES.set_function(self._line.__len__)

    def start(self) -> None:
        """Start the writers, which otherwise start with the first message, and return once they stand ready."""
        self._start()
        until = monotonic() + STARTING_SECONDS
        for ready in self._ready:
            ready.wait(max(0.0, until - monotonic()))

    async def take(self, message: Message) -> Outcome:
        """Decide a message; what is answered is committed.

        Errors: DeskBusyError at once, where the line is full: nothing was done. DeskClosedError where the database
        fails or is too slow: the same message may be sent again, and gets the answer of what was done. Anything else is
        a mistake in the program, and nothing was done.
        """
        loop = asyncio.get_running_loop()
        if self._watching is not loop:
            self._open(loop)
        future: asyncio.Future[Outcome] = loop.create_future()
        try:
            self._line.add(Pending(message, future))
        except DeskBusyError:
            figures.TURNED_AWAY.labels("line_full").inc()
            raise
        return await future

    def close(self) -> None:
        """Let nobody in any more, decide what stands in line, close each writer's connection and end its process."""
        self._line.close()
        until = monotonic() + CLOSING_SECONDS
        for thread in self._threads:
            thread.join(max(0.0, until - monotonic()))
        for thread, writer in zip(self._threads, self._writers, strict=False):
            if thread.is_alive():
                logger.warning("a writer of the call desk was still busy at the end")
                writer.abandon()

    def _open(self, loop: asyncio.AbstractEventLoop) -> None:
        """See that the writers work, and watch over this loop's patience."""
        self._start()
        self._watching = loop
        loop.call_later(WATCH_SECONDS, self._watch, loop)

    def _start(self) -> None:
        with self._starting:
            if not self._threads:
                self._threads = [
                    # Daemons: a database that hangs must not keep the process from ending.
                    Thread(target=self._write, args=(number,), name=f"call-desk-{number}", daemon=True)
                    for number in range(len(self._writers))
                ]
                for thread in self._threads:
                    thread.start()

    def _watch(self, loop: asyncio.AbstractEventLoop) -> None:
        """Turn away who has waited too long, in line or in the hand of a writer that hangs."""
        since = monotonic() - PATIENCE_SECONDS
        overdue = self._line.overdue(since)
        for batch in list(self._in_hand.values()):
            overdue += [pending for pending in batch if pending.arrived < since and not pending.future.done()]
        if overdue:
            figures.TURNED_AWAY.labels("too_slow").inc(len(overdue))
            _deliver(overdue, [DeskClosedError() for _ in overdue])
        if self._watching is loop:
            loop.call_later(WATCH_SECONDS, self._watch, loop)

    def _write(self, number: int) -> None:
        """What the thread of a writer does all day."""
        writer = self._writers[number]
        try:
            writer.open()
            self._ready[number].set()
            while (batch := self._line.take()) is not None:
                self._in_hand[number] = batch
                try:
                    self._decide(writer, batch)
                finally:
                    del self._in_hand[number]
                    self._line.batch_done()
        finally:
            writer.close()

    def _decide(self, writer: Writer | WriterProcess, batch: list[Pending]) -> None:
        begun = monotonic()
        try:
            found = writer.decide([pending.message for pending in batch])
        except Exception as error:  # noqa: BLE001 - nobody may be left waiting, and the writer must go on
            found = [error] * len(batch)
        figures.note_batch(batch, found, begun, monotonic())
        _deliver(batch, found)


def _hired(number: int, take: Take | None) -> list[Writer | WriterProcess]:
    if take is None:
        return [WriterProcess() for _ in range(number)]
    return [Writer(take, SteadyClock().now)] * number


def _deliver(batch: list[Pending], found: list[Outcome | Exception]) -> None:
    """Answer in the loops that asked: almost always one, but a process may have several doors."""
    for loop in {pending.future.get_loop() for pending in batch}:
        try:
            loop.call_soon_threadsafe(_hand_out, batch, found)
        except RuntimeError:
            # The door is gone. What was decided is written, and is answered again at the next repeat.
            logger.warning("a door of the call desk closed before its answers came")


def _hand_out(batch: list[Pending], found: list[Outcome | Exception]) -> None:
    here = asyncio.get_running_loop()
    for pending, outcome in zip(batch, found, strict=True):
        future = pending.future
        if future.done() or future.get_loop() is not here:
            continue
        if isinstance(outcome, Exception):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)
