"""What a new price list changes against the one before: added, removed, dearer, cheaper."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from crystalcall.minutes.rates.comparing import weigh
from crystalcall.minutes.rates.deck_file import DeckRow
from crystalcall.minutes.rates.retail import CarrierPrice
from crystalcall.rules.rating import RateTerms


@dataclass(frozen=True, slots=True)
class Change:
    """A prefix whose terms differ; ``before`` is None for an added one, ``after`` for a removed one."""

    prefix: str
    destination: str
    before: RateTerms | None
    after: RateTerms | None


@dataclass(frozen=True, slots=True)
class Differences:
    """Changes by kind, each in the order of prefixes; the rest is unchanged in price."""

    added: tuple[Change, ...]
    dearer: tuple[Change, ...]
    cheaper: tuple[Change, ...]
    removed: tuple[Change, ...]
    unchanged: int


def differences(before: Mapping[str, CarrierPrice], after: Iterable[DeckRow]) -> Differences:
    """Compare two price lists; dearer and cheaper is judged by a call of three minutes, then by one of a second."""
    kinds: dict[str, list[Change]] = {"added": [], "dearer": [], "cheaper": [], "removed": []}
    # A list has a few hundred different terms: each pair of them is judged once.
    known: dict[tuple[RateTerms, RateTerms], str] = {}
    unchanged, seen = 0, set()
    for prefix, destination, terms, _ in after:
        seen.add(prefix)
        old = before.get(prefix)
        if old is None:
            kinds["added"].append(Change(prefix, destination, None, terms))
            continue
        pair = (old.terms, terms)
        kind = known.get(pair)
        if kind is None:
            kind = known[pair] = kind_of_change(*pair)
        if kind:
            kinds[kind].append(Change(prefix, destination, old.terms, terms))
        else:
            unchanged += 1
    kinds["removed"] = [
        Change(prefix, price.destination, price.terms, None) for prefix, price in before.items() if prefix not in seen
    ]
    ordered = {kind: tuple(sorted(changes, key=lambda change: change.prefix)) for kind, changes in kinds.items()}
    return Differences(**ordered, unchanged=unchanged)


def kind_of_change(before: RateTerms, after: RateTerms) -> str:
    """Whether terms became "dearer" or "cheaper"; empty where a call costs the same."""
    old, new = weigh(before), weigh(after)
    if old == new:
        return ""
    return "dearer" if new > old else "cheaper"
