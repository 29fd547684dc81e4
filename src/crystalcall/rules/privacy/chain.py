"""How entries of the register hang together: what is hashed, in which form, and what a day's signature covers.

Two books. The open one is published: each entry names the hash of the one before. The veiled one holds what must not
be inferable while an authority forbids to speak of it: its entries carry a random veil of 32 bytes and neither number
nor link, so that a single one can be shown later and betrays nothing of its neighbors; the shop keeps them chained
for itself. Every night a tree of `VEILED_LEAVES` leaves, filled up with chance, goes into the day's signature,
whether anything was veiled that day or not.
"""

import hashlib
from dataclasses import dataclass
from typing import Final

from crystalcall.rules.privacy.canonical import Facts, canonical
from crystalcall.rules.privacy.merkle import leaf_hash

FORMAT: Final = "crystalcall-register-1"
GENESIS: Final = "0" * 64
#: How many leaves the tree of veiled entries has each day: always as many, so that the path to one tells nothing.
VEILED_LEAVES: Final = 64
#: Moments are written by the whole second: finer would tell more of people's doings than any reader needs.
MOMENT: Final = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True)
class Content:
    """What an entry says: `at` by `MOMENT`, and the commitment to what is kept sealed beside it ("" for nothing)."""

    kind: str
    facts: Facts
    at: str
    commitment: str = ""

    def fields(self) -> dict[str, object]:
        """The fields as they stand in the entry's record."""
        return {"at": self.at, "commitment": self.commitment, "facts": self.facts, "kind": self.kind}


def open_record(content: Content, sequence: int, previous: str) -> bytes:
    """The bytes of an entry of the open book, as they are published and hashed."""
    return canonical(content.fields() | {"previous": previous, "sequence": sequence})


def veiled_record(content: Content, veil: str) -> bytes:
    """The bytes of an entry of the veiled book, as they are shown once it may be spoken of."""
    return canonical(content.fields() | {"veil": veil})


def open_hash(content: Content, sequence: int, previous: str) -> str:
    """The hash of an entry of the open book: at once the link of the next one and a leaf of the day's tree."""
    return leaf_hash(open_record(content, sequence, previous)).hex()


def veiled_hash(content: Content, veil: str) -> str:
    """The hash under which an entry of the veiled book stands in a night's tree."""
    return leaf_hash(veiled_record(content, veil)).hex()


def veiled_link(body: str, sequence: int, previous: str) -> str:
    """The hash that chains the veiled book for the shop itself; it is never published."""
    return leaf_hash(canonical({"body": body, "previous": previous, "sequence": sequence})).hex()


def commitment_to(secret: object, salt: bytes) -> str:
    """A hash that binds to a secret and, once its salt of 32 bytes is destroyed, can be reversed by nobody."""
    return hashlib.sha256(salt + canonical(secret)).hexdigest()


@dataclass(frozen=True, slots=True)
class DayStatement:
    """What is signed for a day: the tree over the whole open book so far, and the root of the day before."""

    day: str
    sequence: int
    hash: str
    root: str
    previous_root: str
    veiled: str
    signed_at: str
    public_key: str

    def fields(self) -> dict[str, object]:
        """The fields as they are published, with the name of this format."""
        return {
            "day": self.day,
            "format": FORMAT,
            "hash": self.hash,
            "previous_root": self.previous_root,
            "public_key": self.public_key,
            "root": self.root,
            "sequence": self.sequence,
            "signed_at": self.signed_at,
            "veiled": self.veiled,
        }

    def message(self) -> bytes:
        """The bytes under the signature (Ed25519, RFC 8032)."""
        return canonical(self.fields())
