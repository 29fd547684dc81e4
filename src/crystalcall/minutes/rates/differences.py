"""What a new price list changes against the one before: added, removed, dearer, cheaper."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from crystalcall.minutes.rates.deck_file import DeckRow
from crystalcall.minutes.rates.retail import COMPARED_CALL_SECONDS, CarrierPrice
from crystalcall.rules.rating import RateTerms, charge


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
    unchanged, seen = 0, set()
    for row in after:
        seen.add(row.prefix)
        old = before.get(row.prefix)
        if old is None:
            kinds["added"].append(Change(row.prefix, row.destination, None, row.terms))
        elif (kind := _kind(old.terms, row.terms)) is None:
            unchanged += 1
        else:
            kinds[kind].append(Change(row.prefix, row.destination, old.terms, row.terms))
    kinds["removed"] = [
        Change(prefix, price.destination, price.terms, None) for prefix, price in before.items() if prefix not in seen
    ]
    ordered = {kind: tuple(sorted(changes, key=lambda change: change.prefix)) for kind, changes in kinds.items()}
    return Differences(**ordered, unchanged=unchanged)


def _kind(before: RateTerms, after: RateTerms) -> str | None:
    """Whether terms became dearer or cheaper; None where a call costs the same."""
    if before == after:
        return None
    old, new = _weight(before), _weight(after)
    if old == new:
        return None
    return "dearer" if new > old else "cheaper"


def _weight(terms: RateTerms) -> tuple[int, int]:
    """What is compared of terms."""
    return charge(COMPARED_CALL_SECONDS, (terms,)).amount_micros, charge(1, (terms,)).amount_micros
