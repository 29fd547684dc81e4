"""Reading a carrier's price list: all of it is good, or every bad row is named by its line, with the reason.

The columns are ``prefix, destination, price_usd_per_min, connect_fee_usd, first_increment_s, next_increment_s,
effective_date`` and, where a carrier has them, ``minimum_charge_usd, free_up_to_s, steps, bands, time_zone,
longest_call_s, currency`` (others are ignored); fee and increments may be left empty where the importer states them.
Prices are dollars, or another money with its stated worth (then the columns may be named for it, as
``price_eur_per_min``). Commas, semicolons and tabs separate; a byte order mark is skipped; rows without any content
are skipped.
"""

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from operator import itemgetter
from typing import Final, NamedTuple

from crystalcall.minutes.rates.conversion import IN_DOLLARS, Conversion
from crystalcall.minutes.rates.deck_cells import FIGURES, Missing, RowError, Stated, TermsReader
from crystalcall.rules.numbering import E164_MAX_DIGITS
from crystalcall.rules.rating import RateTerms

REQUIRED: Final = ("prefix", "destination", "price_usd_per_min")
OPTIONAL: Final = (*FIGURES[1:], "effective_date", "currency")
COLUMNS: Final = REQUIRED + OPTIONAL
# Read of every row before its figures.
HEAD: Final = ("prefix", "destination", "effective_date", "currency")
MAX_DESTINATION_CHARACTERS: Final = 200
PROGRESS_EVERY: Final = 1000

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be loaded: its line in the file (the header is line 1) and why."""

    line: int
    reason: str


class DeckRow(NamedTuple):
    """A good row."""

    prefix: str
    destination: str
    terms: RateTerms
    line: int


@dataclass(slots=True)
class DeckFile:
    """What reading found; only a file without ``bad_rows`` and ``missing`` may be loaded."""

    rows: list[DeckRow] = field(default_factory=list)
    bad_rows: list[BadRow] = field(default_factory=list)
    missing: dict[Missing, int] = field(default_factory=dict)
    uneven_lines: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Reading:
    """How to read a file: what is stated, the deck's day and money, our name of a column to the file's."""

    stated: Stated
    effective_on: date
    columns: Mapping[str, str] = field(default_factory=dict)
    conversion: Conversion = IN_DOLLARS


def read_deck(
    content: bytes,
    stated: Stated,
    *,
    effective_on: date,
    columns: Mapping[str, str] | None = None,
    conversion: Conversion = IN_DOLLARS,
    progress: Progress | None = None,
) -> DeckFile:
    """Read a whole price list.

    Args:
        content: the file.
        stated: fee and increments for the rows that leave them empty.
        effective_on: the day the deck shall take effect; a row that starts later is bad.
        columns: our name of a column to the name in the file, where they differ.
        conversion: the deck's money, and what it is worth.
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
    reading = Reading(stated, effective_on, columns or {}, conversion)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    complaint, places = _header(next(reader, []), reading)
    if complaint:
        found.bad_rows.append(BadRow(1, complaint))
        return found
    _read_rows(reader, _RowReader(places, reading, found), (text.count("\n"), progress))
    if not found.rows and not found.bad_rows:
        found.bad_rows.append(BadRow(1, "the file has no rows"))
    return found


def _delimiter(text: str) -> str:
    """The separator that the header uses most."""
    header = text.partition("\n")[0]
    return max(",;\t", key=header.count)


def _header(names: list[str], reading: Reading) -> tuple[str, dict[str, int]]:
    """What is wrong with the header (or nothing), and where each of our columns stands."""
    present = {name.strip().lower(): place for place, name in enumerate(names)}
    if len(present) != len(names):
        return "the header names a column twice", {}
    columns = reading.columns
    wanted = {ours: columns.get(ours, ours).strip().lower() for ours in COLUMNS}
    if reading.conversion.converts:
        complaint = _name_by_currency(wanted, present, reading)
        if complaint:
            return complaint, {}
    missing = [
        theirs for ours, theirs in wanted.items() if theirs not in present and (ours in REQUIRED or ours in columns)
    ]
    if missing:
        return f"the header lacks {', '.join(missing)}", {}
    places = {ours: present[theirs] for ours, theirs in wanted.items() if theirs in present}
    places["_width"] = len(names)
    return "", places


def _name_by_currency(wanted: dict[str, str], present: Mapping[str, int], reading: Reading) -> str:
    """Take `price_eur_per_min` for `price_usd_per_min` where the file has it; a file with both is not clear."""
    for ours in wanted.keys() - reading.columns.keys():
        named = ours.replace("usd", reading.conversion.currency.lower())
        if named != ours and named in present:
            if ours in present:
                return f"the header has {ours} and {named}: say which is meant with --column {ours}=…"
            wanted[ours] = named
    return ""


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

    def __init__(self, places: dict[str, int], reading: Reading, found: DeckFile) -> None:
        self.width = places.pop("_width")
        # Behind the last cell of a row an empty one is put: a column that the file lacks is read there.
        self.head = itemgetter(*(places.get(name, self.width) for name in HEAD))
        self.figures = itemgetter(*(places.get(name, self.width) for name in FIGURES))
        self.reading = reading
        self.found = found
        self.seen: dict[str, tuple[int, str, tuple[str, ...]]] = {}
        self.terms = TermsReader(reading.stated, reading.conversion)
        self.good_dates: set[str] = {""}
        self.good_currencies = {"", reading.conversion.currency}

    def read(self, cells: list[str], line: int) -> None:
        """Put the row with the good ones or the bad ones; a row without any content is neither."""
        try:
            row = self._row(cells, line)
        except RowError as problem:
            if any(cell.strip() for cell in cells):
                self.found.bad_rows.append(BadRow(line, str(problem)))
            return
        self.found.rows.append(row)

    def _row(self, cells: list[str], line: int) -> DeckRow:
        if len(cells) != self.width:
            raise RowError(f"it has {len(cells)} cells, the header {self.width}")
        cells.append("")
        prefix, destination, starts, currency = self.head(cells)
        figures = self.figures(cells)
        destination = destination.strip()
        prefix = self._prefix(prefix.strip())
        known = self.seen.setdefault(prefix, (line, destination, figures))
        if known[0] != line:
            raise RowError(self._repetition(prefix, known, (destination, figures)))
        if not destination or len(destination) > MAX_DESTINATION_CHARACTERS:
            raise RowError(f"a destination has 1 to {MAX_DESTINATION_CHARACTERS} characters")
        if starts not in self.good_dates:
            self._check_date(starts)
        if currency not in self.good_currencies:
            self._check_currency(currency)
        read = self.terms.read(figures)
        for missing in read.missing:
            self.found.missing[missing] = self.found.missing.get(missing, 0) + 1
        if read.uneven:
            self.found.uneven_lines.append(line)
        return DeckRow(prefix, destination, read.terms, line)

    def _prefix(self, text: str) -> str:
        prefix = text.removeprefix("+")
        if not (prefix.isascii() and prefix.isdigit()) or prefix.startswith("0"):
            raise RowError(f"{text!r} is not a prefix: digits that begin with a country code")
        if len(prefix) > E164_MAX_DIGITS:
            raise RowError(f"the prefix {prefix} is longer than a number ({E164_MAX_DIGITS} digits)")
        return prefix

    def _repetition(
        self, prefix: str, known: tuple[int, str, tuple[str, ...]], again: tuple[str, tuple[str, ...]]
    ) -> str:
        """How a prefix contradicts the line that named it first; even without a contradiction one line is too many."""
        line, destination, figures = known
        words = f"the prefix {prefix} stands on line {line} already"
        if again[0] != destination:
            words += f", under another destination ({destination})"
        if self.terms.known.get(figures) != self.terms.read(again[1]):
            words += ", at another price"
        return words

    def _check_date(self, text: str) -> None:
        try:
            starts = date.fromisoformat(text.strip()) if text.strip() else None
        except ValueError:
            raise RowError(f"{text.strip()!r} is not a date (year-month-day)") from None
        if starts is not None and starts > self.reading.effective_on:
            raise RowError(f"it starts on {starts}, after the deck ({self.reading.effective_on})")
        self.good_dates.add(text)

    def _check_currency(self, text: str) -> None:
        currency, stated = text.strip().upper(), self.reading.conversion
        if currency not in self.good_currencies:
            raise RowError(
                f"the price is in {currency}, and the deck is said to be in {stated.currency}"
                if stated.converts
                else f"the price is in {currency}: state what that is worth (--currency {currency} --rate …)"
            )
        self.good_currencies.add(text)
