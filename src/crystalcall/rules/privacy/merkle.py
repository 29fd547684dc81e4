"""Trees of hashes by RFC 9162, section 2.1: one root stands for a whole row of entries, in their order.

A leaf is hashed with the prefix 0x00 and a node with 0x01, so that no node can ever pass for an entry. Every hash is
the 32 bytes of SHA-256.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

LEAF: Final = b"\x00"
NODE: Final = b"\x01"
EMPTY_ROOT: Final = hashlib.sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """The hash of one entry."""
    return hashlib.sha256(LEAF + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees."""
    return hashlib.sha256(NODE + left + right).digest()


@dataclass(slots=True)
class Frontier:
    """A tree that grows: only the roots of its perfect subtrees are kept, log2(n) of them, largest first."""

    size: int = 0
    _roots: list[bytes] = field(default_factory=list)

    def append(self, leaf: bytes) -> None:
        """Add a leaf's hash; two subtrees of one size become one of the next."""
        self._roots.append(leaf)
        self.size += 1
        grown = self.size
        while grown % 2 == 0:
            right = self._roots.pop()
            self._roots.append(node_hash(self._roots.pop(), right))
            grown //= 2

    def root(self) -> bytes:
        """The root over all leaves so far; that of an empty tree is the hash of nothing."""
        if not self._roots:
            return EMPTY_ROOT
        *others, root = self._roots
        for left in reversed(others):
            root = node_hash(left, root)
        return root


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The root over the hashes of leaves."""
    tree = Frontier()
    for leaf in leaves:
        tree.append(leaf)
    return tree.root()


def audit_path(leaves: Sequence[bytes], position: int) -> tuple[bytes, ...]:
    """The hashes that lead from one leaf of a full tree (2^n leaves) to its root, lowest first.

    Errors: IndexError outside the tree, ValueError where the tree is not full.
    """
    if not leaves or len(leaves) & (len(leaves) - 1):
        raise ValueError("The tree is not full.")
    if not 0 <= position < len(leaves):
        raise IndexError(position)
    path, row = [], list(leaves)
    while len(row) > 1:
        path.append(row[position ^ 1])
        row = [node_hash(row[at], row[at + 1]) for at in range(0, len(row), 2)]
        position //= 2
    return tuple(path)


def root_by_path(leaf: bytes, position: int, path: Iterable[bytes]) -> bytes:
    """The root that a leaf at this position of a full tree leads to along its path."""
    for other in path:
        leaf = node_hash(other, leaf) if position % 2 else node_hash(leaf, other)
        position //= 2
    return leaf
