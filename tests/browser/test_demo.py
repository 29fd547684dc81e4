"""`crystalcall demo` starts, says what is wrong, keeps its data, and leaves nobody behind."""

import os
import signal
import socket

import pytest
from demos import (
    PORTS,
    child_named,
    children,
    free_base_port,
    listening,
    start_demo,
    stop,
    wait_until_gone,
    wait_until_running,
    wait_until_silent,
)

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A data folder that already had its first start, and ports of its own."""
    folder = tmp_path_factory.mktemp("starts")
    base = free_base_port()
    first = start_demo(folder / "var", base, folder / "first.txt")
    try:
        wait_until_running(first)
        assert set(range(base, base + PORTS)) - {base + 1} <= set(listening(base))
    finally:
        code = stop(first, signal.SIGINT)
    assert code == 0, first.said()
    assert "Traceback" not in first.said()
    wait_until_silent(base)
    return folder


def test_secrets_are_for_their_owner_only(place):
    files = list((place / "var" / "secrets").iterdir())
    assert {path.stem for path in files} >= {"secret_key", "sealing_key", "lookup_key", "switch_key"}
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}


def test_a_second_start_keeps_what_there_is_and_ends_on_sigterm(place):
    before = {path.name: path.read_text() for path in (place / "var" / "secrets").iterdir()}
    base = free_base_port()
    again = start_demo(place / "var", base, place / "again.txt")
    wait_until_running(again)
    assert stop(again) == 0
    assert {path.name: path.read_text() for path in (place / "var" / "secrets").iterdir()} == before
    assert "Traceback" not in again.said()
    wait_until_silent(base)


def test_a_taken_port_is_named_and_nothing_starts(place):
    base = free_base_port()
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", base + 3))
        other.listen()
        refused = start_demo(place / "var", base, place / "refused.txt")
        assert refused.process.wait(60) == 1
    said = " ".join(refused.said().split())
    assert str(base + 3) in said
    assert "CRYSTALCALL_BASE_PORT" in said
    assert "Traceback" not in said
    assert listening(base) == []


def test_a_part_that_dies_is_named_with_the_end_of_its_log_and_the_rest_stops(place):
    base = free_base_port()
    demo = start_demo(place / "var", base, place / "died.txt")
    wait_until_running(demo)
    os.kill(child_named(demo.process.pid, "worker"), signal.SIGKILL)
    assert demo.process.wait(40) == 1
    said = " ".join(demo.said().split())
    assert "The worker ended by itself" in said
    assert "worker.log" in said
    wait_until_silent(base)


def test_nobody_survives_a_demo_that_is_killed_outright(place):
    base = free_base_port()
    demo = start_demo(place / "var", base, place / "killed.txt")
    wait_until_running(demo)
    left = children(demo.process.pid)
    assert len(left) == 6
    demo.process.kill()
    demo.process.wait(10)
    wait_until_silent(base)
    wait_until_gone(left)


def test_two_demos_do_not_share_a_data_folder(place):
    base = free_base_port()
    first = start_demo(place / "var", base, place / "owner.txt")
    try:
        wait_until_running(first)
        second = start_demo(place / "var", base + 10, place / "guest.txt")
        assert second.process.wait(60) == 1
        assert "already running" in second.said()
    finally:
        stop(first)


def test_lost_keys_are_said_before_anything_is_touched(place):
    key = place / "var" / "secrets" / "sealing_key.txt"
    kept = key.read_text()
    key.unlink()
    try:
        refused = start_demo(place / "var", free_base_port(), place / "lost.txt")
        assert refused.process.wait(60) == 1
        assert "sealing_key.txt is gone" in " ".join(refused.said().split())
        assert not key.exists()
    finally:
        key.write_text(kept)
        key.chmod(0o600)


@pytest.mark.parametrize(("name", "value"), [("BASE_PORT", "80"), ("BASE_PORT", "nine"), ("SMTP_TLS", "perhaps")])
def test_a_senseless_setting_is_a_sentence(place, name, value, monkeypatch):
    refused = start_demo(place / "var", free_base_port(), place / "senseless.txt", **{f"CRYSTALCALL_{name}": value})
    assert refused.process.wait(60) == 2
    assert f"CRYSTALCALL_{name}" in refused.said()
    assert "Traceback" not in refused.said()
