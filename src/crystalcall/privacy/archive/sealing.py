"""How the archive seals: to a key pair of the person, whose private half only two officers together unwrap.

A lot's values are sealed under a random key (AES-256-GCM), that key is encrypted to the public half of its person's
pair (age, X25519), and the private half lies encrypted to one officer inside what is encrypted to another, for each two
in each order: whoever has one officer's key gets a layer off and no further (ASVS 5.0, 11.3.2, 11.3.3 and 13.3.1). The
program makes a person's pair once and forgets the private half at once, so that it can put in and cannot take out.
"""

import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from itertools import permutations
from typing import Final
from uuid import UUID

import pyrage
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from crystalcall.plumbing.sealing import NONCE_BYTES, SealBrokenError
from crystalcall.privacy.keys.wraps import NewPair
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


def new_pair(person: UUID, officers: Collection[OfficerInfo]) -> NewPair:
    """Make a pair for a person, its private half wrapped for each two of these officers, and forget that half.

    Errors: ValueError for fewer than two.
    """
    identity = pyrage.x25519.Identity.generate()
    return NewPair(str(identity.to_public()), wraps_of(person, str(identity), officers))


def wraps_of(person: UUID, identity: str, officers: Collection[OfficerInfo]) -> Mapping[tuple[str, str], bytes]:
    """A private half wrapped for each two of these officers, by first and second. Errors: ValueError for fewer."""
    pairs = tuple(permutations(officers, 2))
    if not pairs:
        raise ValueError("The archive is sealed for two officers.")
    content = person.bytes + identity.encode()
    inner = {each.fingerprint: _encrypt(content, each.age_recipient) for each in officers}
    return {
        (first.fingerprint, second.fingerprint): _encrypt(inner[second.fingerprint], first.age_recipient)
        for first, second in pairs
    }


def unwrapped(person: UUID, recipient: str, half: bytes, decrypt: Callable[[bytes], bytes]) -> str:
    """A person's private half, by the second officer's step: only where it is this person's and fits the public half.

    Errors: SealBrokenError; as `decrypt`.
    """
    content = decrypt(half)
    try:
        identity = pyrage.x25519.Identity.from_str(content[UUID_BYTES:].decode())
    except (pyrage.IdentityError, ValueError):
        raise SealBrokenError("What two officers unwrapped is no key.") from None
    if content[:UUID_BYTES] != person.bytes or str(identity.to_public()) != recipient:
        raise SealBrokenError("This key belongs to another person's archive.")
    return str(identity)


def seal_values(lot: UUID, texts: Mapping[Place, str]) -> tuple[bytes, tuple[bytes, ...]]:
    """A new key for a lot, and the texts sealed under it, in the order given."""
    key = AESGCM.generate_key(bit_length=KEY_BYTES * 8)
    cipher = AESGCM(key)
    values = []
    for place, text in texts.items():
        nonce = os.urandom(NONCE_BYTES)
        values.append(nonce + cipher.encrypt(nonce, text.encode(), _bound_to(lot, place)))
    return key, tuple(values)


def seal_key(lot: UUID, person: UUID, key: bytes, recipient: str) -> bytes:
    """A lot's key, sealed to the public half of its person's pair."""
    return _encrypt(lot.bytes + person.bytes + key, recipient)


def open_key(lot: UUID, person: UUID, sealed: bytes, identity: str) -> AESGCM:
    """A lot's key, by its person's private half. Errors: SealBrokenError where it is another lot's or person's."""
    try:
        content = pyrage.decrypt(sealed, [pyrage.x25519.Identity.from_str(identity)])
    except pyrage.DecryptError:
        raise SealBrokenError("The key of a lot does not open: it was altered, or is another person's.") from None
    whose = lot.bytes + person.bytes
    if len(content) != len(whose) + KEY_BYTES or not content.startswith(whose):
        raise SealBrokenError("This key belongs to another lot of the archive.")
    return AESGCM(content[len(whose) :])


def open_value(lot: UUID, place: Place, sealed: bytes | memoryview, key: AESGCM) -> str:
    """A value's text. Errors: SealBrokenError where it was altered or moved."""
    raw = bytes(sealed)
    try:
        return key.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], _bound_to(lot, place)).decode()
    except (InvalidTag, ValueError):
        raise SealBrokenError("An archived value does not open: it was altered or moved.") from None


def _bound_to(lot: UUID, place: Place) -> bytes:
    return canonical([lot.hex, place.person.hex, place.archive_class, place.field, place.version])


def _encrypt(content: bytes, recipient: str) -> bytes:
    return bytes(pyrage.encrypt(content, [pyrage.x25519.Recipient.from_str(recipient)]))
