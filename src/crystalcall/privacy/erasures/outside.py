"""The names under which providers know what they got, where ours say nothing to anybody outside.

A mail is known to its carrier by its Message-ID, and never by a customer's number: that one stands in no mail.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final, TypeAlias

from crystalcall.privacy.keepers import NameKind, Person

Naming: TypeAlias = Callable[[Person], Iterable[str]]
"""Gives the names by which a provider knows what it got about a person."""
_INNER: Final = (NameKind.CUSTOMER, NameKind.ACCOUNT, NameKind.REQUEST)
"""Kinds of names that leave this program with nothing."""
_namings: Final[dict[str, Naming]] = {}


def register(provider: str, naming: Naming) -> None:
    """Have this name what a provider got."""
    _namings[provider] = naming


def known_as(person: Person, told: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Which providers were told of this person, each with names that it can find.

    Of a provider for whom nobody names anything, our own numbers stay: that it was told must not be lost.
    """
    inner = {name for kind in _INNER for name in person.of(kind)}
    found: dict[str, tuple[str, ...]] = {}
    for provider, names in told.items():
        naming = _namings.get(provider)
        outer = [name for name in names if name not in inner]
        named = set(naming(person)) if naming is not None and len(outer) < len(names) else set()
        found[provider] = tuple(sorted({*outer, *named})) or names
    return found
