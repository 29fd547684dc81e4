"""Whose hand a line is written by: what an officer's command enters carries the officer's signature, sealed beside it.

So nobody can act under the name of somebody whose keys they do not have, nor say later that it was another.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

SIGNED: Final = "signed"
_hand: ContextVar[Mapping[str, Any] | None] = ContextVar("signing_hand", default=None)


@contextmanager
def signing_hand(signed: Mapping[str, Any]) -> Iterator[None]:
    """Have every line that is entered within carry this: officer, content and signature."""
    token = _hand.set(signed)
    try:
        yield
    finally:
        _hand.reset(token)


def with_hand(secret: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """What is sealed beside a line, and whose hand wrote it, where somebody's did."""
    hand = _hand.get()
    return secret if hand is None else {**(secret or {}), SIGNED: dict(hand)}
