"""Slows down whoever fills in the form on people's data again and again, and nobody else (clause C02; ASVS 5.0, 2.4.1).

An internet address is kept in this process's memory alone, as a hash with a key that this process made at its start,
for ten minutes at most, and is written nowhere. Behind it stand a household, an office, or one flooder: whoever shares
it waits some minutes, or writes a letter. What protects a mailbox from mails is counted apart, whoever asks.
"""

import hashlib
import secrets
from collections import OrderedDict, deque
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address
from math import ceil
from threading import Lock
from time import monotonic
from typing import Final

from django.http import HttpRequest

from crystalcall.plumbing.settings import current

WINDOW_SECONDS: Final = 600
"""The promise of clause C02: nothing of an address is in memory for longer."""
MOST: Final = 30
"""So many forms within the window from one source."""
SOURCES_AT_MOST: Final = 20_000
"""Memory is bounded: of more sources the longest silent is forgotten, and served."""
IPV6_NETWORK_BITS: Final = 64


class Sources:
    """Counts forms by source within the window."""

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._key = secrets.token_bytes(32)
        self._lock = Lock()
        self._seen: OrderedDict[bytes, deque[float]] = OrderedDict()

    def wait_seconds(self, source: str) -> int:
        """Count one form from this source; 0 where it may go on, else after how many seconds it may."""
        name = hashlib.blake2b(source.encode(), key=self._key, digest_size=16).digest()
        at = self._now()
        with self._lock:
            self._forget(at)
            times = self._seen.setdefault(name, deque())
            while times and times[0] <= at - WINDOW_SECONDS:
                times.popleft()
            if len(times) >= MOST:
                return max(1, ceil(times[0] + WINDOW_SECONDS - at))
            times.append(at)
            self._seen.move_to_end(name)
            if len(self._seen) > SOURCES_AT_MOST:
                self._seen.popitem(last=False)
        return 0

    def __len__(self) -> int:
        return len(self._seen)

    def _forget(self, at: float) -> None:
        """Whoever was silent for the window is forgotten; the longest silent stands first."""
        while self._seen:
            name, times = next(iter(self._seen.items()))
            if times and times[-1] > at - WINDOW_SECONDS:
                return
            del self._seen[name]


_sources: Final = Sources()


def wait_seconds(request: HttpRequest) -> int:
    """0 where this form may be taken, else after how many seconds another from there may."""
    source = _source(request)
    return _sources.wait_seconds(source) if source else 0


def _source(request: HttpRequest) -> str:
    """The network a request comes from; empty where nobody can tell, so that many are never slowed down for one.

    In production the store stands behind a proxy of its own, whose word about the sender is the last in the header.
    """
    text = str(request.META.get("REMOTE_ADDR") or "")
    if current().profile == "production":
        text = str(request.META.get("HTTP_X_FORWARDED_FOR") or "").rpartition(",")[2].strip()
    try:
        address = ip_address(text)
    except ValueError:
        return ""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(int(address) >> (128 - IPV6_NETWORK_BITS))
    return str(address)
