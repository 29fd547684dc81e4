"""Processes of a benchmark: each is told what to do by a line of JSON and answers by one.

What is measured never shares a process with what measures it, and Django never starts in the one that orders.
"""

import json
import os
import runpy
import select
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

ROOT = Path(__file__).resolve().parent.parent
PATIENCE_SECONDS = 900.0
STOP_SECONDS = 15
HIGHEST_PORT = 65000


class WorkerError(Exception):
    """A process of the benchmark failed; its own words are on standard error."""


def environment(data: Path, database_url: str = "") -> dict[str, str]:
    """What our programs need to start: secrets made up for this run, and a database of its own.

    The guards stand as they do in a shop, but a card makes more calls in a benchmark than in its life, so the number
    of calls an hour is set out of reach.
    """
    prepared: dict[str, str] = runpy.run_path(str(ROOT / "scripts" / "with_secrets.py"))["environment"](str(data))
    (data / "static").mkdir(parents=True, exist_ok=True)
    own = {
        "CRYSTALCALL_VELOCITY_CALLS_PER_HOUR": "1000000",
        "CRYSTALCALL_CALL_CAP_SECONDS": "7200",
        # The figures of a switch API are shown on a port beside it; another copy of the store may have the usual ones.
        "CRYSTALCALL_BASE_PORT": str(free_port()),
        "PYTHONUNBUFFERED": "1",
    }
    if database_url:
        own["CRYSTALCALL_DATABASE_URL"] = database_url
    return prepared | own


def free_port() -> int:
    """A port on which nobody listens now, with room for a few beside it."""
    while True:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            port: int = listener.getsockname()[1]
        if port <= HIGHEST_PORT:
            return port


class Worker:
    """A running process of ours; ends with the block."""

    def __init__(self, module: str, environment: Mapping[str, str]) -> None:
        self._module = module
        self._process = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", module],
            cwd=ROOT,
            env=dict(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._pending = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None  # noqa: S101 - Popen made the pipe
        self._process.stdin.close()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def ask(self, do: str, **arguments: Any) -> Any:
        """Tell, and wait for the answer. Errors: WorkerError."""
        self.tell(do, **arguments)
        return self.hear()

    def tell(self, do: str, **arguments: Any) -> None:
        """Order something, without waiting."""
        assert self._process.stdin is not None  # noqa: S101 - Popen made the pipe
        self._process.stdin.write(json.dumps({"do": do, **arguments}).encode() + b"\n")
        self._process.stdin.flush()

    def hear(self) -> Any:
        """The answer to the oldest order. Errors: WorkerError."""
        assert self._process.stdout is not None  # noqa: S101 - Popen made the pipe
        while b"\n" not in self._pending:
            ready, _, _ = select.select([self._process.stdout], [], [], PATIENCE_SECONDS)
            piece = os.read(self._process.stdout.fileno(), 65536) if ready else b""
            if not piece:
                raise WorkerError(f"{self._module} gave no answer.")
            self._pending += piece
        line, _, self._pending = self._pending.partition(b"\n")
        return json.loads(line)


def serve(handlers: Mapping[str, Callable[..., Any]]) -> None:
    """The worker's side: do what each line of standard input says, until it ends.

    Whatever else is printed goes to standard error, so that it cannot pass for an answer.
    """
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    for line in sys.stdin:
        order = json.loads(line)
        answers.write(json.dumps(handlers[order.pop("do")](**order)) + "\n")
        answers.flush()


def start_django() -> None:
    """Set Django up in a worker, from its environment."""
    import django

    django.setup()
