"""A retail deck in memory, for the longest prefix of a number without a query.

A deck never changes once it is published, and its id is never another deck's, so an index is kept as long as there is
room. Which deck is current is asked of the database each time; a new publication is followed without a restart.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from crystalcall.minutes.rates.comparing import weigh
from crystalcall.minutes.rates.geography import LANGUAGES, folded
from crystalcall.minutes.rates.models import Destination, Rate, RateDeck, Route
from crystalcall.minutes.rates.term_columns import TERM_FIELDS, terms_from
from crystalcall.minutes.rates.values import CountryLine, DestinationInfo, RatedPrefix, is_place
from crystalcall.rules.numbering import CLOSED_LINES, LineType
from crystalcall.rules.rating import RateTerms

# Thirty days of guarantees may need a few decks at once; each is a few megabytes.
KEPT_DECKS: Final = 8
CHUNK: Final = 5000


@dataclass(frozen=True, slots=True)
class Cell:
    """What prefixes with the same destination, terms and routes share; there are far fewer of these than prefixes.

    ``routes`` are carriers with their minute price to us, cheapest first; ``costs`` are the same carriers' whole
    terms to us, by which the cost of a call is counted.
    """

    destination: DestinationInfo
    terms: RateTerms
    routes: tuple[tuple[str, int], ...]
    costs: tuple[RateTerms, ...] = ()


class PrefixIndex:
    """The rates of one deck by prefix (about a hundred bytes each)."""

    def __init__(self, deck_id: int, version: int, cells: dict[str, Cell]) -> None:
        self.deck_id = deck_id
        self.version = version
        self._cells = cells
        self._longest = max(map(len, cells), default=0)
        self._lines: dict[str, tuple[CountryLine, ...]] | None = None
        self._places: dict[str, tuple[str, ...]] | None = None

    def __len__(self) -> int:
        return len(self._cells)

    def __iter__(self) -> Iterator[tuple[str, Cell]]:
        return iter(self._cells.items())

    def longest(self, digits: str) -> tuple[str, Cell] | None:
        """The longest prefix of the digits, with its cell."""
        cells = self._cells
        prefix = digits[: self._longest]
        while prefix:
            if prefix in cells:
                return prefix, cells[prefix]
            prefix = prefix[:-1]
        return None

    def rated(self, prefix: str, cell: Cell) -> RatedPrefix:
        """A cell as the room hands it out."""
        return RatedPrefix(self.deck_id, self.version, prefix, cell.destination, cell.terms)

    def country_lines(self, iso2: str) -> tuple[CountryLine, ...]:
        """The kinds of line of a country, cheapest and dearest prefix each."""
        if self._lines is None:
            self._lines = self._computed_lines()
        return self._lines.get(iso2, ())

    def countries(self) -> tuple[str, ...]:
        """ISO codes of every country on sale."""
        self.country_lines("")
        return tuple(self._lines or ())

    def countries_of_place(self, name: str) -> tuple[str, ...]:
        """ISO codes of the countries with a town of that (folded) name on sale, in English or Russian."""
        if self._places is None:
            destinations = {cell.destination for _, cell in self._shared_cells()}
            places: dict[str, set[str]] = {}
            for each in destinations:
                if each.country_iso2 is not None and is_place(each.area):
                    for language in LANGUAGES:
                        places.setdefault(folded(each.area_name(language)), set()).add(each.country_iso2)
            self._places = {place: tuple(sorted(found)) for place, found in places.items()}
        return self._places.get(name, ())

    def _shared_cells(self) -> list[tuple[str, Cell]]:
        """Each cell once, under the shortest of its prefixes (of these the smallest)."""
        first: dict[int, tuple[str, Cell]] = {}
        for prefix, cell in self._cells.items():
            known = first.get(id(cell))
            if known is None or (len(prefix), prefix) < (len(known[0]), known[0]):
                first[id(cell)] = (prefix, cell)
        return list(first.values())

    def _computed_lines(self) -> dict[str, tuple[CountryLine, ...]]:
        """Cheapest and dearest by a call of three minutes at the dearest hour, fees and all; closed ranges left out."""
        found: dict[tuple[str, LineType], list[tuple[int, str, Cell]]] = {}
        for prefix, cell in self._shared_cells():
            iso2 = cell.destination.country_iso2
            if iso2 is not None and cell.destination.line_type not in CLOSED_LINES:
                cost = weigh(cell.terms).compared_micros
                found.setdefault((iso2, cell.destination.line_type), []).append((cost, prefix, cell))
        lines: dict[str, list[CountryLine]] = {}
        for (iso2, line_type), cells in sorted(found.items(), key=lambda item: _order(*item[0])):
            cheapest = min(cells, key=lambda each: (each[0], len(each[1]), each[1]))
            dearest = max(cells, key=lambda each: (each[0], -len(each[1]), each[1]))
            line = CountryLine(line_type, self.rated(*cheapest[1:]), self.rated(*dearest[1:]))
            lines.setdefault(iso2, []).append(line)
        return {iso2: tuple(each) for iso2, each in lines.items()}


def _order(iso2: str, line_type: LineType) -> tuple[str, int]:
    """Countries by code, lines in the order of the rules (landline first)."""
    return iso2, list(LineType).index(line_type)


_indexes: "OrderedDict[int, PrefixIndex]" = OrderedDict()
_guard = threading.Lock()


def index_of(deck_id: int) -> PrefixIndex | None:
    """The index of a deck, loaded at its first use in this process; None if there is no such deck."""
    with _guard:
        found = _indexes.get(deck_id)
        if found is not None:
            _indexes.move_to_end(deck_id)
            return found
        loaded = _load(deck_id)
        if loaded is not None:
            _indexes[deck_id] = loaded
            while len(_indexes) > KEPT_DECKS:
                _indexes.popitem(last=False)
        return loaded


def _load(deck_id: int) -> PrefixIndex | None:
    """Read a deck from the database, sharing every value that repeats."""
    version = RateDeck.objects.filter(pk=deck_id).values_list("version", flat=True).first()
    if version is None:
        return None
    destinations = {
        row.pk: DestinationInfo(row.key, row.country_iso2, LineType(row.line_type), row.area)
        for row in Destination.objects.filter(pk__in=Rate.objects.filter(deck_id=deck_id).values("destination_id"))
    }
    ways = _ways(deck_id)
    terms: dict[tuple[object, ...], RateTerms] = {}
    shared: dict[tuple[object, ...], Cell] = {}
    cells: dict[str, Cell] = {}
    rows = Rate.objects.filter(deck_id=deck_id).values_list("prefix", "destination_id", *TERM_FIELDS)
    for prefix, destination_id, *columns in rows.iterator(chunk_size=CHUNK):
        figures = (*columns,)
        way = ways.pop(prefix, ())
        key = (destination_id, figures, way)
        cell = shared.get(key)
        if cell is None:
            asked = terms.get(figures) or terms.setdefault(figures, terms_from(figures))
            routes, costs = _routes(way, asked)
            cell = shared[key] = Cell(destinations[destination_id], asked, routes, costs)
        cells[prefix] = cell
    return PrefixIndex(deck_id, version, cells)


# Carrier and the columns of its terms, in the order of rank.
Way = tuple[tuple[object, ...], ...]
_COST_FIELDS: Final = ("cost_micros", *TERM_FIELDS[1:])


def _ways(deck_id: int) -> dict[str, Way]:
    """Carriers and their terms by prefix, in the order of rank; equal ones are one value."""
    found: dict[str, Way] = {}
    shared: dict[Way, Way] = {}
    rows = (
        Route.objects.filter(deck_id=deck_id)
        .order_by("prefix", "rank")
        .values_list("prefix", "carrier__code", *_COST_FIELDS)
    )
    for prefix, *route in rows.iterator(chunk_size=CHUNK):
        way = (*found.get(prefix, ()), tuple(route))
        found[prefix] = shared.setdefault(way, way)
    return found


def _routes(way: Way, asked: RateTerms) -> tuple[tuple[tuple[str, int], ...], tuple[RateTerms, ...]]:
    """Carriers with their minute price, and their whole terms.

    Decks published before the program kept a carrier's increments have none: such routes are counted as we count.
    """
    routes: list[tuple[str, int]] = []
    costs: list[RateTerms] = []
    for carrier, price, fee, first, following, *more in way:
        increments = (
            (asked.first_increment_seconds, asked.next_increment_seconds) if first is None else (first, following)
        )
        terms = terms_from((price, fee, *increments, *more))
        routes.append((str(carrier), terms.minute_price_micros))
        costs.append(terms)
    return (*routes,), (*costs,)
