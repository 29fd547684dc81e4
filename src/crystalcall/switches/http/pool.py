"""Where the asynchronous door reads the database: a few threads, and a bounded line before them.

Only questions are asked here; what changes a call goes through the call desk. Beyond the line a question is turned away
at once. One that lost the connection is asked again.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, BrokenBarrierError
from time import monotonic
from typing import Final, TypeVar

from django.db import Error, InterfaceError, OperationalError, close_old_connections, connections

from crystalcall.minutes.calls.desk import DeskBusyError, DeskClosedError

logger = logging.getLogger(__name__)
T = TypeVar("T")

THREADS: Final = 4
WAITING: Final = 256
TRIES: Final = 3
PATIENCE_SECONDS: Final = 2
CLOSING_SECONDS: Final = 5


class QueryPool:
    """Runs queries in `threads` threads, with at most `waiting` more in line."""

    def __init__(self, threads: int = THREADS, waiting: int = WAITING) -> None:
        self._threads = threads
        self._room = threads + waiting
        self._inside = 0
        self._pool = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="switch-queries")

    async def run(self, work: Callable[[], T]) -> T:
        """Do the work in a thread and give its result.

        Errors: DeskBusyError without doing anything; DeskClosedError where the database failed; whatever else the work
        raises.
        """
        if self._inside >= self._room:
            raise DeskBusyError
        self._inside += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, _carried_out, work)
        except Error as error:
            # The class alone: a database's message may quote the row it refused.
            logger.error("the database failed a switch's request: %s", type(error).__name__)  # noqa: TRY400 - as above
            raise DeskClosedError from error
        finally:
            self._inside -= 1

    def close(self) -> None:
        """Close each thread's database connection and end the threads."""
        together = Barrier(self._threads)
        for _ in range(self._threads):
            self._pool.submit(_close_connections, together)
        self._pool.shutdown(wait=True)


def _carried_out(work: Callable[[], T]) -> T:
    close_old_connections()
    try:
        return _tried(work)
    finally:
        close_old_connections()


def _tried(work: Callable[[], T]) -> T:
    begun = monotonic()
    for _ in range(TRIES - 1):
        try:
            return work()
        except (OperationalError, InterfaceError):
            connections.close_all()
            # What took long was a wait for a lock or a host; waiting again would only make the caller wait longer.
            if monotonic() - begun > PATIENCE_SECONDS:
                raise
    return work()


def _close_connections(together: Barrier) -> None:
    """Wait until every thread is here, so that each closes its own connection."""
    try:
        together.wait(CLOSING_SECONDS)
    except BrokenBarrierError:
        logger.warning("a thread of the switch API was still reading at the end")
    connections.close_all()
