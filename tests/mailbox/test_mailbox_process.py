"""The real process: SMTP in, page out, a clean end."""

import os
import signal
import smtplib
import socket
import subprocess
import sys
import time
from email.message import EmailMessage

import httpx
import pytest

from crystalcall.mailings.mailbox.config import ConfigError, MailboxConfig, config_from_environment


def _free_base() -> int:
    """A base whose fifth port is free; the sixth almost surely is."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1]) - 4


def _start(data, base):
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(sys.path),
        "CRYSTALCALL_DATA": str(data),
        "CRYSTALCALL_BASE_PORT": str(base),
    }
    command = [sys.executable, "-m", "crystalcall.mailings.mailbox.server"]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _wait_until_it_answers(url):
    for _ in range(200):
        try:
            return httpx.get(url, trust_env=False)
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError("it never answered")


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT])
def test_a_mail_sent_by_smtp_is_read_on_the_page_and_the_server_stops_cleanly(tmp_path, name):
    base = _free_base()
    process = _start(tmp_path, base)
    try:
        assert "No messages yet" in _wait_until_it_answers(f"http://127.0.0.1:{base + 4}/").text
        message = EmailMessage()
        message["From"] = "store@example.org"
        message["To"] = "boris@example.net"
        message["Subject"] = "Ваш PIN"
        message.set_content("Привет\n.\n..двойная точка\n")
        with smtplib.SMTP("127.0.0.1", base + 5, timeout=10) as smtp:
            smtp.send_message(message)
            # A connection left open must not hold up the end.
            listed = httpx.get(f"http://127.0.0.1:{base + 4}/messages.json", trust_env=False).json()["messages"]
            process.send_signal(name)
            output, errors = process.communicate(timeout=10)
            smtp.close()
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 0, errors
    assert errors == ""
    assert f"SMTP on 127.0.0.1:{base + 5}" in output
    assert [item["subject"] for item in listed] == ["Ваш PIN"]
    assert listed[0]["text"] == "Привет\n.\n..двойная точка\n"
    assert len(list((tmp_path / "mailbox").glob("*.eml"))) == 1


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "localhost", ""])  # noqa: S104 - to be refused
def test_it_listens_on_loopback_only(tmp_path, host):
    with pytest.raises(ConfigError, match="loopback"):
        MailboxConfig(folder=tmp_path, bind_host=host)


def test_ports_come_from_the_base(tmp_path):
    config = config_from_environment({"CRYSTALCALL_DATA": str(tmp_path), "CRYSTALCALL_BASE_PORT": "9000"})
    assert (config.viewer_port, config.smtp_port) == (9004, 9005)
    assert config.folder == tmp_path / "mailbox"
    for base in ("many", "65535", "-1"):
        with pytest.raises(ConfigError):
            config_from_environment({"CRYSTALCALL_BASE_PORT": base})


@pytest.mark.parametrize("offset", [4, 5])
def test_a_taken_port_stops_the_start_with_a_sentence(tmp_path, offset):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        process = _start(tmp_path, other.getsockname()[1] - offset)
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 1
    assert errors.startswith("The mailbox does not start. Port")
    assert "Traceback" not in errors
