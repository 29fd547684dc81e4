"""Prices that are announced and not in force yet, as those need to know who hold credit or are about to buy it.

Changes are told as prices are shown everywhere: a line of a country with the price of its cheapest and its dearest
number.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from crystalcall.minutes.rates.comparing import weigh
from crystalcall.minutes.rates.price_changes import PriceChange, PriceChanges
from crystalcall.minutes.rates.queries import country_lines, current_deck, price_changes, scheduled_deck
from crystalcall.minutes.rates.values import CountryLine, Deck, DestinationInfo
from crystalcall.rules.numbering import LineType
from crystalcall.shop.catalogue.quotes import price_range

# What people call; other kinds of line are on no page, and their prices are told when a number is looked up.
TOLD_LINES = frozenset({LineType.LANDLINE, LineType.MOBILE})


@dataclass(frozen=True, slots=True)
class Span:
    """The lowest and the highest of several prices, in micros; the same where there is one."""

    low_micros: int
    high_micros: int


@dataclass(frozen=True, slots=True)
class LineChange:
    """What becomes of the prices of a country's line.

    As a rule the spans are those of a minute at all its numbers. Where both ends of the span stay, ``destination`` is
    the area that changes most; where the price of a minute stays there too (a fee or increments change), the spans are
    what a call of three minutes costs, and ``per_minute`` is false.
    """

    destination: DestinationInfo
    before: Span
    after: Span
    per_minute: bool = True


@dataclass(frozen=True, slots=True)
class PriceNews:
    """What a deck changes for buyers at its time. A line of which any number gets dearer counts as dearer."""

    deck_id: int
    effective_at: datetime
    dearer: tuple[LineChange, ...]
    cheaper: tuple[LineChange, ...]

    @property
    def is_news(self) -> bool:
        """Whether it changes anything that a page of the store shows."""
        return bool(self.dearer or self.cheaper)

    def of_country(self, iso2: str) -> "PriceNews":
        """The same for one country alone."""
        return PriceNews(self.deck_id, self.effective_at, _within(self.dearer, iso2), _within(self.cheaper, iso2))


def waiting_news(now: datetime) -> tuple[PriceNews, ...]:
    """The decks that wait for their time, the nearest first; those that change nothing on the pages are left out."""
    found = []
    deck = scheduled_deck(now)
    while deck is not None and deck.effective_at > now:
        news, deck = _news_of(deck)
        found.append(news)
    return tuple(news for news in reversed(found) if news.is_news)


def standing_news(deck_id: int, now: datetime) -> PriceNews | None:
    """What a deck that waits, or that rates calls now, changed; None once it was withdrawn or another came after it."""
    waiting = next((news for news in waiting_news(now) if news.deck_id == deck_id), None)
    deck = current_deck(now)
    if waiting is not None or deck is None or deck.id != deck_id:
        return waiting
    return _news_of(deck)[0]


@lru_cache(maxsize=8)
def _news_of(deck: Deck) -> tuple[PriceNews, Deck | None]:
    """What a deck changes, and the deck before it; remembered, since a published deck never changes."""
    changes = price_changes(deck.id)
    if changes is None or changes.former is None:
        return PriceNews(deck.id, deck.effective_at, (), ()), None
    dearer = {_line(change) for change in changes.dearer}
    cheaper = [change for change in changes.cheaper if _line(change) not in dearer]
    news = PriceNews(deck.id, deck.effective_at, _told(changes.dearer, changes), _told(cheaper, changes))
    return news, changes.former


def _line(change: PriceChange) -> tuple[str, LineType]:
    return change.destination.country_iso2 or "", change.destination.line_type


def _told(changes: Iterable[PriceChange], decks: PriceChanges) -> tuple[LineChange, ...]:
    """One change a line of a country, in the order of countries."""
    by_line: dict[tuple[str, LineType], list[PriceChange]] = {}
    for change in changes:
        by_line.setdefault(_line(change), []).append(change)
    return tuple(
        told
        for line in sorted(by_line)
        if line[0] and line[1] in TOLD_LINES
        for told in _line_changes(line, by_line[line], decks)
    )


def _line_changes(line: tuple[str, LineType], changes: list[PriceChange], decks: PriceChanges) -> Iterator[LineChange]:
    before, after = _span(line, decks.former), _span(line, decks.deck)
    if before is None or after is None:
        return
    if before != after:
        iso2, line_type = line
        yield LineChange(DestinationInfo(f"{iso2}-{line_type}".lower(), iso2, line_type, ""), before, after)
    else:
        yield max((_area_change(change) for change in changes), key=_steepness)


def _span(line: tuple[str, LineType], deck: Deck | None) -> Span | None:
    """The cheapest and the dearest minute of a line under a deck, as the price line shows them."""
    iso2, line_type = line
    found = country_lines(iso2, deck.id) if deck else ()
    return next((_span_of(each) for each in found if each.line_type == line_type), None)


def _span_of(line: CountryLine) -> Span:
    low, high = price_range(line.dearest.terms)
    return Span(min(low, price_range(line.cheapest.terms)[0]), high)


def _area_change(change: PriceChange) -> LineChange:
    """The change of one area alone; what is dearer by the minute is never told as cheaper by a call."""
    assert change.before is not None  # noqa: S101 - dearer and cheaper ones have both
    assert change.after is not None  # noqa: S101 - as above
    before, after = (Span(*price_range(terms)) for terms in (change.before, change.after))
    calls = weigh(change.before).compared_micros, weigh(change.after).compared_micros
    if (before.high_micros < after.high_micros) == (calls[0] < calls[1]) and before.high_micros != after.high_micros:
        return LineChange(change.destination, before, after)
    cost_before, cost_after = (Span(cost, cost) for cost in calls)
    return LineChange(change.destination, cost_before, cost_after, per_minute=False)


def _steepness(change: LineChange) -> float:
    return abs(change.after.high_micros - change.before.high_micros) / max(change.before.high_micros, 1)


def _within(changes: tuple[LineChange, ...], iso2: str) -> tuple[LineChange, ...]:
    return tuple(change for change in changes if change.destination.country_iso2 == iso2)
