"""Figures for monitoring: on a port of their own, on this machine only."""

import socket
import urllib.request

import pytest

from crystalcall.plumbing import metrics


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        found: int = probe.getsockname()[1]
    return found


def read(port: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        return answer.read().decode()


def test_the_figures_are_read_from_their_port_and_from_this_machine_only(port):
    exhibition = metrics.serve(port)
    assert exhibition is not None
    try:
        assert "crystalcall_process_cpu_seconds_total" in read(port)
        others = {found[4][0] for found in socket.getaddrinfo(socket.gethostname(), port, socket.AF_INET)} | {
            "127.0.0.2"
        }
        for other in others - {"127.0.0.1"}:
            with pytest.raises(OSError), socket.create_connection((other, port), timeout=5):  # noqa: PT011 - any refusal
                pass
    finally:
        exhibition.close()
    with pytest.raises(OSError, match="refused"):
        read(port)


def test_a_second_process_of_the_machine_works_on_without(port, caplog):
    exhibition = metrics.serve(port)
    assert exhibition is not None
    try:
        assert metrics.serve(port) is None
        assert f"port {port} is taken" in caplog.text
    finally:
        exhibition.close()


def test_a_figure_that_cannot_be_had_does_not_hide_the_others(port, caplog):
    def fail() -> float:
        raise OSError("a secret")

    metrics.ask_at_each_reading("crystalcall_test_asked", "Asked by a test.", lambda: 7)
    exhibition = metrics.serve(port)
    assert exhibition is not None
    try:
        assert "crystalcall_test_asked 7.0" in read(port)
        metrics.ask_at_each_reading("crystalcall_test_asked", "Asked by a test.", fail)
        said = read(port)
    finally:
        exhibition.close()
    assert "crystalcall_test_asked" not in said
    assert "crystalcall_process_cpu_seconds_total" in said
    assert "a secret" not in caplog.text


def test_every_figure_has_our_name_and_says_what_it_is():
    found = list(metrics.REGISTRY.collect())
    assert [family.name for family in found if not family.name.startswith("crystalcall_")] == []
    assert [family.name for family in found if not family.documentation.endswith(".")] == []
