"""A retail deck in memory, for the longest prefix of a number without a query.

A deck never changes once it is published, and its id is never another deck's, so an index is kept as long as there is
room. Which deck is current is asked of the database each time; a new publication is followed without a restart.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from crystalcall.minutes.rates.geography import LANGUAGES, folded
from crystalcall.minutes.rates.models import Destination, Rate, RateDeck, Route
from crystalcall.minutes.rates.retail import COMPARED_CALL_SECONDS
from crystalcall.minutes.rates.values import CountryLine, DestinationInfo, RatedPrefix, is_place
from crystalcall.rules.numbering import CLOSED_LINES, LineType
from crystalcall.rules.rating import RateTerms, charge

# Thirty days of guarantees may need a few decks at once; each is a few megabytes.
KEPT_DECKS: Final = 8
CHUNK: Final = 5000


@dataclass(frozen=True, slots=True)
class Cell:
    """What prefixes with the same destination, terms and routes share; there are far fewer of these than prefixes."""

    destination: DestinationInfo
    terms: RateTerms
    routes: tuple[tuple[str, int], ...]


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
        for length in range(min(len(digits), self._longest), 0, -1):
            prefix = digits[:length]
            cell = cells.get(prefix)
            if cell is not None:
                return prefix, cell
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
        """Cheapest and dearest by a call of three minutes, with its fees and increments; closed ranges left out."""
        found: dict[tuple[str, LineType], list[tuple[int, str, Cell]]] = {}
        for prefix, cell in self._shared_cells():
            iso2 = cell.destination.country_iso2
            if iso2 is not None and cell.destination.line_type not in CLOSED_LINES:
                cost = charge(COMPARED_CALL_SECONDS, (cell.terms,)).amount_micros
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
    routes = _routes(deck_id)
    shared: dict[tuple[object, ...], Cell] = {}
    cells: dict[str, Cell] = {}
    rows = Rate.objects.filter(deck_id=deck_id).values_list(
        "prefix",
        "destination_id",
        "minute_price_micros",
        "connect_fee_micros",
        "first_increment_seconds",
        "next_increment_seconds",
    )
    for prefix, destination_id, *figures in rows.iterator(chunk_size=CHUNK):
        way = routes.pop(prefix, ())
        key = (destination_id, *figures, way)
        cell = shared.get(key)
        if cell is None:
            cell = shared[key] = Cell(destinations[destination_id], RateTerms(*figures), way)
        cells[prefix] = cell
    return PrefixIndex(deck_id, version, cells)


def _routes(deck_id: int) -> dict[str, tuple[tuple[str, int], ...]]:
    """Carriers and their cost by prefix, in the order of rank."""
    found: dict[str, tuple[tuple[str, int], ...]] = {}
    shared: dict[tuple[tuple[str, int], ...], tuple[tuple[str, int], ...]] = {}
    rows = (
        Route.objects.filter(deck_id=deck_id)
        .order_by("prefix", "rank")
        .values_list("prefix", "carrier__code", "cost_micros")
    )
    for prefix, carrier, cost in rows.iterator(chunk_size=CHUNK):
        way = (*found.get(prefix, ()), (carrier, cost))
        found[prefix] = shared.setdefault(way, way)
    return found
