"""An officer's own keys: an age identity (X25519) to open with, an Ed25519 key to sign with, in one protected file.

The file is an age file under a passphrase (scrypt, age-encryption.org/v1) that holds a small JSON text. It is made once
on the officer's machine or stick, and the program keeps its public halves only (ASVS 5.0, 11.2.1, 13.3.1).
"""

import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pyrage
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

FORMAT: Final = "crystalcall-officer-1"
SHORTEST_PASSPHRASE: Final = 12
FINGERPRINT_DIGITS: Final = 32
TOO_MUCH_WORK: Final = "Excessive work"
"""How the library begins when it refuses a file because of the work that its passphrase seems to take."""
ATTEMPTS: Final = 10


class KeyFileError(Exception):
    """The key file cannot be written, read or opened; the message is a sentence for the officer."""


@dataclass(frozen=True, slots=True)
class PublicHalves:
    """What the shop may know of an officer's keys: an age recipient and 64 hexadecimal digits of an Ed25519 key."""

    age_recipient: str
    verify_key: str

    @property
    def fingerprint(self) -> str:
        """The officer's name in the register: 128 bits of a hash over both keys."""
        return hashlib.sha256(f"{self.age_recipient}\n{self.verify_key}".encode()).hexdigest()[:FINGERPRINT_DIGITS]


@dataclass(frozen=True, slots=True)
class OfficerKeys:
    """An officer's keys while a command runs: they sign and decrypt, and are shown nowhere."""

    name: str
    public: PublicHalves
    sign: Callable[[bytes], bytes] = field(repr=False, compare=False)
    decrypt: Callable[[bytes], bytes] = field(repr=False, compare=False)
    """Opens an age file encrypted to this officer. Errors: KeyFileError."""


def make_key_file(path: Path, name: str, passphrase: str) -> PublicHalves:
    """Make new keys and write them to a new file that only its owner can read; gives the public halves.

    Errors: KeyFileError where the passphrase is shorter than `SHORTEST_PASSPHRASE` or the file exists already.
    """
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise KeyFileError(f"The passphrase needs at least {SHORTEST_PASSPHRASE} characters.")
    identity, signing = pyrage.x25519.Identity.generate(), Ed25519PrivateKey.generate()
    content = {
        "format": FORMAT,
        "name": name,
        "age_identity": str(identity),
        "signing_key": signing.private_bytes_raw().hex(),
    }
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as problem:
        raise KeyFileError(f"The key file {path} cannot be made: {problem.strerror}.") from None
    with os.fdopen(descriptor, "wb") as file:
        file.write(pyrage.passphrase.encrypt(json.dumps(content).encode(), passphrase))
        file.flush()
        os.fsync(file.fileno())
    return _keys(name, identity, signing).public


def load_key_file(path: Path, passphrase: str) -> OfficerKeys:
    """Open an officer's key file. Errors: KeyFileError (no file, another passphrase, or no key file of ours)."""
    try:
        content = json.loads(_stretched(path.read_bytes(), passphrase))
    except OSError as problem:
        raise KeyFileError(f"The key file {path} cannot be read: {problem.strerror}.") from None
    except pyrage.DecryptError as problem:
        if TOO_MUCH_WORK in str(problem):
            raise KeyFileError(f"This machine is too busy to open the key file {path}: try again.") from None
        raise KeyFileError(f"The key file {path} does not open with this passphrase.") from None
    except ValueError:
        raise KeyFileError(f"The key file {path} does not open with this passphrase.") from None
    try:
        identity = pyrage.x25519.Identity.from_str(content["age_identity"])
        signing = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(content["signing_key"]))
        name = {FORMAT: str(content["name"])}[content["format"]]
    except (KeyError, TypeError, ValueError, pyrage.IdentityError):
        raise KeyFileError(f"The file {path} holds no officer's keys.") from None
    return _keys(name, identity, signing)


def _stretched(sealed: bytes, passphrase: str) -> bytes:
    """What a file under a passphrase holds. Errors: pyrage.DecryptError.

    The library measures how fast this machine is before each opening, and refuses files that seem to take too long: on
    a busy machine that can be one of its own. It is asked again.
    """
    for _attempt in range(ATTEMPTS - 1):
        try:
            return bytes(pyrage.passphrase.decrypt(sealed, passphrase))
        except pyrage.DecryptError as problem:
            if TOO_MUCH_WORK not in str(problem):
                raise
    return bytes(pyrage.passphrase.decrypt(sealed, passphrase))


def is_signed(verify_key: str, message: bytes, signature: bytes) -> bool:
    """Whether a signature is that of this Ed25519 key over this message."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(verify_key)).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _keys(name: str, identity: pyrage.x25519.Identity, signing: Ed25519PrivateKey) -> OfficerKeys:
    def decrypt(sealed: bytes) -> bytes:
        try:
            return bytes(pyrage.decrypt(sealed, [identity]))
        except pyrage.DecryptError:
            raise KeyFileError("This is not encrypted to this officer, or it was altered.") from None

    public = PublicHalves(str(identity.to_public()), signing.public_key().public_bytes_raw().hex())
    return OfficerKeys(name, public, signing.sign, decrypt)
