"""What past calls would have cost under another deck: a dry run over their records, which are read and never changed.

A record keeps the prefix that priced its call and not the number. Where the other deck tells numbers of that prefix
apart, the price of the prefix itself stands for all of them, and the report counts such records.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from crystalcall.minutes.rates.deck_file import Progress
from crystalcall.minutes.rates.prefix_index import PrefixIndex
from crystalcall.minutes.rates.zones import week_second
from crystalcall.rules.fairness import FairnessRule, forgive
from crystalcall.rules.rating import RateTerms, charge
from crystalcall.rules.release import ReleaseCause

#: The columns of a record as they come, in this order.
RECORD_COLUMNS: Final = (
    "prefix",
    "destination_key",
    "deck_id",
    "used_seconds",
    "granted_seconds",
    "allowance_seconds",
    "charge_micros",
    "forgiven_micros",
    "answered_at",
    "release_cause",
)
Record = tuple[str, str, int, int, int, int, int, int, datetime | None, str]
TOLD_EVERY: Final = 10_000


@dataclass(slots=True)
class DestinationTotal:
    """The calls to a destination: how many, what they were charged, what they would be."""

    calls: int = 0
    seconds: int = 0
    charged_micros: int = 0
    would_be_micros: int = 0

    def add(self, seconds: int, charged_micros: int, would_be_micros: int) -> None:
        """One more call."""
        self.calls += 1
        self.seconds += seconds
        self.charged_micros += charged_micros
        self.would_be_micros += would_be_micros

    @property
    def difference_micros(self) -> int:
        """What the calls would cost more; below zero: less."""
        return self.would_be_micros - self.charged_micros


@dataclass(slots=True)
class Rerated:
    """All records that were read.

    ``unreachable`` calls have no price under the deck; they are counted with what they were charged, in neither total.
    ``refined`` calls have a prefix that the deck tells apart further.
    """

    destinations: dict[str, DestinationTotal] = field(default_factory=dict)
    unreachable: DestinationTotal = field(default_factory=DestinationTotal)
    refined: int = 0

    def destination(self, key: str) -> DestinationTotal:
        """The calls to one destination, so far."""
        known = self.destinations.get(key)
        if known is None:
            known = self.destinations[key] = DestinationTotal()
        return known

    @property
    def total(self) -> DestinationTotal:
        """Every call that has a price under the deck."""
        found = DestinationTotal()
        for each in self.destinations.values():
            found.calls += each.calls
            found.seconds += each.seconds
            found.charged_micros += each.charged_micros
            found.would_be_micros += each.would_be_micros
        return found


@dataclass(slots=True)
class _Priced:
    """A prefix under the deck, with the charges already counted by seconds (there are few different ones)."""

    terms: RateTerms
    refined: bool
    known: dict[int, int] = field(default_factory=dict)


def rerate(
    records: Iterable[Record], index: PrefixIndex, rule: FairnessRule, *, total: int = 0, told: Progress | None = None
) -> Rerated:
    """Price records again by a deck.

    What was paid by bundles stays paid by them, and a call that was forgiven is forgiven by the rule as it stands.
    `told` hears how many records were read of the `total` (0: unknown), now and then.
    """
    found = Rerated()
    prices: dict[str, _Priced | None] = {}
    refined = _refined_prefixes(index)
    count = 0
    for count, record in enumerate(records, start=1):
        prefix, _, _, used, granted, allowance, charged, forgiven, *_ = record
        if prefix not in prices:
            prices[prefix] = _priced(prefix, index, refined)
        priced = prices[prefix]
        if priced is None:
            found.unreachable.add(used, charged, 0)
            continue
        found.refined += priced.refined
        would_be = priced.known.get(min(used, granted), -1)
        # A charge of nothing may have been forgiven: then seconds and price alone do not tell.
        if would_be < 0 or allowance or forgiven or not charged:
            would_be = _would_be(record, priced, rule)
        found.destination(record[1]).add(used, charged, would_be)
        if told is not None and count % TOLD_EVERY == 0:
            told(count, total)
    if told is not None:
        told(count, count)
    return found


def _refined_prefixes(index: PrefixIndex) -> frozenset[str]:
    """Everything that a longer prefix of the deck begins with."""
    return frozenset(prefix[:length] for prefix, _ in index for length in range(1, len(prefix)))


def _priced(prefix: str, index: PrefixIndex, refined: frozenset[str]) -> _Priced | None:
    match = index.longest(prefix)
    return None if match is None else _Priced(match[1].terms, prefix in refined)


def _would_be(record: Record, priced: _Priced, rule: FairnessRule) -> int:
    """The charge of one call; remembered where it depends on nothing but the seconds that it was granted and used."""
    _, _, _, used, granted, allowance, charged, forgiven, answered_at, cause = record
    terms, seconds = priced.terms, min(used, granted)
    if not seconds or (terms.bands and answered_at is None):
        # Never answered: it costs nothing, and has no hour.
        return 0
    week = (week_second(answered_at, terms.time_zone),) if terms.bands and answered_at else ()
    cost = charge(seconds, (terms,), week_seconds=week, allowance_seconds=allowance)
    if not week and not allowance:
        priced.known[seconds] = cost.amount_micros
    if forgiven or not (charged or allowance):
        fair = forgive(seconds, ReleaseCause(cause), cost, rule, (terms,), week)
        return cost.amount_micros if fair is None else fair.charge.amount_micros
    return cost.amount_micros
