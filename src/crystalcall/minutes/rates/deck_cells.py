"""The figures of one row of a price list: from the texts of its cells to terms, or to the reason why not."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from crystalcall.minutes.rates.conversion import IN_DOLLARS, Conversion
from crystalcall.minutes.rates.schedules import ScheduleError, read_bands, read_steps, week_words
from crystalcall.minutes.rates.zones import is_zone
from crystalcall.rules.money import MoneyError
from crystalcall.rules.rating import RateTerms, RatingError

#: The columns that make a row's terms, in the order of `TermsReader.read`.
FIGURES: Final = (
    "price_usd_per_min",
    "connect_fee_usd",
    "first_increment_s",
    "next_increment_s",
    "minimum_charge_usd",
    "free_up_to_s",
    "steps",
    "bands",
    "time_zone",
    "longest_call_s",
)
Cells = tuple[str, ...]

# Nothing on earth costs this much a minute; such a figure is a slipped point or a price in another money.
MAX_PRICE_MICROS: Final = 100_000_000
MAX_INCREMENT_SECONDS: Final = 3600
MAX_CALL_SECONDS: Final = 7 * 24 * 3600


class RowError(ValueError):
    """Why a row is bad, in a sentence."""


class Missing(StrEnum):
    """What a deck leaves empty and nobody stated."""

    INCREMENTS = "increments"
    CONNECT_FEE = "connect_fee"


@dataclass(frozen=True, slots=True)
class Stated:
    """What the importer states for rows that leave it empty; None states nothing. The fee is in dollars."""

    first_increment_seconds: int | None = None
    next_increment_seconds: int | None = None
    connect_fee_micros: int | None = None


@dataclass(frozen=True, slots=True)
class ReadTerms:
    """Terms, with what was left empty and whether further increments do not divide the first."""

    terms: RateTerms
    missing: tuple[Missing, ...]
    uneven: bool


class TermsReader:
    """Reads figures; the same texts always mean the same terms, so each combination is read once."""

    def __init__(self, stated: Stated, conversion: Conversion = IN_DOLLARS) -> None:
        self._stated = stated
        self._conversion = conversion
        self.known: dict[Cells, ReadTerms] = {}

    def read(self, cells: Cells) -> ReadTerms:
        """Terms of the cells (see `FIGURES`). Errors: RowError."""
        found = self.known.get(cells)
        if found is None:
            try:
                found = self._read(*(cell.strip() for cell in cells))
            except (MoneyError, ScheduleError, RatingError) as problem:
                raise RowError(week_words(problem)) from problem
            self.known[cells] = found
        return found

    def _read(self, price: str, fee: str, first: str, following: str, *more: str) -> ReadTerms:
        minimum, free_up_to, steps, bands, time_zone, longest = more
        if time_zone and not is_zone(time_zone):
            raise RowError(f"{time_zone!r} is not a time zone such as Europe/Moscow")
        terms = RateTerms(
            minute_price_micros=self._money(price),
            connect_fee_micros=self._money(fee) if fee else self._stated.connect_fee_micros or 0,
            first_increment_seconds=_increment(first, self._stated.first_increment_seconds),
            next_increment_seconds=_increment(following, self._stated.next_increment_seconds),
            minimum_charge_micros=self._money(minimum) if minimum else 0,
            free_up_to_seconds=_seconds(free_up_to, "a free beginning", MAX_INCREMENT_SECONDS),
            steps=read_steps(steps, self._money) if steps else (),
            bands=read_bands(bands, self._money) if bands else (),
            time_zone=time_zone,
            cap_seconds=_seconds(longest, "a longest call", MAX_CALL_SECONDS),
        )
        uneven = terms.first_increment_seconds % terms.next_increment_seconds != 0
        return ReadTerms(terms, self._missing(fee, first, following), uneven)

    def _money(self, text: str) -> int:
        micros = self._conversion.micros(text)
        if micros > MAX_PRICE_MICROS:
            unit = self._conversion.currency if self._conversion.converts else "dollars"
            raise RowError(f"{text} {unit} is more than any call costs")
        return micros

    def _missing(self, fee: str, first: str, following: str) -> tuple[Missing, ...]:
        """What the row leaves open and nobody stated; the whole deck is refused for it, in one sentence."""
        stated = self._stated
        open_increment = (not first and stated.first_increment_seconds is None) or (
            not following and stated.next_increment_seconds is None
        )
        missing = [Missing.INCREMENTS] if open_increment else []
        if not fee and stated.connect_fee_micros is None:
            missing.append(Missing.CONNECT_FEE)
        return tuple(missing)


def _increment(text: str, stated: int | None) -> int:
    """An increment from its cell, else as stated; 1 stands in where the deck is refused for the gap anyway."""
    if not text:
        return 1 if stated is None else stated
    return _whole(text, 1, MAX_INCREMENT_SECONDS, "an increment")


def _seconds(text: str, what: str, most: int) -> int:
    """Seconds that may be left empty for none."""
    return _whole(text, 0, most, what) if text else 0


def _whole(text: str, least: int, most: int, what: str) -> int:
    if not (text.isascii() and text.isdigit()) or not least <= int(text[:9]) <= most:
        raise RowError(f"{text!r} is not {what} of {least} to {most} seconds")
    return int(text)
