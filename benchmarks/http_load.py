"""A load generator for one purpose: calls over kept-alive connections, with as little Python as can be.

It speaks to sockets through epoll without asyncio, reads of an answer what it must, and says how much processor time it
took itself, since on a small machine that time is missing to the server.
"""

import itertools
import os
import random
import re
import select
import socket
import time
from dataclasses import dataclass, field
from typing import Any

from benchmarks.processes import serve

SECONDS_TALKED = 125
_LENGTH = re.compile(rb"\r\n[Cc]ontent-[Ll]ength: *([0-9]+)\r\n")
RECEIVED = 65536
# Of the whole process: a call's name is never used twice, whatever the round.
_names = itertools.count()


class UnexpectedAnswerError(Exception):
    """A server answered something else than a grant or a settled call."""


@dataclass(slots=True)
class Connection:
    """One kept-alive connection: which call it is in, and what of the answer has come."""

    socket: socket.socket
    lane: int
    call_id: str = ""
    ending: bool = False
    received: bytes = b""


@dataclass(slots=True)
class Load:
    """Where to, as whom, with which cards and numbers."""

    port: int
    key: str
    numbers: list[str]
    pins: list[str]
    constant: str
    chance: random.Random = field(default_factory=lambda: random.Random(os.getpid()))  # noqa: S311 - no secret hangs on it

    def next_request(self, connection: Connection, lanes: int) -> bytes:
        """The connection's next message: an authorization, or the end of the call that was granted.

        To an address that answers a constant it is the same `GET` each time.
        """
        if self.constant.startswith("/"):
            return f"GET {self.constant} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n\r\n".encode()
        if connection.ending:
            body = f'{{"used_seconds":{SECONDS_TALKED},"release_cause":"normal"}}'
            return self._post(f"/v1/calls/{connection.call_id}/end", body)
        connection.call_id = f"{os.getpid()}-{next(_names)}"
        rows = max(1, len(self.pins) // lanes)
        pin = self.pins[(connection.lane + lanes * self.chance.randrange(rows)) % len(self.pins)]
        number = self.chance.choice(self.numbers)
        body = f'{{"call_id":"{connection.call_id}","called_number":"{number}","access":{{"pin":"{pin}"}}}}'
        return self._post("/v1/calls", body)

    def _post(self, path: str, body: str) -> bytes:
        return (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nAuthorization: Bearer {self.key}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
        ).encode()

    def check(self, connection: Connection, answer: bytes) -> None:
        """Errors: UnexpectedAnswerError, so that no refusal is ever counted."""
        wanted = b'"charge_micros"' if connection.ending else b'"granted_seconds"'
        if not answer.startswith(b"HTTP/1.1 200") or (not self.constant and wanted not in answer):
            raise UnexpectedAnswerError(answer.decode(errors="replace"))


def run(
    *, port: int, card_holder: dict[str, Any], connections: int, start: float, seconds: float, constant: str = ""
) -> dict[str, float]:
    """One round; counts the answers within the window, and this process's own processor time in it.

    `constant` says that the server answers everything alike: "same" for the same messages as a switch sends, or the
    path to ask for.
    """
    from benchmarks.filling import pin_of

    pins = [pin_of(card) for card in range(card_holder["cards"])]
    load = Load(port, card_holder["switch_key"], card_holder["numbers"], pins, constant)
    poll = select.epoll()
    open_ones: dict[int, Connection] = {}
    for lane in range(connections):
        opened = socket.create_connection(("127.0.0.1", port))
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        poll.register(opened, select.EPOLLIN)
        open_ones[opened.fileno()] = Connection(opened, lane)
    count, spent = _rounds(load, poll, open_ones, (start, start + seconds))
    for connection in open_ones.values():
        connection.socket.close()
    poll.close()
    return {"operations": count, "processor_seconds": spent}


def _rounds(
    load: Load, poll: select.epoll, open_ones: dict[int, Connection], window: tuple[float, float]
) -> tuple[int, float]:
    """Send, receive, count, until every connection has finished its call after the window."""
    begin, end = window
    count, running, before = 0, len(open_ones), 0.0
    spent = 0.0
    for connection in open_ones.values():
        connection.socket.send(load.next_request(connection, len(open_ones)))
    while running:
        for number, _ in poll.poll():
            connection = open_ones[number]
            if not _answered(load, connection):
                continue
            now = time.monotonic()
            if begin <= now < end:
                before = before or time.process_time()
                count += 1
            elif now >= end:
                spent = spent or time.process_time() - before
                # A call under way is ended, so that its card is free in the next round.
                if not connection.ending:
                    running -= 1
                    continue
            connection.socket.send(load.next_request(connection, len(open_ones)))
    return count, spent


def _answered(load: Load, connection: Connection) -> bool:
    """Whether the whole answer is there; then the connection stands before its next message."""
    piece = connection.socket.recv(RECEIVED)
    if not piece:
        raise UnexpectedAnswerError("the server closed the connection")
    answer = connection.received + piece
    head = answer.find(b"\r\n\r\n")
    found = _LENGTH.search(answer) if head >= 0 else None
    if found is None or len(answer) < head + 4 + int(found[1]):
        connection.received = answer
        return False
    connection.received = b""
    load.check(connection, answer)
    connection.ending = not connection.ending
    return True


def ready(*, port: int, patience_seconds: float = 60.0) -> bool:
    """Wait until something listens there."""
    until = time.monotonic() + patience_seconds
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.05)
        else:
            return True
    return False


HANDLERS: dict[str, Any] = {"run": run, "ready": ready}

if __name__ == "__main__":
    serve(HANDLERS)
