"""A writer in a process of its own: deciding batches and reading requests share no interpreter, hence no lock.

In one process a writer must win the interpreter back after every statement, from a loop that is busy with requests, and
neither can use a second core. Apart they cost the desk three microseconds a message for what they say to each other.

The process ends when the desk closes its side, whatever became of the desk, and at no signal: whoever stops the
service by signalling every process of it must not take the answers from calls that are being decided.
"""

import gc
import logging
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Final

from crystalcall.minutes.calls import engine
from crystalcall.minutes.calls.desk import figures, letters
from crystalcall.minutes.calls.desk.moments import SteadyClock
from crystalcall.minutes.calls.desk.writing import DeskClosedError, Writer
from crystalcall.minutes.calls.engine.messages import Message, Outcome
from crystalcall.plumbing.openings import opening

logger = logging.getLogger(__name__)

#: How long a process that is told to end may take before it is killed; its transaction is then undone or was committed.
ENDING_SECONDS: Final = 5.0
# The rooms can only be read once the program has started, so this module cannot be what Python is told to run. It
# starts as every process does that serves: a writer decides over the same database, and must refuse what its door does.
_PROGRAM: Final = """
import sys
from crystalcall.plumbing.settings import SettingsError
from crystalcall.plumbing.starting import start
try:
    start(serving=True)
except SettingsError as problem:
    sys.exit(str(problem))
from crystalcall.minutes.calls.desk.apart import work
work(int(sys.argv[1]))
"""


class WriterProcess:
    """Decides batches in a process of its own, for the thread that asks; a process that is lost is started again."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._line: Connection | None = None

    def open(self) -> None:
        """Start the process, and return once it is ready."""
        try:
            self._opened()
        except (EOFError, OSError) as error:
            self._note_loss(error)

    def decide(self, messages: Sequence[Message]) -> list[Outcome | Exception]:
        """See `Writer.decide`; a process that is lost meanwhile counts as a database that failed."""
        try:
            line = self._opened()
            line.send_bytes(letters.write_batch(messages))
            found, grown = letters.read_answer(line.recv_bytes())
        except (EOFError, OSError) as error:
            self._note_loss(error)
            return [DeskClosedError() for _ in messages]
        figures.add(grown)
        return found

    def close(self) -> None:
        """Let the process end, and wait for it."""
        if self._line is not None:
            self._line.close()
        if self._process is not None:
            try:
                self._process.wait(ENDING_SECONDS)
            except subprocess.TimeoutExpired:
                self.abandon()
                self._process.wait()
        self._process = self._line = None

    def abandon(self) -> None:
        """End the process at once, whatever it is waiting for; from any thread."""
        process = self._process
        if process is not None:
            process.kill()

    def _opened(self) -> Connection:
        """The line to a process that is ready. Errors: EOFError, OSError where there is none to be had."""
        if self._line is None:
            ours, theirs = Pipe()
            with theirs:
                self._line = ours
                with opening("desk"):
                    self._process = subprocess.Popen(  # noqa: S603 - our own program
                        [sys.executable, "-c", _PROGRAM, str(theirs.fileno())], pass_fds=[theirs.fileno()]
                    )
            ours.recv_bytes()
        return self._line

    def _note_loss(self, error: Exception) -> None:
        self.abandon()
        self.close()
        figures.WRITERS_LOST.inc()
        logger.error("a writer's process of the call desk is lost (%s); the next batch starts another", error)


def settle_collector() -> None:
    """As in the server: what stands now stands until the end, and the collector need not stop a batch to look at it."""
    gc.freeze()
    gc.set_threshold(50_000, 50, 100)


def work(descriptor: int) -> None:
    """What a writer's process does all day: read a batch, decide it, say what became of it."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    settle_collector()
    writer = Writer(engine.take, SteadyClock().now)
    counted, spent = figures.Counted(), 0.0
    try:
        with Connection(descriptor) as line:
            line.send_bytes(b"ready")
            while True:
                found = writer.decide(letters.read_batch(line.recv_bytes()))
                _log_mistakes(found)
                before, spent = spent, time.process_time()
                figures.WRITER_SECONDS.inc(spent - before)
                line.send_bytes(letters.write_answer(found, counted.growth()))
    except (EOFError, OSError):
        # The desk is gone, or has no more to say; what was decided is written, and is answered at the next repeat.
        pass
    finally:
        writer.close()


def _log_mistakes(found: Sequence[Outcome | Exception]) -> None:
    for one in found:
        if isinstance(one, Exception) and not isinstance(one, DeskClosedError):
            logger.error("a message could not be decided", exc_info=one)
