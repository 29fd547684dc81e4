"""One form for each fact: canonical JSON (RFC 8785), and facts that cannot carry a person's data by their very shape.

A fact of the register is an id, a count, a hash, a date or a word. A name with a space, an e-mail address, a telephone
number and a sentence do not fit, so that nobody can write them into a book that can never forget.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final

import rfc8785

Word = str | int | bool | None
Fact = Word | Sequence[Word]
Facts = Mapping[str, Fact]

#: Beyond this JavaScript and RFC 8785 count no whole numbers exactly.
MOST: Final = 2**53 - 1
MOST_FACTS: Final = 100
MOST_IN_LIST: Final = 1000
_NAME: Final = re.compile(r"[a-z][a-z0-9_.-]{0,79}")
_WORD: Final = re.compile(r"(?:[A-Za-z0-9][A-Za-z0-9._:/-]{0,127})?")
_TELEPHONE: Final = re.compile(r"[0-9]{9,15}")

FEW: Final = 10
FEWER_THAN_TEN: Final = "fewer-than-10"


def canonical(value: object) -> bytes:
    """The canonical JSON of a value, by RFC 8785: equal values have equal bytes on every machine."""
    return rfc8785.dumps(value)  # type: ignore[arg-type]  # its own type names the JSON values one by one


def complaints_about(facts: Facts) -> list[str]:
    """Why these facts do not fit into the register, each in a phrase that names the fact; empty when they fit."""
    found = [f"{len(facts)} facts are too many"] if len(facts) > MOST_FACTS else []
    for name, fact in facts.items():
        if not _NAME.fullmatch(name):
            found.append(f"{name!r} is no name of a fact")
        elif not _fits(fact):
            found.append(f"{name} is no id, count, hash, date or word")
    return found


def banded(count: int, *, people: int | None = None) -> Word:
    """A count as it may be published: "fewer-than-10" where it, or the people it tells of, are fewer than ten."""
    return FEWER_THAN_TEN if min(count, count if people is None else people) < FEW else count


def _fits(fact: Fact) -> bool:
    if isinstance(fact, list | tuple):
        return len(fact) <= MOST_IN_LIST and all(_is_word(each) for each in fact)
    return _is_word(fact)


def _is_word(fact: object) -> bool:
    if fact is None or isinstance(fact, bool):
        return True
    if isinstance(fact, int):
        return abs(fact) <= MOST
    return isinstance(fact, str) and _WORD.fullmatch(fact) is not None and _TELEPHONE.fullmatch(fact) is None
