"""The real process: it starts, serves, keeps, and stops when told."""

import json
import os
import signal
import socket
import subprocess
import sys
import time

import httpx
import pytest


def _free_base() -> int:
    """A base whose fourth port is free; closed again, so another could take it, which nobody here does."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1]) - 3


def _environment(data, base):
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(sys.path),
        "CRYSTALCALL_DATA": str(data),
        "CRYSTALCALL_BASE_PORT": str(base),
        "CRYSTALCALL_GATEWAY_LOGIN_ID": "test-store",
        "CRYSTALCALL_GATEWAY_TRANSACTION_KEY": "test-key-0000001",
        "CRYSTALCALL_GATEWAY_SIGNATURE_KEY": "a" * 128,
    }


def _start(environment):
    command = [sys.executable, "-m", "crystalcall.payments.standin.server"]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _wait_until_it_answers(url):
    for _ in range(200):
        try:
            return httpx.get(url, trust_env=False)
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError("it never answered")


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT])
def test_the_server_serves_and_stops_cleanly(tmp_path, name):
    base = _free_base()
    process = _start(_environment(tmp_path, base))
    try:
        front = _wait_until_it_answers(f"http://127.0.0.1:{base + 3}/")
        assert "played by this computer" in front.text
        assert "set-cookie" not in front.headers
        body = {
            "getMerchantDetailsRequest": {
                "merchantAuthentication": {"name": "test-store", "transactionKey": "test-key-0000001"}
            }
        }
        api = f"http://127.0.0.1:{base + 3}/xml/v1/request.api"
        answer = httpx.post(api, json=body, trust_env=False)
        assert json.loads(answer.content.decode("utf-8-sig"))["messages"]["resultCode"] == "Ok"
        process.send_signal(name)
        output, errors = process.communicate(timeout=10)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 0, errors
    assert errors == ""
    assert f"http://127.0.0.1:{base + 3}/" in output
    # A clean stop folds the write-ahead log into the file.
    assert sorted(file.name for file in tmp_path.iterdir()) == ["standin.sqlite3"]


def test_a_real_looking_login_stops_the_start_with_a_sentence(tmp_path):
    environment = _environment(tmp_path, 8000) | {"CRYSTALCALL_GATEWAY_LOGIN_ID": "5KP3u95bQpv"}
    process = _start(environment)
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 1
    assert errors.startswith("The local Authorize.Net does not start.")
    assert "Traceback" not in errors


def test_a_taken_port_stops_the_start_with_a_sentence(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        process = _start(_environment(tmp_path, other.getsockname()[1] - 3))
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 1
    assert "address already in use" in errors
    assert "Traceback" not in errors
