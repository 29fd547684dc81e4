"""Whose key is this? Answered from memory, which is never older than a second.

All active switches are read at once, so that a flood of wrong keys asks the database nothing. While requests come, the
ring is read anew in the background before its second is over, and no request waits for it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from time import monotonic
from typing import Final

from crystalcall.switches.http.keys import key_hash

SCHEME: Final = b"bearer"
MAX_KEY_LENGTH: Final = 200
#: A disabled switch is turned away, and a new one let in, after this at the latest.
MAX_AGE_SECONDS: Final = 1.0
RENEWAL_SECONDS: Final = 0.5
#: Headers remembered as they were sent; each switch sends one, so more than this is somebody playing with spaces.
MAX_HEADERS: Final = 1000


class KeyRing:
    """The active switches by key, for the loop that asks."""

    def __init__(self, read: Callable[[], Awaitable[Mapping[bytes, int]]]) -> None:
        self._read = read
        self._read_at: float | None = None
        self._of_hash: Mapping[bytes, int] = {}
        self._of_header: dict[bytes, int] = {}
        self._reading: asyncio.Task[None] | None = None

    async def switch_id(self, authorization: bytes) -> int | None:
        """The active switch that sent this Authorization header; None for every other text.

        Errors: those of the database, when the ring is older than its second and cannot be read.
        """
        age = MAX_AGE_SECONDS if self._read_at is None else monotonic() - self._read_at
        if age >= MAX_AGE_SECONDS:
            # Shielded: one request that is given up must not take the answer from the others.
            await asyncio.shield(self._begin_reading())
        elif age >= RENEWAL_SECONDS:
            self._begin_reading()
        found = self._of_header.get(authorization)
        return self._looked_up(authorization) if found is None else found

    def _looked_up(self, authorization: bytes) -> int | None:
        scheme, _, key = authorization.partition(b" ")
        key = key.strip()
        if scheme.lower() != SCHEME or not 0 < len(key) <= MAX_KEY_LENGTH:
            return None
        found = self._of_hash.get(key_hash(key.decode("latin-1")))
        if found is not None and len(self._of_header) < MAX_HEADERS:
            self._of_header[authorization] = found
        return found

    def _begin_reading(self) -> "asyncio.Task[None]":
        if self._reading is None or self._reading.done():
            self._reading = asyncio.get_running_loop().create_task(self._renew())
            self._reading.add_done_callback(_seen)
        return self._reading

    async def _renew(self) -> None:
        begun = monotonic()
        self._of_hash = await self._read()
        self._of_header = {}
        self._read_at = begun


def _seen(task: "asyncio.Task[None]") -> None:
    """Nobody may be waiting for a reading in the background; its error is seen by whoever must wait for the next."""
    if not task.cancelled():
        task.exception()
