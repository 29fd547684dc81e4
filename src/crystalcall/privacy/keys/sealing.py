"""Sealing under a person's own key: AES-256-GCM with a random 96-bit nonce, bound to field, subject and row.

A sealed value is the format byte 2, the nonce, and the ciphertext with its tag (NIST SP 800-38D; ASVS 5.0, 11.3.2 to
11.3.4, and 14.2.6 for keeping no more in clear than must be). Whoever copies it to another field, person or row gets
nothing out of it.
"""

import os
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from crystalcall.plumbing import clock
from crystalcall.plumbing.sealing import NONCE_BYTES, blind_index
from crystalcall.privacy.keys.making import make_missing
from crystalcall.privacy.keys.store import SEALED, pieces, reached, wrapped_keys
from crystalcall.privacy.keys.wrapping import unwrap

REMEMBERED: Final = 20_000
"""How many keys a process remembers for sealing; each takes about three kilobytes."""
REMEMBERED_SECONDS: Final = 300.0
"""For how long: a destroyed key is nowhere in memory either after that."""


class KeyDestroyedError(Exception):
    """The subject's key was destroyed, or never made: nothing can be sealed for it, and nothing opens."""


class Sealer:
    """Seals for one subject, and cannot open."""

    __slots__ = ("_cipher", "_subject", "until")

    def __init__(self, subject: UUID, key: bytes, until: float) -> None:
        self._cipher = AESGCM(key)
        self._subject = subject.bytes
        self.until = until

    def seal(self, field: str, text: str, row: str = "") -> bytes:
        """Seal a text for a field ("customers.Customer.sealed_name"), and for one row of it where `row` names one."""
        return self.seal_bytes(field.encode(), text.encode(), row.encode())

    def seal_bytes(self, field: bytes, content: bytes, row: bytes = b"") -> bytes:
        """The same, for those who have bytes at hand."""
        nonce = os.urandom(NONCE_BYTES)
        return SEALED + nonce + self._cipher.encrypt(nonce, content, bound_to(field, self._subject, row))


# By the number of the subject: hashing an id itself takes longer than the look-up.
_remembered: dict[int, Sealer] = {}


def sealers(subjects: Collection[UUID]) -> Mapping[UUID, Sealer]:
    """A sealer for each subject; one whose key was destroyed is not among them.

    Keys that are not remembered are read by one statement for all (and made where there are none).
    """
    asked = list(subjects)
    found = zip(asked, sealers_of(asked), strict=True)
    return {subject: sealer for subject, sealer in found if sealer is not None}


def sealers_of(subjects: Sequence[UUID]) -> list[Sealer | None]:
    """The same in the order of the subjects; None where the key was destroyed."""
    moment = time.monotonic()
    found = [_remembered.get(subject.int) for subject in subjects]
    missing = {
        subject for subject, sealer in zip(subjects, found, strict=True) if sealer is None or sealer.until <= moment
    }
    if not missing:
        return found
    fetched = _fetched(sorted(missing), moment + REMEMBERED_SECONDS)
    return [
        fetched.get(subject) if subject in missing else sealer for subject, sealer in zip(subjects, found, strict=True)
    ]


def seal_field(field: str, subject: UUID, text: str, row: str = "") -> bytes:
    """Seal one field of one subject. Errors: KeyDestroyedError."""
    sealer = sealers((subject,)).get(subject)
    if sealer is None:
        raise KeyDestroyedError("The key was destroyed: nothing can be kept about this subject any more.")
    return sealer.seal(field, text, row)


def find_index(text: str, field: str) -> bytes:
    """A keyed hash of 32 bytes by which a canonical text is found in a field without being kept there."""
    return blind_index(text, field)


def bound_to(field: bytes, subject: bytes, row: bytes) -> bytes:
    """What a seal is bound to. No part of it can pass for another: the subject has 16 bytes, a field has no zero."""
    return b"%b\0%b%b" % (field, subject, row)


def forget(subjects: Iterable[UUID]) -> None:
    """Keep none of these keys in this process's memory."""
    for subject in subjects:
        _remembered.pop(subject.int, None)


def forget_all() -> None:
    """Keep no key in this process's memory."""
    _remembered.clear()


def _fetched(subjects: list[UUID], until: float) -> dict[UUID, Sealer]:
    rows = wrapped_keys(subjects)
    if len(rows) < len(subjects):
        _make_missing(subjects)
        rows = wrapped_keys(subjects)
    keys = {
        subject: Sealer(subject, unwrap(wrapped, subject, wrapped_by), until)
        for subject, wrapped, wrapped_by in rows
        if wrapped is not None
    }
    _remember(keys)
    return keys


def _make_missing(subjects: Sequence[UUID]) -> None:
    for piece in pieces(subjects):
        reached(lambda piece=piece: make_missing(piece, now=clock.now()))  # type: ignore[misc]  # binds the piece


def _remember(keys: Mapping[UUID, Sealer]) -> None:
    surplus = len(_remembered) + len(keys) - REMEMBERED
    if surplus > 0:
        # The oldest go first; a card that is used all the time costs one more look at the key store now and then.
        for number in list(_remembered)[:surplus]:
            _remembered.pop(number, None)
    _remembered.update({subject.int: sealer for subject, sealer in keys.items()})
