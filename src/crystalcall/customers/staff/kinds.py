"""What can be proposed: rooms say what it is, what it takes and how it is done; this room knows none of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

from crystalcall.customers.staff.values import Subject
from crystalcall.rules.staffing import Right

Content: TypeAlias = Mapping[str, Any]
"""What is proposed, as JSON; impersonal: serials, numbers and sums, never a name or a sentence."""


@dataclass(frozen=True, slots=True)
class Executed:
    """It was done; `outcome` says what came of it, impersonal."""

    outcome: Content


@dataclass(frozen=True, slots=True)
class NotExecuted:
    """It could not be done; `why` is a word. Whatever was begun is undone."""

    why: str


@dataclass(frozen=True, slots=True)
class Alone:
    """How much one person may do without a second one, in 24 hours, by whoever has this right.

    `weight` says how much a content counts (micros of a dollar, say); `limit` is asked each time, 0 for nothing.
    """

    right: Right
    weight: Callable[[Content], int]
    limit: Callable[[], int]


@dataclass(frozen=True, slots=True)
class Kind:
    """Something that takes two.

    `check` gives "" or a word that says what is wrong with a content; `subject` what it is about; `execute` does it in
    the transaction it is called in, once for the key it is given, or says why not.
    """

    name: str
    words: Any
    proposes: Right
    approves: Right
    check: Callable[[Content], str]
    subject: Callable[[Content], Subject]
    execute: Callable[[Content, str, datetime], Executed | NotExecuted]
    alone: Alone | None = None
    valid: timedelta = timedelta(days=3)


class KindError(Exception):
    """A kind registered twice: a mistake in the program."""


_kinds: Final[dict[str, Kind]] = {}


def register(kind: Kind) -> None:
    """Add a kind; called in AppConfig.ready. Errors: KindError."""
    if _kinds.get(kind.name, kind) != kind:
        raise KindError(f"The kind {kind.name} is registered twice, differently.")
    _kinds[kind.name] = kind


def kind_named(name: str) -> Kind | None:
    """The kind of this name, or None."""
    return _kinds.get(name)
