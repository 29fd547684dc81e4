"""The database goes away while calls run, as by a power cut, and comes back: refusals with a reason, nothing lost."""

import json
import runpy
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]
ROOT = Path(__file__).parent.parent.parent
SCENE = Path(__file__).parent / "lost_database_scene.py"
POSTGRES = runpy.run_path(str(ROOT / "scripts" / "with_postgres.py"))
PASSWORD = "a-password-of-this-test"
DOLLAR = 1_000_000
#: What keeps data: this cluster is killed, and its promises are looked at afterwards.
KEPT = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "max_connections": "40"}
PATIENCE_SECONDS = 60


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Cluster:
    """A PostgreSQL that the test stops as a power cut does, and starts again at the same port."""

    programs: Path
    home: Path
    port: int

    @property
    def address(self) -> str:
        return f"postgresql://{POSTGRES['SUPERUSER']}:{PASSWORD}@127.0.0.1:{self.port}/{POSTGRES['DATABASE']}"

    def start(self) -> None:
        options = " ".join([f"-h 127.0.0.1 -p {self.port} -k {self.home}", *(f"-c {n}={v}" for n, v in KEPT.items())])
        self._control("start", "-w", "-o", options, "-l", str(self.home / "log"))

    def stop(self) -> None:
        self._control("stop", "-m", "immediate")

    def _control(self, *words: str) -> None:
        done = POSTGRES["_as_owner"]([str(self.programs / "pg_ctl"), "-D", str(self.home / "data"), *words])
        assert done.returncode == 0, done.stderr + (self.home / "log").read_text(encoding="utf-8")


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    # Not pytest's folder: the user postgres must be able to walk into it.
    home = Path(tempfile.mkdtemp(prefix="crystalcall-lost-"))
    found = Cluster(POSTGRES["find_programs"](), home, free_port())
    try:
        POSTGRES["_make_cluster"](found.programs, home, PASSWORD)
        found.start()
        POSTGRES["_as_owner"](
            [str(found.programs / "createdb"), POSTGRES["DATABASE"]], POSTGRES["_connection"](found.port, PASSWORD)
        )
        yield found
    finally:
        with suppress(AssertionError):
            found.stop()
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def environment(cluster) -> dict[str, str]:
    import os

    return dict(os.environ) | {
        "CRYSTALCALL_DATABASE_URL": cluster.address,
        "CRYSTALCALL_BASE_PORT": str(free_port() - 6),
        "PYTHONUNBUFFERED": "1",
    }


@pytest.fixture
def scene(environment):
    """Runs the scene's script on the cluster."""

    def run(*words: str) -> dict[str, Any]:
        done = subprocess.run(
            [sys.executable, str(SCENE), *words], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return dict(json.loads(done.stdout))

    migrated = subprocess.run(
        [sys.executable, "-m", "crystalcall.config.cli", "migrate"],
        env=environment,
        capture_output=True,
        check=False,
    )
    assert migrated.returncode == 0, migrated.stderr
    return run


@pytest.fixture
def address(environment, scene) -> Iterator[str]:
    """A running switch API on the cluster."""
    port = free_port()
    served = [sys.executable, "-m", "granian", "--interface", "asgi", "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen([*served, "crystalcall.switches.http.asgi:app"], env=environment)
    try:
        wait_until(f"http://127.0.0.1:{port}", 200)
        yield f"http://127.0.0.1:{port}"
        assert process.poll() is None
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def wait_until(address: str, status: int) -> None:
    """Until the watchdog's question is answered so."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        with suppress(httpx.TransportError):
            if httpx.get(f"{address}/readyz", timeout=10).status_code == status:
                return
        time.sleep(0.1)
    pytest.fail(f"/readyz never answered {status}")


def test_a_lost_database_refuses_calls_with_a_reason_and_running_ones_are_settled_when_it_is_back(
    cluster, scene, address
):
    told = scene("prepare")
    with httpx.Client(
        base_url=address, headers={"authorization": f"Bearer {told['key']}"}, timeout=PATIENCE_SECONDS
    ) as switch:

        def authorize(number: int, call_id: str) -> dict[str, Any]:
            body = {"call_id": call_id, "access": {"pin": told["pins"][number]}, "called_number": "+74951234567"}
            answer = switch.post("/v1/calls", json=body)
            assert answer.status_code == 200
            return dict(answer.json())

        def end(call_id: str) -> httpx.Response:
            return switch.post(f"/v1/calls/{call_id}/end", json={"used_seconds": 90, "release_cause": "normal"})

        first = authorize(0, "told-again")
        assert (first["decision"], authorize(1, "silent")["decision"]) == ("granted", "granted")
        silent = switch.post("/v1/calls/silent/extend", json={"sequence": 1, "used_seconds": 130})
        assert silent.status_code == 200

        cluster.stop()
        for number in range(20):
            begun = time.monotonic()
            assert authorize(2, f"refused-{number}") == {"decision": "refused", "reason": "unavailable"}
            put_off = end("told-again")
            assert (put_off.status_code, put_off.headers["retry-after"]) == (429, "1")
            assert time.monotonic() - begun < PATIENCE_SECONDS / 4
        assert switch.get("/readyz").status_code == 503
        assert switch.get("/healthz").status_code == 200

        cluster.start()
        wait_until(address, 200)
        # A key that could not be read for a moment is read again; no word was lost, and none is held against a card.
        assert authorize(0, "told-again") == first
        ended = end("told-again")
        assert ended.json() == {"charge_micros": 200_000, "billable_seconds": 120, "balance_micros": 9_800_000}
        assert end("told-again").content == ended.content
        assert authorize(2, "refused-0")["decision"] == "granted"
        assert (
            switch.post("/v1/calls/refused-0/end", json={"used_seconds": 0, "release_cause": "busy"}).status_code == 200
        )
    left = scene("look", *told["accounts"])
    assert left == {
        "findings": [],
        "running": 0,
        # The silent call pays for the seconds of its last word: three minutes.
        "balances": [[9_800_000, 0], [10 * DOLLAR - 300_000, 0], [10 * DOLLAR, 0]],
    }
