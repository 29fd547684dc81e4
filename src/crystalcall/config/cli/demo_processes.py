"""The processes of the demo: started together, watched together, stopped together, whoever ends first."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import httpx

from crystalcall.config.cli.saying import joined

START_SECONDS = 60
STOP_SECONDS = 15
LOOK_SECONDS = 0.2
LOG_LINES = 15
SERVER_ERROR = 500


class DemoStoppedError(Exception):
    """A part of the demo ended or never came up; the message is what its user should read."""


@dataclass(frozen=True, slots=True)
class Part:
    """One process: what Python runs, which ports it takes, and the address that says it is well."""

    name: str
    command: tuple[str, ...]
    ports: tuple[int, ...] = ()
    health: str | None = None

    @property
    def log_name(self) -> str:
        """Name of its log file."""
        return self.name.lower().replace(" ", "-").replace(".", "-") + ".log"


def taken_ports(wanted: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    """Which of these named ports another program listens on."""
    return [(name, port) for name, port in wanted if not _can_bind(port)]


def _can_bind(port: int) -> bool:
    with socket.socket() as probe:
        # As servers do it: a connection of the last run that is still fading away does not count as taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


class Household:
    """All parts under one roof; `stop` may be called at any moment, any number of times."""

    def __init__(self, logs: Path, parts: Sequence[Part]) -> None:
        self._logs = logs
        self._parts = parts
        self._running: list[tuple[Part, subprocess.Popen[bytes]]] = []
        self._stop = threading.Event()

    @property
    def asked_to_stop(self) -> bool:
        """Whether a signal has asked for the end."""
        return self._stop.is_set()

    def listen_for_the_end(self) -> None:
        """From now on Ctrl-C, SIGTERM and a closed terminal ask for an orderly end; a second Ctrl-C changes nothing."""

        def ask(_number: int, _frame: FrameType | None) -> None:
            self._stop.set()

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, ask)

    def start(self) -> None:
        """Start every part, each with its own log."""
        self._logs.mkdir(parents=True, exist_ok=True)
        for part in self._parts:
            if self.asked_to_stop:
                return
            with (self._logs / part.log_name).open("wb") as log:
                process = subprocess.Popen(  # noqa: S603 - the project's own modules
                    [*_bound_to_this_process(), sys.executable, *part.command],
                    env=os.environ | {"PYTHONUNBUFFERED": "1"},
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    # Ctrl-C reaches this process alone, which then ends the others in order.
                    start_new_session=True,
                )
            self._running.append((part, process))

    def wait_until_well(self) -> None:
        """Wait until every address answers. Errors: DemoStoppedError with the end of the log of what did not."""
        deadline = time.monotonic() + START_SECONDS
        waiting = [part for part, _ in self._running]
        while waiting and not self._stop.wait(LOOK_SECONDS):
            self._complain_of_the_dead()
            waiting = [part for part in waiting if not _is_well(part)]
            if waiting and time.monotonic() > deadline:
                raise DemoStoppedError(self._report(waiting[0], f"did not answer within {START_SECONDS} seconds"))

    def watch(self) -> None:
        """Wait until somebody asks for the end. Errors: DemoStoppedError when a part ends by itself."""
        while not self._stop.wait(LOOK_SECONDS):
            self._complain_of_the_dead()

    def stop(self) -> None:
        """End every part: asked first, made after a while; nobody is left behind."""
        for _, process in reversed(self._running):
            os.kill(process.pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while time.monotonic() < deadline and any(_exit_code(process) is None for _, process in self._running):
            # Not the event of the end: a second Ctrl-C must not cut the parts' own good-byes short.
            threading.Event().wait(LOOK_SECONDS)
        for _, process in self._running:
            # The whole group, even when its head is gone: a server's workers may outlive it.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self._running.clear()

    def _complain_of_the_dead(self) -> None:
        for part, process in self._running:
            code = _exit_code(process)
            if code is not None and not self.asked_to_stop:
                raise DemoStoppedError(self._report(part, f"ended by itself (exit code {code})"))

    def _report(self, part: Part, what: str) -> str:
        path = self._logs / part.log_name
        tail = path.read_text(encoding="utf-8", errors="replace").splitlines()[-LOG_LINES:]
        shown = [f"    {line}" for line in tail] or ["    (it wrote nothing)"]
        return joined([f"The {part.name} {what}. The end of {path}:", *shown])


def _bound_to_this_process() -> list[str]:
    """A prefix that has the kernel end the part when this process is killed outright (Linux; elsewhere nothing)."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "TERM"] if setpriv else []


def _exit_code(process: subprocess.Popen[bytes]) -> int | None:
    """How a part ended, or None while it runs; it stays a zombie, so that its number is nobody else's until `stop`."""
    ended = os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    if ended is None:
        return None
    return ended.si_status if ended.si_code == os.CLD_EXITED else -ended.si_status


def _is_well(part: Part) -> bool:
    """Whether the part answers on each of its ports, and its health address without an error of its own."""
    if not all(_listens(port) for port in part.ports):
        return False
    if part.health is None:
        return True
    try:
        # Proxies of the environment have no business between two processes of one machine.
        return httpx.get(part.health, timeout=5, trust_env=False).status_code < SERVER_ERROR
    except httpx.HTTPError:
        return False


def _listens(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False
