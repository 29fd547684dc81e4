"""The one clock of the stand-in: tokens, settlement, retries and windows all go by it, and it can be moved on."""

from datetime import datetime, timedelta

from crystalcall.payments.standin.config import Clock
from crystalcall.payments.standin.state import State

KEPT_AS = "clock_offset_seconds"
LONGEST_STEP = timedelta(days=366)


class MovingClock:
    """The machine's clock and what it was moved on by; kept over a restart, as what was written by it is kept."""

    def __init__(self, base: Clock, state: State) -> None:
        self._base = base
        self._state = state
        self._offset = timedelta(seconds=float(state.kept(KEPT_AS) or 0))

    def __call__(self) -> datetime:
        """The present moment of this stand-in, in UTC."""
        return self._base() + self._offset

    @property
    def offset_seconds(self) -> float:
        """By how much it runs ahead of the machine's."""
        return self._offset.total_seconds()

    def advance(self, step: timedelta) -> None:
        """Move on.

        Raises:
            ValueError: backwards, or by more than a year at once.
        """
        if not timedelta(0) <= step <= LONGEST_STEP:
            raise ValueError("the clock moves forwards only, by at most 366 days at once")
        self._offset += step
        self._state.keep(KEPT_AS, str(self._offset.total_seconds()))
