"""Counts that all processes make together: added up in memory, written to the database once a minute.

`count` costs a lock and an addition, so it may stand in the way of every response. What is counted is how often, never
whom: a tally has a name and a number. A process that is killed takes at most its last minute with it, so a tally is a
lower bound, and is shown as one.
"""

import atexit
import logging
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from threading import Event, Lock, Thread
from typing import Final

from django.db import DatabaseError, connection, transaction
from django.db.models import F

from crystalcall.plumbing import clock
from crystalcall.plumbing.models import Tally

logger = logging.getLogger(__name__)

WRITE_EVERY_SECONDS: Final = 60.0
_lock = Lock()
_waiting: Counter[str] = Counter()


@dataclass(frozen=True, slots=True)
class Total:
    """How often something happened, since when, and when that was last written."""

    total: int
    since: datetime
    counted_at: datetime


def count(name: str, amount: int = 1) -> None:
    """Add to a tally, in this process's memory. Amounts are positive."""
    with _lock:
        _waiting[name] += amount


def waiting() -> Mapping[str, int]:
    """What this process has counted and not yet written."""
    with _lock:
        return dict(_waiting)


def write_down(now: datetime) -> int:
    """Write what this process has counted; gives how many tallies moved. A failure keeps the counts for next time."""
    with _lock:
        taken = dict(_waiting)
        _waiting.clear()
    try:
        add(taken, now=now)
    except DatabaseError as problem:
        with _lock:
            _waiting.update(taken)
        logger.warning("counts wait in memory: %s", type(problem).__name__)
        return 0
    return len(taken)


def add(amounts: Mapping[str, int], *, now: datetime) -> None:
    """Add to tallies in the caller's transaction; one that is new begins now."""
    if not amounts:
        return
    with transaction.atomic():
        begin(amounts, now=now)
        # In the order of names, so that two processes never wait for each other crosswise.
        for name, amount in sorted(amounts.items()):
            Tally.objects.filter(name=name).update(total=F("total") + amount, counted_at=now)


def begin(names: Iterable[str], *, now: datetime) -> None:
    """Have tallies stand at nothing from now on, unless they stand already."""
    rows = [Tally(name=name, total=0, since=now, counted_at=now) for name in sorted(names)]
    Tally.objects.bulk_create(rows, ignore_conflicts=True)


def put(name: str, number: int, *, now: datetime) -> None:
    """Set a tally to a number, in the caller's transaction; for what is counted anew each time."""
    begin((name,), now=now)
    Tally.objects.filter(name=name).update(total=number, counted_at=now)


def locked(name: str, *, now: datetime) -> int:
    """A tally's number, its row held until the caller's transaction ends; begun where it does not stand yet."""
    begin((name,), now=now)
    return Tally.objects.select_for_update().get(name=name).total


def total(name: str) -> Total | None:
    """A tally as it was last written; None for one that nobody began."""
    row = Tally.objects.filter(name=name).first()
    return None if row is None else Total(row.total, row.since, row.counted_at)


def totals(prefix: str) -> dict[str, Total]:
    """Every tally whose name begins with `prefix`, by the rest of its name."""
    rows = Tally.objects.filter(name__startswith=prefix).order_by("name")
    return {row.name.removeprefix(prefix): Total(row.total, row.since, row.counted_at) for row in rows}


class Writer:
    """Writes the process's counts once a minute, on a thread of its own, until stopped; a last time as it stops."""

    def __init__(self, every_seconds: float = WRITE_EVERY_SECONDS) -> None:
        self._every_seconds = every_seconds
        self._stop = Event()
        self._thread = Thread(target=self._run, name="tallies", daemon=True)

    def start(self) -> None:
        """Begin; the end of the process stops it."""
        self._thread.start()
        atexit.register(self.stop)

    def stop(self) -> None:
        """Write a last time and end; harmless when it has ended."""
        self._stop.set()
        self._thread.join(timeout=2.0)

    def _run(self) -> None:
        while not self._stop.wait(self._every_seconds):
            self._write()
        self._write()

    def _write(self) -> None:
        try:
            if waiting():
                write_down(clock.now())
        except Exception:
            # Whatever it was, pages must go on, and so must the next minute's counts.
            logger.exception("counts were not written")
        finally:
            # A connection that rests for a minute is one that another process could use.
            connection.close()
