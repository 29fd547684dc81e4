"""The openings of a serving process to the network: outside them Python refuses to connect, look up or send.

That every line of the program that can speak to the network stands on a list is held when it is built
(`tests/house`). This holds it while it runs, also for what was never built with it, such as a plug-in: an audit hook
(PEP 578) sees every connection that Python makes, and refuses it unless an opening stands open in this context.

What it cannot hold, and no guard inside a process can: code in C (libpq speaks to the database without Python), and
Python that sets out to break it, as by `ctypes`. Against that only the machine helps: a firewall, or a user of its own.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

#: What Python tells its audit hooks before it speaks to the network, or has another program do it.
WATCHED: Final = frozenset(
    {
        *("socket.connect", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo", "socket.gethostbyname"),
        *("socket.gethostbyaddr", "socket.getnameinfo"),
        *("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork"),
    }
)

_open: Final[ContextVar[str]] = ContextVar("crystalcall_opening", default="")
_names: Final[set[str]] = set()


class NoOpeningError(RuntimeError):
    """Something outside the listed openings tried to reach the network or to start a program; it reached nobody."""


@contextmanager
def opening(name: str) -> Iterator[None]:
    """Let what is done within the block reach the network: only for the modules that the house lists as openings."""
    token = _open.set(name)
    try:
        yield
    finally:
        _open.reset(token)


def watch(*databases: str) -> None:
    """Refuse from now on, for the rest of this process, whatever reaches out outside an opening.

    `databases` are the hosts whose names may be looked up all the same: the database's driver does so by itself.
    """
    if not _names:
        sys.addaudithook(_refuse)
    _names.update(("", *databases))


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event not in WATCHED or _open.get():
        return
    if event == "socket.getaddrinfo" and arguments and arguments[0] in _names:
        return
    # Without the address, which may be somebody's secret.
    raise NoOpeningError(f"{event} outside the listed openings to the network was refused.")
