"""Keys of switches: made here, shown once, and kept as a hash only."""

import secrets
from hashlib import sha256
from typing import Final

KEY_BYTES: Final = 32
# Lets a person, or a scanner of leaked secrets, tell what such a text is.
PREFIX: Final = "ccswitch_"


def new_key() -> str:
    """256 random bits as text."""
    return PREFIX + secrets.token_urlsafe(KEY_BYTES)


def key_hash(key: str) -> bytes:
    """What is kept of a key; no salt, since nobody can try 2**256 keys."""
    return sha256(key.encode(errors="surrogateescape")).digest()
