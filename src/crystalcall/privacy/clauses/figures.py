"""The live figures of the evidence page, and the one rule about them: no figure speaks of fewer than ten people.

A figure about the program itself (responses, fields, a hash) is shown as it is; whoever can tell it gives a `supply`.
A figure about people is counted once a day (`nightly`), rounded down to tens, and withheld below ten: who looks at the
page twice cannot see one person's act between the two looks. Rooms above this one supply theirs in AppConfig.ready.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from crystalcall.plumbing import tallies

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

FEWEST_PEOPLE: Final = 10
STEP: Final = 10
PUBLISHED: Final = "evidence/"
"""Tallies under this name are what was last published of the figures about people."""
COUNTED_LAST: Final = "evidence.counted"
COUNT_EVERY: Final = timedelta(hours=20)
"""Less than a day, so that no night is skipped because the last count began late."""


class LineKind(StrEnum):
    """How a line of a figure is said."""

    EXACT = "exact"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    FEWER_PEOPLE = "fewer_people"
    """It is about fewer people than the number says, so it is not told."""
    TEXT = "text"
    NOT_YET = "not_yet"
    """Nothing has been counted yet."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line: what it is about ("" for the figure as a whole), a number or a text, and since when it is counted."""

    kind: LineKind
    number: int = 0
    text: str = ""
    about: str = ""
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure as it may be shown, in words of the active language."""

    name: str
    words: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class OfPeople:
    """A figure that speaks of people: what about, the number, and how many people it is about (ten is enough).

    A count is rounded down to tens; what is no count, such as a middle value of days, is at least 1 and not rounded.
    """

    about: str
    number: int
    people: int
    is_count: bool = True


@dataclass(frozen=True, slots=True)
class _Source:
    words: "_StrPromise"
    ask: Callable[[datetime], Iterable[Line]]


@dataclass(frozen=True, slots=True)
class _PeopleSource:
    words: "_StrPromise"
    count: Callable[[datetime], Iterable[OfPeople]]
    about_words: Callable[[str], str]
    published_as: LineKind


_sources: Final[dict[str, _Source]] = {}
_people_sources: Final[dict[str, _PeopleSource]] = {}


def supply(name: str, words: "_StrPromise", ask: Callable[[datetime], Iterable[Line]]) -> None:
    """Add a figure about the program itself. It is asked for at each look at the page, so it must be cheap."""
    _sources[name] = _Source(words, ask)


def supply_of_people(
    name: str,
    words: "_StrPromise",
    count: Callable[[datetime], Iterable[OfPeople]],
    about_words: Callable[[str], str] = str,
    published_as: LineKind = LineKind.AT_LEAST,
) -> None:
    """Add a figure about people, counted once a day. `about_words` turns what a line is about into words.

    `published_as` says how the number is read: AT_LEAST for counts, AT_MOST for lengths.
    """
    _people_sources[name] = _PeopleSource(words, count, about_words, published_as)


def names() -> frozenset[str]:
    """Every figure that somebody supplies."""
    return frozenset(_sources) | frozenset(_people_sources)


def figure(name: str, now: datetime) -> Figure:
    """A figure as it may be shown now. Errors: KeyError for a figure nobody supplies."""
    source = _sources.get(name)
    if source is not None:
        return Figure(name, str(source.words), tuple(source.ask(now)) or (Line(LineKind.NOT_YET),))
    of_people = _people_sources[name]
    return Figure(name, str(of_people.words), tuple(_published(name, of_people)) or (Line(LineKind.NOT_YET),))


def exact(number: int, about: str = "", since: datetime | None = None) -> Line:
    """A line about no person, said as it is."""
    return Line(LineKind.EXACT, number=number, about=about, since=since)


def said(text: str, about: str = "", since: datetime | None = None) -> Line:
    """A line of text about no person."""
    return Line(LineKind.TEXT, text=text, about=about, since=since)


def rounded(entry: OfPeople) -> int:
    """What may be published: a count rounded down to tens; 0 where it is about fewer than ten people, or times."""
    if entry.people < FEWEST_PEOPLE:
        return 0
    return entry.number // STEP * STEP if entry.is_count else entry.number


def count_daily(now: datetime) -> int:
    """Count the figures about people, once a day however often this is asked; gives how many lines were published."""
    last = tallies.total(COUNTED_LAST)
    if last is not None and last.counted_at <= now < last.counted_at + COUNT_EVERY:
        return 0
    tallies.put(COUNTED_LAST, 1, now=now)
    return count_people(now)


def count_people(now: datetime) -> int:
    """Count every figure about people afresh and publish what may be published; gives how many lines there are."""
    published: dict[str, int] = {}
    for name, source in _people_sources.items():
        for entry in source.count(now):
            published[f"{PUBLISHED}{name}/{entry.about}"] = rounded(entry)
    for name, number in published.items():
        tallies.put(name, number, now=now)
    return len(published)


def _published(name: str, source: _PeopleSource) -> Iterable[Line]:
    found: Mapping[str, tallies.Total] = tallies.totals(f"{PUBLISHED}{name}/")
    for about, entry in found.items():
        words = source.about_words(about) if about else ""
        if entry.total:
            yield Line(source.published_as, number=entry.total, about=words, since=entry.since)
        else:
            yield Line(LineKind.FEWER_PEOPLE, number=FEWEST_PEOPLE, about=words, since=entry.since)
