"""A watched process reaches the network by the listed openings alone. Each try is made in a process of its own."""

import socket
import subprocess
import sys

import pytest

TRIES = {
    "a connection": "socket.create_connection(('127.0.0.1', PORT), 2)",
    "a datagram": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'anna', ('127.0.0.1', PORT))",
    "a name looked up": "socket.getaddrinfo('anna.evil.example', 80)",
    "a mail": "smtplib.SMTP('127.0.0.1', PORT, timeout=2)",
    "a page fetched": "urllib.request.urlopen('http://127.0.0.1:%d/anna' % PORT, timeout=2)",
    "another program": "subprocess.run(['true'])",
    "a shell": "os.system('true')",
}
PROGRAM = """
import os, smtplib, socket, subprocess, urllib.request
from crystalcall.plumbing.openings import NoOpeningError, opening, watch
PORT = {port}
watch({hosts})
try:
    {act}
except NoOpeningError as refused:
    print("refused", refused)
"""


@pytest.fixture
def listener():
    """A port on which somebody listens, and how many came."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        listening.settimeout(0.05)
        yield listening


def runs(act, listener, hosts=""):
    program = PROGRAM.format(port=listener.getsockname()[1], act=act, hosts=hosts)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def came(listener):
    try:
        listener.accept()[0].close()
    except TimeoutError:
        return False
    return True


@pytest.mark.clause("C08")
@pytest.mark.parametrize("act", TRIES.values(), ids=TRIES.keys())
def test_whatever_reaches_out_by_itself_is_refused_and_reaches_nobody(act, listener):
    said = runs(act, listener)
    assert said.startswith("refused")
    assert "anna" not in said
    assert not came(listener)


def test_an_opening_lets_its_own_connection_pass_and_no_later_one(listener):
    act = "with opening('mail'): socket.create_connection(('127.0.0.1', PORT), 2)"
    assert runs(act, listener) == ""
    assert came(listener)
    again = act + "\n    socket.create_connection(('127.0.0.1', PORT), 2)"
    assert runs(again, listener).startswith("refused")


def test_the_name_of_the_database_may_be_looked_up_and_no_other(listener):
    assert runs("socket.getaddrinfo('localhost', 80)", listener, hosts="'localhost'") == ""
    assert runs("socket.getaddrinfo('127.0.0.1', 80)", listener, hosts="'localhost'").startswith("refused")
