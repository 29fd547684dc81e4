"""The clock: small functions run again and again, each at its own pace, none able to stop the others.

What is due is decided from times handed in, so that a test can make a day pass in a moment. A lane is a row of
sweeps that wait for one another; a slow gateway or mail server holds up its own lane only.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

logger = logging.getLogger(__name__)

ClockState = Mapping[str, datetime]
"""When each sweep last began, by its name."""


class Lane(StrEnum):
    """Which sweeps wait for one another: by what they have to wait for."""

    DATABASE = "database"
    GATEWAY = "gateway"
    MAIL = "mail"
    NIGHT = "night"


@dataclass(frozen=True, slots=True)
class Sweep:
    """A function that finishes what somebody left, and gives how much it found; harmless to repeat at any time."""

    name: str
    interval_seconds: int
    function: Callable[[datetime], int]
    lane: Lane = Lane.DATABASE


def is_due(sweep: Sweep, now: datetime, state: ClockState) -> bool:
    """Whether a sweep's time has come. A wall clock that was set back never silences a sweep."""
    last = state.get(sweep.name)
    return last is None or now < last or now - last >= timedelta(seconds=sweep.interval_seconds)


def run_due(now: datetime, state: ClockState, sweeps: Iterable[Sweep]) -> ClockState:
    """Run every sweep that is due, once, and give the new state. A failing sweep is logged, and waits its interval."""
    after = dict(state)
    for sweep in sweeps:
        if is_due(sweep, now, state):
            after[sweep.name] = now
            run_one(sweep, now)
    return after


def run_one(sweep: Sweep, now: datetime) -> int | None:
    """Run one sweep; gives how much it found, or None when it failed (which is logged with its trace)."""
    try:
        found = sweep.function(now)
    except Exception:
        # Whatever it was, the other sweeps must go on, and this one gets its next turn.
        logger.exception("sweep %s failed", sweep.name)
        return None
    if found:
        logger.info("sweep %s: %d", sweep.name, found)
    return found
