"""Reading a carrier's price list: all of it is good, or every bad row is named by its line, with the reason.

The columns are ``prefix, destination, price_usd_per_min, connect_fee_usd, first_increment_s, next_increment_s,
effective_date`` (others are ignored); fee and increments may be left empty where the importer states them. Prices are
dollars. Commas, semicolons and tabs separate; a byte order mark is skipped; rows without any content are skipped.
"""

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

from crystalcall.rules.money import MoneyError, micros_from_dollars
from crystalcall.rules.numbering import E164_MAX_DIGITS
from crystalcall.rules.rating import RateTerms

REQUIRED: Final = ("prefix", "destination", "price_usd_per_min")
OPTIONAL: Final = ("connect_fee_usd", "first_increment_s", "next_increment_s", "effective_date", "currency")
COLUMNS: Final = REQUIRED + OPTIONAL
# Nothing on earth costs this much a minute; such a figure is a slipped point or a price in another money.
MAX_PRICE_MICROS: Final = 100_000_000
MAX_INCREMENT_SECONDS: Final = 3600
MAX_DESTINATION_CHARACTERS: Final = 200
PROGRESS_EVERY: Final = 1000

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be loaded: its line in the file (the header is line 1) and why."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class DeckRow:
    """A good row."""

    prefix: str
    destination: str
    terms: RateTerms
    line: int


@dataclass(frozen=True, slots=True)
class Stated:
    """What the importer states for rows that leave it empty; None states nothing."""

    first_increment_seconds: int | None = None
    next_increment_seconds: int | None = None
    connect_fee_micros: int | None = None


class Missing(StrEnum):
    """What a deck leaves empty and nobody stated."""

    INCREMENTS = "increments"
    CONNECT_FEE = "connect_fee"


@dataclass(slots=True)
class DeckFile:
    """What reading found; only a file without ``bad_rows`` and ``missing`` may be loaded."""

    rows: list[DeckRow] = field(default_factory=list)
    bad_rows: list[BadRow] = field(default_factory=list)
    missing: dict[Missing, int] = field(default_factory=dict)
    uneven_lines: list[int] = field(default_factory=list)


class _RowError(ValueError):
    """Why a row is bad."""


def read_deck(
    content: bytes,
    stated: Stated,
    *,
    effective_on: date,
    columns: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> DeckFile:
    """Read a whole price list.

    Args:
        content: the file.
        stated: fee and increments for the rows that leave them empty.
        effective_on: the day the deck shall take effect; a row that starts later is bad.
        columns: our name of a column to the name in the file, where they differ.
        progress: told (rows read, rows in all) now and then.

    Returns:
        Rows, or every bad row with its line and reason. ``uneven_lines`` are rows whose further increments do not
        divide the first, on which other programs count differently.
    """
    found = DeckFile()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = content.count(b"\n", 0, problem.start) + 1
        found.bad_rows.append(BadRow(line, "this is not UTF-8 text: save the file as CSV UTF-8"))
        return found
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    complaint, places = _header(next(reader, []), columns or {})
    if complaint:
        found.bad_rows.append(BadRow(1, complaint))
        return found
    _read_rows(reader, _RowReader(places, stated, effective_on, found), (text.count("\n"), progress))
    if not found.rows and not found.bad_rows:
        found.bad_rows.append(BadRow(1, "the file has no rows"))
    return found


def _delimiter(text: str) -> str:
    """The separator that the header uses most."""
    header = text.partition("\n")[0]
    return max(",;\t", key=header.count)


def _header(names: list[str], columns: Mapping[str, str]) -> tuple[str, dict[str, int]]:
    """What is wrong with the header (or nothing), and where each of our columns stands."""
    present = {name.strip().lower(): place for place, name in enumerate(names)}
    if len(present) != len(names):
        return "the header names a column twice", {}
    wanted = {ours: columns.get(ours, ours).strip().lower() for ours in COLUMNS}
    missing = [
        theirs for ours, theirs in wanted.items() if theirs not in present and (ours in REQUIRED or ours in columns)
    ]
    if missing:
        return f"the header lacks {', '.join(missing)}", {}
    places = {ours: present[theirs] for ours, theirs in wanted.items() if theirs in present}
    places["_width"] = len(names)
    return "", places


def _read_rows(reader: Iterator[list[str]], row_reader: "_RowReader", telling: tuple[int, Progress | None]) -> None:
    """Read row after row; a fault in the file's own form ends the reading, since what follows cannot be trusted."""
    total, progress = telling
    found, line = row_reader.found, 1
    try:
        for count, cells in enumerate(reader, start=1):
            # csv readers know the line they stopped at; a quoted line break makes a row longer than a line.
            line = reader.line_num  # type: ignore[attr-defined]  # the csv module's reader has it, its type is private
            row_reader.read(cells, line)
            if progress is not None and count % PROGRESS_EVERY == 0:
                progress(min(count, total), total)
    except csv.Error as problem:
        found.bad_rows.append(BadRow(line + 1, f"this is not CSV: {problem}"))
    if progress is not None:
        progress(total, total)


class _RowReader:
    """Reads one row after the other; remembers prefixes, and what texts of figures meant (there are few of them)."""

    def __init__(self, places: dict[str, int], stated: Stated, effective_on: date, found: DeckFile) -> None:
        self.width = places.pop("_width")
        self.places = places
        self.stated = stated
        self.effective_on = effective_on
        self.found = found
        self.seen: dict[str, int] = {}
        self.terms: dict[tuple[str, ...], RateTerms] = {}
        self.dates: set[str] = {""}

    def read(self, cells: list[str], line: int) -> None:
        """Put the row with the good ones or the bad ones."""
        if not any(cell.strip() for cell in cells):
            return
        try:
            row = self._row(cells, line)
        except (_RowError, MoneyError) as problem:
            self.found.bad_rows.append(BadRow(line, str(problem)))
            return
        self.found.rows.append(row)
        if row.terms.first_increment_seconds % row.terms.next_increment_seconds:
            self.found.uneven_lines.append(line)

    def _row(self, cells: list[str], line: int) -> DeckRow:
        if len(cells) != self.width:
            raise _RowError(f"it has {len(cells)} cells, the header {self.width}")
        prefix = self._prefix(self._cell(cells, "prefix"), line)
        destination = self._cell(cells, "destination")
        if not destination or len(destination) > MAX_DESTINATION_CHARACTERS:
            raise _RowError(f"a destination has 1 to {MAX_DESTINATION_CHARACTERS} characters")
        self._check_date(self._cell(cells, "effective_date"))
        if (currency := self._cell(cells, "currency").upper()) not in {"", "USD"}:
            raise _RowError(f"the price is in {currency}, and only dollars (USD) can be loaded")
        figures = tuple(
            self._cell(cells, name)
            for name in ("price_usd_per_min", "connect_fee_usd", "first_increment_s", "next_increment_s")
        )
        terms = self.terms.get(figures)
        if terms is None:
            terms = self.terms[figures] = self._terms(*figures)
        self._count_missing(figures)
        return DeckRow(prefix, destination, terms, line)

    def _cell(self, cells: list[str], name: str) -> str:
        place = self.places.get(name)
        return "" if place is None else cells[place].strip()

    def _prefix(self, text: str, line: int) -> str:
        prefix = text.removeprefix("+")
        if not (prefix.isascii() and prefix.isdigit()) or prefix.startswith("0"):
            raise _RowError(f"{text!r} is not a prefix: digits that begin with a country code")
        if len(prefix) > E164_MAX_DIGITS:
            raise _RowError(f"the prefix {prefix} is longer than a number ({E164_MAX_DIGITS} digits)")
        if (first := self.seen.setdefault(prefix, line)) != line:
            raise _RowError(f"the prefix {prefix} stands on line {first} already")
        return prefix

    def _check_date(self, text: str) -> None:
        if text in self.dates:
            return
        try:
            starts = date.fromisoformat(text)
        except ValueError:
            raise _RowError(f"{text!r} is not a date (year-month-day)") from None
        if starts > self.effective_on:
            raise _RowError(f"it starts on {starts}, after the deck ({self.effective_on})")
        self.dates.add(text)

    def _terms(self, price: str, fee: str, first: str, following: str) -> RateTerms:
        price_micros = micros_from_dollars(price)
        fee_micros = micros_from_dollars(fee) if fee else self.stated.connect_fee_micros or 0
        for text, micros in ((price, price_micros), (fee, fee_micros)):
            if micros > MAX_PRICE_MICROS:
                raise _RowError(f"{text} dollars is more than any call costs")
        return RateTerms(
            minute_price_micros=price_micros,
            connect_fee_micros=fee_micros,
            first_increment_seconds=_seconds(first, self.stated.first_increment_seconds),
            next_increment_seconds=_seconds(following, self.stated.next_increment_seconds),
        )

    def _count_missing(self, figures: tuple[str, ...]) -> None:
        """Count rows that leave open what nobody stated; the whole deck is refused for it, in one sentence."""
        _, fee, first, following = figures
        open_increment = (not first and self.stated.first_increment_seconds is None) or (
            not following and self.stated.next_increment_seconds is None
        )
        missing = self.found.missing
        if open_increment:
            missing[Missing.INCREMENTS] = missing.get(Missing.INCREMENTS, 0) + 1
        if not fee and self.stated.connect_fee_micros is None:
            missing[Missing.CONNECT_FEE] = missing.get(Missing.CONNECT_FEE, 0) + 1


def _seconds(text: str, stated: int | None) -> int:
    """An increment from its cell, else as stated; 1 stands in where the deck is refused for the gap anyway."""
    if not text:
        return 1 if stated is None else stated
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text[:9]) <= MAX_INCREMENT_SECONDS:
        raise _RowError(f"{text!r} is not an increment of 1 to {MAX_INCREMENT_SECONDS} seconds")
    return int(text)
