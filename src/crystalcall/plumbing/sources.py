"""Where requests come from, and how much one network may try: in memory for less than ten minutes, nowhere else (C02).

A network is hashed with a key of this process, so that not even a picture of its memory tells who came. It bounds one
machine that asks again and again; behind an address may stand a household or an office, which waits a little and is
never shut out. What somebody may try is named by a word and has a limit of its own (ASVS 5.0, 2.4.1 and 6.3.1).
"""

import hashlib
import ipaddress
import secrets
import threading
from collections import deque
from datetime import datetime, timedelta
from typing import Final

from django.http import HttpRequest

from crystalcall.plumbing import clock
from crystalcall.plumbing.settings import current

REMEMBERED: Final = timedelta(minutes=9)
SWEPT_EVERY_SECONDS: Final = 30.0
"""With this, nothing is in memory for ten minutes, also where nobody comes any more."""
MOST_SOURCES: Final = 20_000
"""Memory is bounded: of more sources those that came first are forgotten, and served."""

_KEY: Final = secrets.token_bytes(32)
_lock: Final = threading.Lock()
_seen: Final[dict[bytes, deque[datetime]]] = {}
_sweepers: Final[list[threading.Timer]] = []


def source_of(request: HttpRequest) -> str:
    """The address a request comes from; empty where nobody can tell, so that many are never slowed down for one.

    In production the store stands behind a proxy of its own, whose word about the sender is the last in the header.
    """
    text = str(request.META.get("REMOTE_ADDR") or "")
    if current().profile == "production":
        text = str(request.META.get("HTTP_X_FORWARDED_FOR") or "").rpartition(",")[2].strip()
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return ""


def wait_seconds(source: str, act: str, limit: int, now: datetime) -> int:
    """How long this source must wait before it may do this again, once it did it so often; 0 where it need not.

    Also 0 where nobody knows the source.
    """
    if not source:
        return 0
    with _lock:
        times = _recent(_name(source, act), now)
        if times is None or len(times) < limit:
            return 0
        return max(1, int((times[-limit] + REMEMBERED - now).total_seconds()) + 1)


def count(source: str, act: str, limit: int, now: datetime) -> None:
    """One more of these by this source; more than the limit need not be remembered."""
    if not source:
        return
    with _lock:
        name = _name(source, act)
        times = _recent(name, now)
        if times is None:
            _make_room(now)
            times = _seen[name] = deque(maxlen=limit)
        times.append(now)
        if not _sweepers:
            _sweep_later()


def forget_all() -> None:
    """Forget every source."""
    with _lock:
        _seen.clear()


def forget_old(now: datetime) -> None:
    """Forget what is nine minutes old."""
    with _lock:
        for name in list(_seen):
            _recent(name, now)


def _sweep() -> None:
    forget_old(clock.now())
    with _lock:
        _sweepers.clear()
        if _seen:
            _sweep_later()


def _sweep_later() -> None:
    """Sweep in half a minute, as long as there is anything; the thread keeps no process from ending."""
    sweeper = threading.Timer(SWEPT_EVERY_SECONDS, _sweep)
    sweeper.daemon = True
    _sweepers.append(sweeper)
    sweeper.start()


def _recent(name: bytes, now: datetime) -> "deque[datetime] | None":
    """What a source did in the last nine minutes; what is older is forgotten here."""
    times = _seen.get(name)
    if times is None:
        return None
    while times and times[0] <= now - REMEMBERED:
        times.popleft()
    if not times:
        del _seen[name]
        return None
    return times


def _make_room(now: datetime) -> None:
    if len(_seen) < MOST_SOURCES:
        return
    for name in list(_seen):
        _recent(name, now)
    while len(_seen) >= MOST_SOURCES:
        del _seen[next(iter(_seen))]


def _name(source: str, act: str) -> bytes:
    return hashlib.blake2b(f"{act}\0{_network(source)}".encode(), key=_KEY, digest_size=16).digest()


def _network(source: str) -> str:
    """What one connection is given: an address of version 4, the first half of one of version 6 (RFC 6177)."""
    try:
        address = ipaddress.ip_address(source)
    except ValueError:
        return source
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(address) if address.version == 4 else str(ipaddress.ip_network(f"{address}/64", strict=False))  # noqa: PLR2004
