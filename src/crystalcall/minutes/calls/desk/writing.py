"""A batch of messages becomes answers: tried again where the database says so, split where one message spoils it.

Every message is safe to repeat, so a transaction whose end is unknown (the connection broke at the commit) is simply
tried again: what was committed gives the same answers.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from threading import Lock
from time import monotonic
from typing import Final, Protocol

from django.db import DatabaseError, InterfaceError, OperationalError, close_old_connections, connections

from crystalcall.minutes.calls.desk import figures
from crystalcall.minutes.calls.engine.messages import BatchConflict, Message, Outcome

logger = logging.getLogger(__name__)

TRIES: Final = 3
#: After so long the database is slow rather than unlucky, and one more try would only make callers wait longer.
PATIENCE_SECONDS: Final = 2.0


class DeskClosedError(Exception):
    """The database does not answer, or not in time; the same message may be sent again."""


class Take(Protocol):
    """How the engine is called: all outcomes in order after one commit, or an error and nothing written."""

    def __call__(self, messages: Sequence[Message], *, now: datetime) -> list[Outcome]:
        """See `engine.take`."""
        ...


class Writer:
    """Decides batches, each over the connection of the thread that asks; any number of threads share it."""

    def __init__(self, take: Take, now: Callable[[], datetime]) -> None:
        self._take = take
        self._now = now
        self._noting = Lock()
        self._is_failing = False
        self._last_failure = ""

    def open(self) -> None:
        """Nothing: a connection opens with its first statement."""

    def decide(self, messages: Sequence[Message]) -> list[Outcome | Exception]:
        """What becomes of each message, in order: its outcome after the commit, or the error that its door answers.

        DeskClosedError stands for a database that failed; any other error is a mistake in the program, and of this
        message alone.
        """
        close_old_connections()
        try:
            found = self._decided(messages, monotonic() + PATIENCE_SECONDS, tries=TRIES)
        finally:
            close_old_connections()
        self._note(is_failing=any(isinstance(one, DeskClosedError) for one in found))
        return found

    def close(self) -> None:
        """Give the connection of this thread back."""
        connections.close_all()

    def abandon(self) -> None:
        """Nothing: a thread cannot be ended, and ends with the process."""

    def _decided(self, messages: Sequence[Message], until: float, *, tries: int) -> list[Outcome | Exception]:
        try:
            return [*self._tried(messages, until, tries=tries)]
        except Exception as error:  # noqa: BLE001 - whatever it is, the door answers it and the writer goes on
            if len(messages) == 1:
                return [self._told(error)]
            if monotonic() > until or not _database_answers():
                return [self._told(error) for _ in messages]
        figures.SPLITS.inc()
        half = len(messages) // 2
        found: list[Outcome | Exception] = []
        for part in (messages[:half], messages[half:]):
            # A part that fails holds a message that breaks it: looking for it comes before trying again, so that the
            # patience is spent on the many that do no harm.
            found += self._decided(part, until, tries=TRIES if len(part) == 1 else 1)
        return found

    def _tried(self, messages: Sequence[Message], until: float, *, tries: int) -> list[Outcome]:
        for _ in range(tries - 1):
            try:
                return self._take(messages, now=self._now())
            except (BatchConflict, OperationalError, InterfaceError) as error:
                figures.RETRIES.labels(type(error).__name__).inc()
                if not isinstance(error, BatchConflict):
                    connections.close_all()
                if monotonic() > until:
                    raise
        return self._take(messages, now=self._now())

    def _note(self, *, is_failing: bool) -> None:
        """Say once that the database fails, and once that it is back, however many messages come meanwhile."""
        with self._noting:
            if is_failing == self._is_failing:
                return
            self._is_failing = is_failing
        if is_failing:
            # The class alone: a database's message may quote the row it refused.
            logger.error("the database fails the call desk (%s); messages are put off", self._last_failure)
        else:
            logger.warning("the database answers the call desk again")

    def _told(self, error: Exception) -> Exception:
        """The error as the door is told it."""
        if isinstance(error, BatchConflict | DatabaseError | InterfaceError):
            self._last_failure = type(error).__name__
            return DeskClosedError()
        return error


def _database_answers() -> bool:
    try:
        connection = connections["default"]
        connection.close_if_unusable_or_obsolete()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, InterfaceError):
        connections.close_all()
        return False
    return True
