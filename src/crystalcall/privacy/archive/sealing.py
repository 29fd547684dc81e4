"""How the archive seals: AES-256-GCM under a random key of the lot, which only a pair of officers can unwrap.

The key is encrypted to one officer (age, X25519), and that to another, for each pair in each order: whoever has one
officer's key gets a layer off and no further (ASVS 5.0, 11.3.2, 11.3.3 and 13.3.1). The program forgets the key when
the lot is sealed, so that it can put in and cannot take out.
"""

import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from itertools import permutations
from typing import Final
from uuid import UUID

import pyrage
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from crystalcall.plumbing.sealing import NONCE_BYTES, SealBrokenError
from crystalcall.privacy.officers.values import OfficerInfo
from crystalcall.rules.privacy.canonical import canonical

KEY_BYTES: Final = 32
UUID_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class Place:
    """What a value is bound to besides its lot: nobody can pass it for another person's, field's or time's."""

    person: UUID
    archive_class: str
    field: str
    version: int


@dataclass(frozen=True, slots=True)
class SealedLot:
    """Sealed values in the order given, and the wraps of the key by first and second officer's fingerprint."""

    values: tuple[bytes, ...] = field(repr=False)
    wraps: Mapping[tuple[str, str], bytes] = field(repr=False)


def seal_lot(lot: UUID, texts: Mapping[Place, str], officers: Collection[OfficerInfo]) -> SealedLot:
    """Seal the texts of a new lot for every pair of these officers. Errors: ValueError for fewer than two."""
    pairs = tuple(permutations(officers, 2))
    if not pairs:
        raise ValueError("The archive is sealed for pairs of officers.")
    key = AESGCM.generate_key(bit_length=KEY_BYTES * 8)
    cipher = AESGCM(key)
    values = []
    for place, text in texts.items():
        nonce = os.urandom(NONCE_BYTES)
        values.append(nonce + cipher.encrypt(nonce, text.encode(), _bound_to(lot, place)))
    content = lot.bytes + key
    wraps = {
        (first.fingerprint, second.fingerprint): _encrypt(_encrypt(content, second), first) for first, second in pairs
    }
    return SealedLot(tuple(values), wraps)


def key_of(lot: UUID, half: bytes, decrypt: Callable[[bytes], bytes]) -> AESGCM:
    """The lot's key, by the second officer's step. Errors: SealBrokenError where it is another lot's; as `decrypt`."""
    content = decrypt(half)
    if len(content) != UUID_BYTES + KEY_BYTES or content[:UUID_BYTES] != lot.bytes:
        raise SealBrokenError("This key belongs to another lot of the archive.")
    return AESGCM(content[UUID_BYTES:])


def open_value(lot: UUID, place: Place, sealed: bytes | memoryview, key: AESGCM) -> str:
    """A value's text. Errors: SealBrokenError where it was altered or moved."""
    raw = bytes(sealed)
    try:
        return key.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], _bound_to(lot, place)).decode()
    except (InvalidTag, ValueError):
        raise SealBrokenError("An archived value does not open: it was altered or moved.") from None


def _bound_to(lot: UUID, place: Place) -> bytes:
    return canonical([lot.hex, place.person.hex, place.archive_class, place.field, place.version])


def _encrypt(content: bytes, officer: OfficerInfo) -> bytes:
    return bytes(pyrage.encrypt(content, [pyrage.x25519.Recipient.from_str(officer.age_recipient)]))
