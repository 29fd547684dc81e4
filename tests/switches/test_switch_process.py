"""The switch API as the process an operator runs: granian, threads, the database, and a curl's worth of requests."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from call_scenery import DECK, DOLLAR, make_card, publish
from django.utils import timezone

from crystalcall.minutes.ledger.queries import audit
from crystalcall.switches.http.actions import add_switch

pytestmark = pytest.mark.django_db(transaction=True)
START_SECONDS = 60


@pytest.fixture
def ports() -> tuple[int, int]:
    """Of the API and of its figures: held at the same time, or the system may hand out one port twice."""
    with socket.socket() as first, socket.socket() as second:
        first.bind(("127.0.0.1", 0))
        second.bind(("127.0.0.1", 0))
        return first.getsockname()[1], second.getsockname()[1]


@pytest.fixture
def metrics_port(ports) -> int:
    """Where the process shows its figures; its base port follows from that."""
    return int(ports[1])


@pytest.fixture
def address(process_environment, ports) -> Iterator[str]:
    """A running switch API."""
    port, metrics_port = ports
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "granian", "--interface", "asgi", "--host", "127.0.0.1", "--port", str(port)),
            "crystalcall.switches.http.asgi:app",
        ],
        env=process_environment | {"PYTHONUNBUFFERED": "1", "CRYSTALCALL_BASE_PORT": str(metrics_port - 6)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(START_SECONDS * 10):
            try:
                if httpx.get(f"{address}/readyz", timeout=5).status_code == 200:
                    break
            except httpx.TransportError:
                time.sleep(0.1)
        yield address
    finally:
        os.kill(process.pid, signal.SIGTERM)
        output, _ = process.communicate(timeout=30)
        assert b"Traceback" not in output, output.decode()


def figures(port: int) -> dict[str, float]:
    """What Prometheus would read."""
    lines = httpx.get(f"http://127.0.0.1:{port}/metrics").text.splitlines()
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))}


def test_a_call_is_made_over_the_real_server_and_twenty_at_once_get_one_grant(transactional_db, address, metrics_port):
    # The process reads the real clock, so the deck takes effect by it too.
    now = timezone.now()
    publish(DECK, now)
    card = make_card(10, now)
    key = add_switch("tandem-1", now=now).key
    with httpx.Client(base_url=address, headers={"authorization": f"Bearer {key}"}, timeout=60) as client:

        def ask(number: int) -> dict[str, object]:
            body = {"call_id": f"a/{number}", "access": {"pin": card.pin}, "called_number": "+74951234567"}
            return dict(client.post("/v1/calls", json=body).json())

        with ThreadPoolExecutor(20) as crowd:
            decided = list(crowd.map(ask, range(20)))
        granted = [number for number, answer in enumerate(decided) if answer["decision"] == "granted"]
        assert len(granted) == 1
        assert {answer.get("reason") for answer in decided} == {None, "in_use"}
        seen = figures(metrics_port)
        assert seen["crystalcall_calls_running"] == 1
        assert seen['crystalcall_desk_messages_total{outcome="granted",reason="",step="authorize"}'] == 1
        assert seen['crystalcall_desk_messages_total{outcome="refused",reason="in_use",step="authorize"}'] == 19
        assert seen['crystalcall_switch_answers_total{status="200",step="authorize"}'] == 20
        assert seen["crystalcall_authorize_seconds_count"] == seen["crystalcall_desk_batch_messages_sum"] == 20
        assert seen["crystalcall_desk_line_messages"] == 0
        path = f"/v1/calls/a%2F{granted[0]}"
        ended = client.post(f"{path}/end", json={"used_seconds": 90, "release_cause": "NORMAL_CLEARING"})
        assert ended.json() == {"charge_micros": 200_000, "billable_seconds": 120, "balance_micros": 9_800_000}
        assert client.get(path).json()["state"] == "ended"
        assert client.get(path, headers={"authorization": "Bearer wrong"}).status_code == 401
        assert client.get("/metrics").status_code == 404
        assert figures(metrics_port)["crystalcall_calls_running"] == 0
    assert card.available_micros == 10 * DOLLAR - 200_000
    assert audit() == []
