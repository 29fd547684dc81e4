"""Seals for what must not lie in clear in a database, and keyed hashes to find it again.

AES-256-GCM with a random 96-bit nonce (NIST SP 800-38D; ASVS 5.0, 11.3.2 and 11.3.3) and HMAC-SHA-256. The context
(such as "pins.pin") is bound into both, so that a sealed value moved to another column does not open. What is about a
person is sealed under that person's own key instead: `privacy.keys`.
"""

import hmac
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from crystalcall.plumbing.settings import current

NONCE_BYTES = 12
# The first byte names the format, so that a later key or cipher can live beside this one.
FORMAT = b"\x01"


class SealBrokenError(Exception):
    """The sealed value was altered, moved to another context, or sealed with another key."""


def seal(text: str, context: str) -> bytes:
    """Encrypt `text` so that only `unseal` with the same context opens it; two seals of one text differ."""
    nonce = os.urandom(NONCE_BYTES)
    return FORMAT + nonce + _cipher(current().sealing_key).encrypt(nonce, text.encode(), context.encode())


def unseal(blob: bytes, context: str) -> str:
    """Open a sealed value, also one under the outer key before this one. Errors: SealBrokenError."""
    settings = current()
    try:
        return _unseal(bytes(blob), context, settings.sealing_key)
    except SealBrokenError:
        if not settings.sealing_key_previous:
            raise
        return _unseal(bytes(blob), context, settings.sealing_key_previous)


def is_under_the_key_in_force(blob: bytes, context: str) -> bool:
    """Whether a value opens with the outer key in force; if not, it must be sealed anew before the one before goes.

    Errors: SealBrokenError where it opens with no key at all.
    """
    try:
        _unseal(bytes(blob), context, current().sealing_key)
    except SealBrokenError:
        unseal(blob, context)
        return False
    return True


def _unseal(raw: bytes, context: str, key_hex: str) -> str:
    if raw[:1] != FORMAT:
        raise SealBrokenError("The sealed value has an unknown format.")
    nonce, body = raw[1 : 1 + NONCE_BYTES], raw[1 + NONCE_BYTES :]
    try:
        return _cipher(key_hex).decrypt(nonce, body, context.encode()).decode()
    except (InvalidTag, ValueError):
        raise SealBrokenError("The sealed value does not open with this key and context.") from None


def blind_index(text: str, context: str) -> bytes:
    """A keyed hash of 32 bytes: equal texts are equal in one context; without the key nothing can be learned."""
    return hmac.digest(_lookup_key(current().lookup_key), f"{context}\0{text}".encode(), "sha256")


@lru_cache(maxsize=4)
def _lookup_key(key_hex: str) -> bytes:
    return bytes.fromhex(key_hex)


@lru_cache(maxsize=4)
def _cipher(key_hex: str) -> AESGCM:
    return AESGCM(bytes.fromhex(key_hex))
