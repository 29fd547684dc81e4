"""Demos really started: where they are, what they said, how they end."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import httpx

START_SECONDS = 180
STOP_SECONDS = 40
MAIL_SECONDS = 45
PORTS = 6
#: The last line it prints when everything is up.
RUNNING = "ledger verify"


@dataclass(frozen=True)
class Demo:
    """The addresses of a running demo, and its own command line."""

    process: subprocess.Popen[bytes]
    data: Path
    base: int
    output: Path

    @property
    def store(self) -> str:
        return f"http://127.0.0.1:{self.base}"

    @property
    def backoffice(self) -> str:
        return f"http://127.0.0.1:{self.base + 1}"

    @property
    def switch_api(self) -> str:
        return f"http://127.0.0.1:{self.base + 2}"

    @property
    def gateway(self) -> str:
        return f"http://127.0.0.1:{self.base + 3}"

    @property
    def mailbox(self) -> str:
        return f"http://127.0.0.1:{self.base + 4}"

    def said(self) -> str:
        """What it wrote so far."""
        return self.output.read_text(encoding="utf-8", errors="replace")

    def switch(self) -> httpx.Client:
        """The telephone switch, with the key the demo prints."""
        key = (self.data / "secrets" / "switch_key.txt").read_text(encoding="utf-8").strip()
        assert key in self.said().replace("\n", "")
        headers = {"Authorization": f"Bearer {key}"}
        return httpx.Client(base_url=self.switch_api, headers=headers, trust_env=False, timeout=20)

    def mails_to(self, email: str) -> list[dict]:
        """The mails to somebody, once there is one; the newest first."""
        deadline = time.monotonic() + MAIL_SECONDS
        while time.monotonic() < deadline:
            mails = httpx.get(f"{self.mailbox}/messages.json", trust_env=False).json()["messages"]
            if found := [mail for mail in mails if email in mail["to"]]:
                return found
            time.sleep(0.3)
        raise AssertionError(f"no mail to {email} within {MAIL_SECONDS} seconds")

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run the operator's command on the demo's data, with no more than its folder named."""
        return subprocess.run(
            [sys.executable, "-m", "crystalcall.config.cli", *words],
            env=clean_environment(self.data, self.base),
            capture_output=True,
            text=True,
            check=False,
        )


def clean_environment(data: Path, base: int) -> dict[str, str]:
    """What a newcomer's shell has, and where this demo lives."""
    strange = ("CRYSTALCALL_", "PYTEST_", "DJANGO_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(strange)}
    return kept | {"CRYSTALCALL_DATA": str(data), "CRYSTALCALL_BASE_PORT": str(base), "COLUMNS": "120"}


def free_base_port() -> int:
    """The first of six free ports in a row, below the range that the kernel hands out by itself."""
    for base in range(20_000, 32_000, 10):
        if not listening(base):
            return base
    raise AssertionError("there are no six free ports in a row")


def listening(base: int) -> list[int]:
    """Which of a demo's six ports somebody listens on."""
    return [port for port in range(base, base + PORTS) if _listens(port)]


def _listens(port: int) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def start_demo(data: Path, base: int, output: Path, **settings: str) -> Demo:
    """Start `crystalcall demo`; it is not waited for."""
    with output.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "crystalcall.config.cli", "demo"],
            env=clean_environment(data, base) | settings,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    return Demo(process, data, base, output)


def wait_until_running(demo: Demo) -> None:
    """Until it has said where everything is."""
    deadline = time.monotonic() + START_SECONDS
    while RUNNING not in demo.said():
        assert demo.process.poll() is None, demo.said()
        assert time.monotonic() < deadline, f"the demo did not start:\n{demo.said()}"
        time.sleep(0.1)


def wait_until_silent(base: int) -> None:
    """Until nobody listens on the demo's ports any more."""
    deadline = time.monotonic() + 20
    while left := listening(base):
        assert time.monotonic() < deadline, f"still listening: {left}"
        time.sleep(0.1)


def stop(demo: Demo, number: signal.Signals = signal.SIGTERM) -> int:
    """End the demo as a person would; gives its exit code."""
    if demo.process.poll() is None:
        demo.process.send_signal(number)
    try:
        return demo.process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        demo.process.kill()
        raise


def children(parent: int) -> list[int]:
    """The process ids of a process's children."""
    listed = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii")
    return [int(number) for number in listed.split()]


def child_named(parent: int, word: str) -> int:
    """The process id of the child whose command line has this word."""
    for child in children(parent):
        if word.encode() in Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0"):
            return child
    raise AssertionError(f"no child of {parent} runs {word}")


def wait_until_gone(processes: list[int]) -> None:
    """Until none of these processes runs any more; a dead one that nobody has collected yet is gone."""
    deadline = time.monotonic() + 30
    while left := [number for number in processes if _runs(number)]:
        assert time.monotonic() < deadline, f"still running: {left}"
        time.sleep(0.1)


def _runs(number: int) -> bool:
    try:
        status = Path(f"/proc/{number}/stat").read_text(encoding="ascii")
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"
