"""How many people stand behind some opaque names: enough of them, or too few for a figure."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from crystalcall.privacy import keepers
from crystalcall.privacy.clauses.figures import FEWEST_PEOPLE
from crystalcall.privacy.keepers import NameKind, Person

TRIED: Final = 300
"""How many names are looked into at most; ten people who hide behind more are not shown."""


def people_behind(names: Iterable[str]) -> int:
    """How many different people these names of orders, cards, accounts or customers lead to; stops at ten.

    People with the same mailbox are one. Whoever has been forgotten counts no more.
    """
    found: set[tuple[str, ...]] = set()
    for place, name in enumerate(names):
        if len(found) >= FEWEST_PEOPLE or place >= TRIED:
            break
        person = _person(name)
        if person is not None:
            found.add(person.of(NameKind.MAILBOX) or person.of(NameKind.CUSTOMER))
    return len(found)


def _person(name: str) -> Person | None:
    """Whoever a name leads to, or None: a UUID is an account's or a customer's, anything else an order's or card's."""
    try:
        UUID(name)
    except ValueError:
        found = _whole(name, NameKind.ORDER, NameKind.CARD)
        return found if found.of(NameKind.CUSTOMER) else None
    found = _whole(name, NameKind.ACCOUNT)
    if found.of(NameKind.CUSTOMER):
        return found
    found = _whole(name, NameKind.CUSTOMER)
    return found if found.of(NameKind.MAILBOX) else None


def _whole(name: str, *kinds: NameKind) -> Person:
    return keepers.whole(Person(frozenset((kind, name) for kind in kinds)))
