"""The keys of the books: what a fact is called outside becomes a fixed 128-bit name inside.

The same key always gives the same id, on every machine and for ever, so that the unique index of the id is what keeps
a fact from being booked twice. Two different keys never meet in one id (RFC 9562, version 5).
"""

from typing import Final
from uuid import UUID, uuid5

_RESERVATIONS: Final = UUID("5d1c7a52-9f0e-5c43-8d0b-0c2a7b1e6f11")
_TRANSFERS: Final = UUID("b6f0b7de-5a8e-5e0f-9a57-3f8f5c4e2a90")


def reservation_id(key: str) -> UUID:
    """The id of the reservation for the use that this key names."""
    return uuid5(_RESERVATIONS, key)


def transfer_key(key: str) -> UUID:
    """The name of the transfer for the fact that this key names; the key of a posted reservation is its own id."""
    return uuid5(_TRANSFERS, key)
