"""The time of a process that never goes back, whatever somebody does to the machine's clock.

The monotonic clock says how much time has passed, the wall clock what time it is; where the two disagree by more than
a clock that is merely corrected would, the wall clock has jumped:

* forward: the jump is believed once it has lasted (a machine that slept and woke up), so that a clock that is wrong for
  a moment dates nothing in the future;
* back: time goes on at half its pace until the wall clock has caught up, so that what happened later is dated later.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock
from time import monotonic
from typing import Final

from crystalcall.minutes.calls.desk import figures
from crystalcall.plumbing import clock

logger = logging.getLogger(__name__)

#: A difference up to this is a correction, and is followed (never back).
CORRECTION: Final = timedelta(seconds=60)
#: For how long a jump forward must last before it is believed.
DOUBT_SECONDS: Final = 10.0


def _wall_clock() -> datetime:
    """Looked up at each call: tests hold the clock of `plumbing.clock`."""
    return clock.now()


class SteadyClock:
    """Gives `now` for one batch after the other, from any thread, never earlier than before."""

    def __init__(self, wall: Callable[[], datetime] = _wall_clock, passed: Callable[[], float] = monotonic) -> None:
        self._wall = wall
        self._passed = passed
        self._lock = Lock()
        self._said: datetime | None = None
        self._said_at = 0.0
        self._doubted_since: float | None = None
        self._is_ahead = False

    def now(self) -> datetime:
        """The moment to decide by, aware, in UTC; never before one that was given earlier."""
        with self._lock:
            wall, mark = self._wall(), self._passed()
            said = wall if self._said is None else self._weighed(self._said, wall, mark)
            self._said, self._said_at = said, mark
            return said

    def _weighed(self, said: datetime, wall: datetime, mark: float) -> datetime:
        passed = timedelta(seconds=mark - self._said_at)
        away = wall - (said + passed)
        if away > CORRECTION:
            return self._leapt_forward(said + passed, wall, mark)
        self._doubted_since = None
        if away < -CORRECTION:
            self._note_leap_back(away)
            return said + passed / 2
        self._is_ahead = False
        return max(said, wall)

    def _leapt_forward(self, expected: datetime, wall: datetime, mark: float) -> datetime:
        if self._doubted_since is None:
            self._doubted_since = mark
            self._note_jump("forward", wall - expected)
        if mark - self._doubted_since < DOUBT_SECONDS:
            return expected
        self._doubted_since = None
        return wall

    def _note_leap_back(self, away: timedelta) -> None:
        if not self._is_ahead:
            self._is_ahead = True
            self._note_jump("back", away)

    def _note_jump(self, direction: str, away: timedelta) -> None:
        figures.CLOCK_JUMPS.labels(direction).inc()
        logger.error("the machine's clock jumped %s by %.0f seconds", direction, abs(away.total_seconds()))
