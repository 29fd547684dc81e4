"""The worker: background tasks and the clock in one process, stopped cleanly by SIGTERM or SIGINT.

Each thread has its own database connection. A thread that dies of a fault is logged and begun again after a
moment; a second signal does not wait for what is in hand, since everything in hand may be killed anyway.
"""

import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from types import FrameType
from typing import Final

from django.db import close_old_connections, connections
from django.utils.crypto import get_random_string
from django_tasks_db.management.commands.db_worker import Worker as TaskLoop

from crystalcall.jobs.clock import ClockState, Lane, Sweep, run_due
from crystalcall.plumbing import clock

logger = logging.getLogger(__name__)

TICK_SECONDS: Final = 1.0
TASK_POLL_SECONDS: Final = 0.5
RESTART_SECONDS: Final = 2.0
PATIENCE_SECONDS: Final = 25.0
"""How long a stop waits for what is in hand; shorter than the 30 seconds most supervisors give."""


@dataclass(slots=True)
class Worker:
    """Runs task threads and one thread a lane of the clock until it is told to stop."""

    sweeps: Sequence[Sweep]
    task_threads: int = 1
    stop_asked: threading.Event = field(default_factory=threading.Event)
    _loops: list[TaskLoop] = field(default_factory=list)
    _threads: list[threading.Thread] = field(default_factory=list)

    def run(self) -> int:
        """Work until a signal comes or `stop` is called; gives 0 when everything in hand was finished, else 1."""
        self.start()
        while not self.stop_asked.wait(TICK_SECONDS):
            pass
        return self.join()

    def start(self) -> None:
        """Start all threads."""
        for number in range(self.task_threads):
            self._begin(f"tasks-{number}", self._run_tasks)
        for lane in Lane:
            own = [sweep for sweep in self.sweeps if sweep.lane is lane]
            if own:
                self._begin(f"clock-{lane.value}", partial(self._run_clock, own))

    def stop(self) -> None:
        """Ask everything to end after what it has in hand."""
        self.stop_asked.set()
        for loop in self._loops:
            loop.running = False

    def join(self) -> int:
        """Wait for the threads; gives 0 when all ended in time."""
        self.stop()
        end = time.monotonic() + PATIENCE_SECONDS
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))
        stuck = [thread.name for thread in self._threads if thread.is_alive()]
        if stuck:
            logger.warning("stopped without waiting longer for %s", ", ".join(stuck))
        return 1 if stuck else 0

    def handle_signals(self) -> None:
        """Let SIGTERM and SIGINT stop this worker."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        if self.stop_asked.is_set():
            os._exit(128 + number)
        self.stop()

    def _begin(self, name: str, body: Callable[[], None]) -> None:
        # Daemons: a thread that hangs in a system call must not keep a stopped process alive.
        thread = threading.Thread(target=self._supervised, args=(name, body), name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _supervised(self, name: str, body: Callable[[], None]) -> None:
        while not self.stop_asked.is_set():
            try:
                body()
            except Exception:
                logger.exception("%s broke off; it begins again", name)
                self.stop_asked.wait(RESTART_SECONDS)
            finally:
                connections.close_all()

    def _run_tasks(self) -> None:
        loop = TaskLoop(
            queue_names=["*"],
            interval=TASK_POLL_SECONDS,
            batch=False,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=f"{os.uname().nodename[:30]}-{os.getpid()}-{get_random_string(8)}",
            excluded_queue_names=[],
        )
        self._loops.append(loop)
        if not self.stop_asked.is_set():
            loop.run()

    def _run_clock(self, sweeps: Sequence[Sweep]) -> None:
        state: ClockState = {}
        while not self.stop_asked.is_set():
            close_old_connections()
            state = run_due(clock.now(), state, sweeps)
            self.stop_asked.wait(TICK_SECONDS)
