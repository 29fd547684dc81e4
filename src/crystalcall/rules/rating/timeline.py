"""The increments of a call in the order of time, as runs of equal ones: a call of a day has a handful of runs.

The price of an increment is decided by its start alone, so a run ends where a step or a band begins, at the first
increment that starts there or later.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from crystalcall.rules.rating.terms import WEEK_SECONDS, PriceStep, RateTerms, RatingError


class Run(NamedTuple):
    """So many increments of the same length and price, the first of which starts at ``start``; None: without end."""

    start: int
    increments: int | None
    length: int
    minute_price_micros: int


def runs(terms: RateTerms, week_second: int) -> Iterator[Run]:
    """Every run of a call that is answered at this second of the week; the last may be endless, or they never end."""
    price, _ = _price_at(terms, 0, week_second)
    start, length = terms.first_increment_seconds, terms.next_increment_seconds
    yield Run(0, 1, start, price)
    while True:
        price, until = _price_at(terms, start, week_second)
        if until is None:
            yield Run(start, None, length, price)
            return
        count = -((start - until) // length)
        yield Run(start, count, length, price)
        start += count * length


def paid_runs(terms: RateTerms, week_second: int, allowance_seconds: int) -> Iterator[tuple[Run, bool]]:
    """The runs, parted where the allowance ends; true for those that it covers (which are never endless).

    It covers whole increments from the start of the call; after the first that it cannot cover, it covers none.
    """
    left = allowance_seconds
    for start, count, length, price in runs(terms, week_second):
        free = left // length if count is None else min(left // length, count)
        if free:
            yield Run(start, free, length, price), True
        if free == count:
            left -= free * length
            continue
        left = 0
        yield Run(start + free * length, None if count is None else count - free, length, price), False


def week_second_of(index: int, terms: RateTerms, week_seconds: Sequence[int]) -> int:
    """When in the week the offer of this index was answered; 0 where no band asks for it.

    Raises:
        RatingError: the offer has bands, and its second of the week is not given or lies outside the week.
    """
    if not terms.bands:
        return 0
    if index >= len(week_seconds):
        raise RatingError(f"offer {index} has bands: it cannot be priced without the second of the week")
    if not 0 <= week_seconds[index] < WEEK_SECONDS:
        raise RatingError(f"there is no second {week_seconds[index]} of the week")
    return week_seconds[index]


def _price_at(terms: RateTerms, start: int, week_second: int) -> tuple[int, int | None]:
    """The price of an increment that starts here, and the second from which another may hold (None: never)."""
    if not terms.bands:
        return _stepped(terms.minute_price_micros, terms.steps, start, None)
    next_second = week_second + start + 1
    nearest = WEEK_SECONDS
    for band in terms.bands:
        # From the next second on; a band whose end comes before its beginning (or with it: the whole week) holds now.
        to_begin = (band.from_week_seconds - next_second) % WEEK_SECONDS
        to_end = (band.to_week_seconds - next_second) % WEEK_SECONDS
        if to_end <= to_begin:
            # Bands do not overlap: nothing else begins before this one ends.
            return _stepped(band.minute_price_micros, band.steps, start, start + 1 + to_end)
        nearest = min(nearest, to_begin)
    return _stepped(terms.minute_price_micros, terms.steps, start, start + 1 + nearest)


def _stepped(price: int, steps: tuple[PriceStep, ...], start: int, until: int | None) -> tuple[int, int | None]:
    """The last step that has begun, and the next one where it comes before ``until``."""
    for step in steps:
        if step.from_seconds > start:
            return price, step.from_seconds if until is None else min(until, step.from_seconds)
        price = step.minute_price_micros
    return price, until
