"""Keys under the outer key: AES-256-GCM, bound to their subject (NIST SP 800-38D; ASVS 5.0, 11.3.2, 11.3.3 and 13.3.1).

The outer key is the setting `sealing_key`; while it is being changed, `sealing_key_previous` still opens.
"""

import hmac
import os
from functools import lru_cache
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from crystalcall.plumbing.sealing import NONCE_BYTES, SealBrokenError
from crystalcall.plumbing.settings import current

KEY_BYTES: Final = 32
_BOUND: Final = b"privacy.keys.data-key\0"
_NAME: Final = b"crystalcall outer key"
_NAME_BYTES: Final = 8


def new_key() -> bytes:
    """A random key for one subject."""
    return os.urandom(KEY_BYTES)


def wrap(key: bytes, subject: UUID) -> bytes:
    """The key as it lies in the key store: under the outer key in force, for this subject only."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + _cipher(current().sealing_key).encrypt(nonce, key, _BOUND + subject.bytes)


def unwrap(wrapped: bytes | memoryview, subject: UUID, wrapped_by: str) -> bytes:
    """The key again. Errors: SealBrokenError, also where it lies under an outer key that the settings do not hold."""
    outer = current().sealing_key
    if name_of(outer) != wrapped_by:
        outer = current().sealing_key_previous
        if not outer or name_of(outer) != wrapped_by:
            raise SealBrokenError("A key lies under an outer key that is not among the settings.")
    raw = bytes(wrapped)
    try:
        return _cipher(outer).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], _BOUND + subject.bytes)
    except (InvalidTag, ValueError):
        raise SealBrokenError("A key does not open: it was altered, or moved to another subject.") from None


def name_in_force() -> str:
    """The name of the outer key in force."""
    return name_of(current().sealing_key)


@lru_cache(maxsize=4)
def name_of(outer_key: str) -> str:
    """16 hexadecimal digits that tell one outer key from another, and nothing else about it."""
    return hmac.digest(bytes.fromhex(outer_key), _NAME, "sha256")[:_NAME_BYTES].hex()


@lru_cache(maxsize=4)
def _cipher(outer_key: str) -> AESGCM:
    return AESGCM(bytes.fromhex(outer_key))
