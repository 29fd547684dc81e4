"""The values of rating: a rate with all that may be agreed about it, and what a call at it costs."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple

SECONDS_PER_MINUTE: Final = 60
WEEK_SECONDS: Final = 7 * 24 * 3600

# A destination that costs nothing would be granted for ever; a forgotten handset must end some day.
FREE_CALL_SECONDS: Final = 3 * 3600


class RatingError(ValueError):
    """Terms or a question that make no sense (a negative price, an increment of no seconds, no offer at all)."""


def _check_figure(name: str, figure: object, least: int) -> None:
    """A whole number that is at least so much."""
    if type(figure) is not int:
        raise RatingError(f"{name} must be a whole number, not {figure!r}")
    if figure < least:
        raise RatingError(f"{name} must be at least {least}, not {figure}")


@dataclass(frozen=True, slots=True)
class PriceStep:
    """From here on another price: for the increments that begin ``from_seconds`` after the answer, or later.

    Raises:
        RatingError: a time or price below zero, or anything that is not an integer.
    """

    from_seconds: int
    minute_price_micros: int

    def __post_init__(self) -> None:
        _check_figure("from_seconds", self.from_seconds, 0)
        _check_figure("minute_price_micros", self.minute_price_micros, 0)


@dataclass(frozen=True, slots=True)
class TimeBand:
    """A part of the week with a price (and steps) of its own, for the increments that begin in it.

    Seconds count from Monday 00:00 in the zone of the terms; the end does not belong to the band. A band whose end is
    smaller than its beginning runs over Sunday midnight.

    Raises:
        RatingError: a beginning outside the week, an end equal to it, a price below zero, steps out of order.
    """

    from_week_seconds: int
    to_week_seconds: int
    minute_price_micros: int
    steps: tuple[PriceStep, ...] = ()

    def __post_init__(self) -> None:
        _check_figure("from_week_seconds", self.from_week_seconds, 0)
        _check_figure("to_week_seconds", self.to_week_seconds, 0)
        _check_figure("minute_price_micros", self.minute_price_micros, 0)
        if self.from_week_seconds >= WEEK_SECONDS or self.to_week_seconds > WEEK_SECONDS:
            raise RatingError(f"a week has {WEEK_SECONDS} seconds: a band cannot reach beyond them")
        if self.from_week_seconds == self.to_week_seconds:
            raise RatingError("a band that ends where it begins is empty or the whole week: say which")
        _check_steps(self.steps)

    def pieces(self) -> tuple[tuple[int, int], ...]:
        """The band as stretches that do not wrap, for comparing it with others."""
        begin, end = self.from_week_seconds, self.to_week_seconds
        return ((begin, end),) if begin < end else ((0, end), (begin, WEEK_SECONDS))


@dataclass(frozen=True, slots=True)
class RateTerms:
    """The price of one prefix: micros a minute, a fee once per answered call, the increments ("60/6"), and extras.

    Attributes:
        minute_price_micros: the price outside all bands and before all steps.
        connect_fee_micros: charged once, as soon as any increment is paid with money.
        first_increment_seconds: paid whole, however short the call.
        next_increment_seconds: counted from the end of the first.
        minimum_charge_micros: the least that a call costs which is paid with money alone.
        free_up_to_seconds: a call this short costs nothing, the fee included; a longer one is charged from its first
            second. It is never time added to, or taken off, a longer call.
        steps: further prices within the call, in the order of time.
        bands: parts of the week with other prices; they may not overlap.
        time_zone: where the week of the bands is counted; empty means the store's own zone.
        cap_seconds: the longest call that is granted at this rate; 0 for none.

    Raises:
        RatingError: a figure below what makes sense, or anything that is not an integer; steps out of order; bands
            that overlap; a zone without bands.
    """

    minute_price_micros: int
    connect_fee_micros: int = 0
    first_increment_seconds: int = 60
    next_increment_seconds: int = 60
    minimum_charge_micros: int = 0
    free_up_to_seconds: int = 0
    steps: tuple[PriceStep, ...] = ()
    bands: tuple[TimeBand, ...] = ()
    time_zone: str = ""
    cap_seconds: int = 0

    def __post_init__(self) -> None:
        _check_figure("minute_price_micros", self.minute_price_micros, 0)
        _check_figure("connect_fee_micros", self.connect_fee_micros, 0)
        _check_figure("first_increment_seconds", self.first_increment_seconds, 1)
        _check_figure("next_increment_seconds", self.next_increment_seconds, 1)
        _check_figure("minimum_charge_micros", self.minimum_charge_micros, 0)
        _check_figure("free_up_to_seconds", self.free_up_to_seconds, 0)
        _check_figure("cap_seconds", self.cap_seconds, 0)
        _check_steps(self.steps)
        _check_bands(self.bands)
        if self.time_zone and not self.bands:
            raise RatingError("a time zone means nothing without bands")


def _check_steps(steps: tuple[PriceStep, ...]) -> None:
    """Steps follow one another in time."""
    for earlier, later in pairwise(steps):
        if earlier.from_seconds >= later.from_seconds:
            raise RatingError(f"the step from {later.from_seconds} s stands after that from {earlier.from_seconds} s")


def _check_bands(bands: tuple[TimeBand, ...]) -> None:
    """No second of the week lies in two bands."""
    pieces = sorted(piece for band in bands for piece in band.pieces())
    for (_, end), (begin, _) in pairwise(pieces):
        if begin < end:
            raise RatingError(f"two bands hold second {begin} of the week")


class Charge(NamedTuple):
    """What an answered call costs, with the figures that prove it.

    ``amount_micros`` includes ``fee_micros``; ``increments`` counts the first one too; ``offer`` is the index of the
    terms that priced the call (the cheapest; of equals the one that uses the fewest minutes of an allowance, of these
    the first). ``allowance_seconds`` of the ``billable_seconds`` are covered by an allowance; the rest is money.
    """

    amount_micros: int
    billable_seconds: int
    fee_micros: int
    increments: int
    offer: int
    allowance_seconds: int = 0


@dataclass(frozen=True, slots=True)
class Quote:
    """How long a credit lasts: ``minutes`` are whole ones within ``seconds``; ``capped`` if a cap cut it short."""

    seconds: int
    minutes: int
    charge_micros: int
    capped: bool


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a call at one price: whole increments, paid with money or by an allowance."""

    from_seconds: int
    seconds: int
    increments: int
    minute_price_micros: int
    paid_by_allowance: bool
