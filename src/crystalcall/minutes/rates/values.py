"""What the room hands out: frozen values, with names a person can read."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Final

from crystalcall.minutes.rates.comparing import at_dearest_hour
from crystalcall.minutes.rates.geography import country_name, read_data
from crystalcall.rules.numbering import LineType, Number
from crystalcall.rules.rating import RateTerms

_LINE_WORDS: Final[dict[str, dict[LineType, str]]] = {
    "en": {
        LineType.LANDLINE: "landline",
        LineType.MOBILE: "mobile",
        LineType.TOLL_FREE: "toll-free",
        LineType.PREMIUM: "premium",
        LineType.SATELLITE: "satellite",
        LineType.OTHER: "other services",
    },
    "ru": {
        LineType.LANDLINE: "городской",
        LineType.MOBILE: "мобильный",
        LineType.TOLL_FREE: "бесплатный вызов",
        LineType.PREMIUM: "платные услуги",
        LineType.SATELLITE: "спутниковый",
        LineType.OTHER: "другие услуги",
    },
}


@cache
def _areas_in_russian() -> dict[str, str]:
    """Areas that carriers name, in Russian; operators keep their own names."""
    return {row["en"]: row["ru"] for row in read_data("areas.csv")}


def line_word(line_type: LineType, language: str) -> str:
    """The kind of line in a word: "landline", «городской»."""
    return _LINE_WORDS.get(language, _LINE_WORDS["en"])[line_type]


def area_name(area: str, language: str) -> str:
    """An area in the reader's language where it has such a name, else as the carrier writes it."""
    return _areas_in_russian().get(area, area) if language == "ru" else area


def is_place(area: str) -> bool:
    """Whether an area is a town or region known to the shipped table (and not an operator)."""
    return area in _areas_in_russian()


@dataclass(frozen=True, slots=True)
class DestinationInfo:
    """A place and a kind of line; no country for satellites and the like; the area may be empty."""

    key: str
    country_iso2: str | None
    line_type: LineType
    area: str

    def country_name(self, language: str) -> str:
        """The country in the reader's language."""
        return country_name(self.country_iso2, language)

    def line_name(self, language: str) -> str:
        """The kind of line in the reader's language."""
        return line_word(self.line_type, language)

    def area_name(self, language: str) -> str:
        """The area in the reader's language; may be empty."""
        return area_name(self.area, language)

    def name(self, language: str) -> str:
        """All of it: "Russia, landline, Moscow", «Россия, городской, Москва»."""
        words = (self.country_name(language), self.line_name(language), self.area_name(language))
        return ", ".join(word for word in words if word)


def place_words(place: str, language: str) -> str:
    """A place as others keep it, in words: "ru-landline" is "Russia, landline"; "ru-*" and "ru" are all of Russia."""
    iso2, _dash, line = place.partition("-")
    if not line or line == "*":
        return country_name(iso2.upper(), language)
    kind, _dash, area = line.partition("-")
    try:
        return DestinationInfo(place, iso2.upper(), LineType(kind), area).name(language)
    except ValueError:
        return place


@dataclass(frozen=True, slots=True)
class Deck:
    """A retail deck."""

    id: int
    version: int
    effective_at: datetime


@dataclass(frozen=True, slots=True)
class DeckInfo:
    """A retail deck with what became of it; ``rules`` is the file of rules it was made by, or empty."""

    deck: Deck
    published_at: datetime
    withdrawn_at: datetime | None
    margin_basis_points: int
    rules: str


@dataclass(frozen=True, slots=True)
class CarrierDeckInfo:
    """A carrier's price list as it was loaded; amounts of other money were converted at ``dollars_per_unit``."""

    id: int
    carrier: str
    effective_at: datetime
    imported_at: datetime
    withdrawn_at: datetime | None
    source: str
    row_count: int
    currency: str
    dollars_per_unit: Decimal


@dataclass(frozen=True, slots=True)
class RatedPrefix:
    """What calls to a prefix cost under one deck."""

    deck_id: int
    deck_version: int
    prefix: str
    destination: DestinationInfo
    terms: RateTerms

    @property
    def quoted_terms(self) -> RateTerms:
        """What is said to whoever asks without a call: where prices change with the hour, those of the dearest."""
        return at_dearest_hour(self.terms)


@dataclass(frozen=True, slots=True)
class Route:
    """A carrier to send a call through, the digits to dial there, its minute price and its whole terms to us."""

    carrier: str
    dial: str
    cost_micros: int
    cost: RateTerms


@dataclass(frozen=True, slots=True)
class ReferencePrice:
    """What another seller asks the public for a minute, with where and when that was found."""

    minute_price_micros: int
    carrier: str
    year: int
    source: str
    line_type: str


@dataclass(frozen=True, slots=True)
class Saving:
    """How much less we ask than a reference; whole percent, rounded down; never zero or less."""

    percent: int
    reference: ReferencePrice
    our_minute_price_micros: int
    country_iso2: str
    line_type: LineType
    destination: DestinationInfo


@dataclass(frozen=True, slots=True)
class CountryLine:
    """One kind of line of a country: its cheapest prefix ("from") and its dearest ("at most"; quotes use this one)."""

    line_type: LineType
    cheapest: RatedPrefix
    dearest: RatedPrefix


@dataclass(frozen=True, slots=True)
class CountrySummary:
    """A country on sale.

    ``landline`` and ``mobile`` are the dearest prefix of their kind, so that every minute said is delivered;
    ``landline_from`` and ``mobile_from`` the cheapest.
    """

    iso2: str
    slug: str
    name: str
    landline: RatedPrefix | None
    mobile: RatedPrefix | None
    landline_from: RatedPrefix | None
    mobile_from: RatedPrefix | None


@dataclass(frozen=True, slots=True)
class NumberAnswer:
    """A number that can be called; ``place`` is the town or region in the reader's language, or empty."""

    number: Number
    rated: RatedPrefix
    place: str


@dataclass(frozen=True, slots=True)
class CountryAnswer:
    """A country that was named; no lines if nothing there is on sale."""

    iso2: str
    name: str
    lines: tuple[CountryLine, ...]


@dataclass(frozen=True, slots=True)
class NoRate:
    """A good number that nothing on sale reaches."""

    number: Number


@dataclass(frozen=True, slots=True)
class Suggestions:
    """No country of that name; names it may have meant, best first (perhaps none)."""

    countries: tuple[str, ...]
