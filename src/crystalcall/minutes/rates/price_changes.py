"""What a new retail deck means for buyers: which destinations become dearer, cheaper, callable or not."""

from dataclasses import dataclass

from crystalcall.minutes.rates.comparing import weigh
from crystalcall.minutes.rates.differences import kind_of_change
from crystalcall.minutes.rates.prefix_index import Cell, PrefixIndex
from crystalcall.minutes.rates.values import Deck, DestinationInfo
from crystalcall.rules.rating import RateTerms


@dataclass(frozen=True, slots=True)
class PriceChange:
    """A destination and the prefix of it that changes most; no terms before for a new one, none after for one gone."""

    destination: DestinationInfo
    prefix: str
    before: RateTerms | None
    after: RateTerms | None


@dataclass(frozen=True, slots=True)
class PriceChanges:
    """Destinations by what a deck changes against the one it follows, each once and in the order of keys.

    A destination with a prefix that becomes dearer is a dearer one, whatever else becomes cheaper in it. ``former`` is
    None for a first deck, which changes nothing.
    """

    deck: Deck
    former: Deck | None
    dearer: tuple[PriceChange, ...] = ()
    cheaper: tuple[PriceChange, ...] = ()
    added: tuple[PriceChange, ...] = ()
    removed: tuple[PriceChange, ...] = ()


def compare(before: PrefixIndex, after: PrefixIndex) -> dict[str, tuple[PriceChange, ...]]:
    """Changes by kind ("dearer", "cheaper", "added", "removed"), as numbers meet them: by their longest prefix.

    Every prefix of either deck is a kind of number; what it costs is looked up in both.
    """
    found: dict[str, dict[str, tuple[int, PriceChange]]] = {"dearer": {}, "cheaper": {}, "added": {}, "removed": {}}
    standing: set[str] = set()
    for prefix in {prefix for index in (before, after) for prefix, _ in index}:
        old, new = before.longest(prefix), after.longest(prefix)
        kind = _kind(old, new)
        cell = (new or old or ("", None))[1]
        if cell is None:
            continue
        key = cell.destination.key
        if old and new:
            standing |= {old[1].destination.key, key}
        if not kind:
            continue
        change = PriceChange(cell.destination, prefix, old[1].terms if old else None, new[1].terms if new else None)
        rank = _by_how_much(change)
        known = found[kind].get(key)
        # Of equals the shortest prefix, which means the most numbers.
        if known is None or (rank, -len(prefix), prefix) > (known[0], -len(known[1].prefix), known[1].prefix):
            found[kind][key] = (rank, change)
    for kind in ("added", "removed"):
        found[kind] = {key: change for key, change in found[kind].items() if key not in standing}
    found["cheaper"] = {key: change for key, change in found["cheaper"].items() if key not in found["dearer"]}
    return {kind: tuple(changes[key][1] for key in sorted(changes)) for kind, changes in found.items()}


def _kind(old: tuple[str, Cell] | None, new: tuple[str, Cell] | None) -> str:
    """What happens to the numbers of a prefix; empty where their price stays."""
    if old is None or new is None:
        return "added" if old is None else "removed"
    if old[1].terms == new[1].terms:
        return ""
    return kind_of_change(old[1].terms, new[1].terms)


def _by_how_much(change: PriceChange) -> int:
    """Micros by which the compared call changes."""
    if change.before is None or change.after is None:
        return 0
    return abs(weigh(change.after).compared_micros - weigh(change.before).compared_micros)
