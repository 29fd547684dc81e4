"""The places shown where nobody has named one yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from crystalcall.minutes.rates import queries as rates
from crystalcall.minutes.rates.values import CountryLine, CountrySummary
from crystalcall.rules.numbering import LineType
from crystalcall.shop.catalogue.quotes import quote_at_any_hour
from crystalcall.web.shop.price_lines import PriceCell, PriceLine, kind_name, price_cell, quote_of

# Called most from the United States by billed minutes, 2011, the last year the FCC counted
# (fcc_us_traffic_2002_2011.csv).
CALLED_MOST = ("IN", "MX", "CA", "DO", "GB", "CO", "PH", "BR")
# The Russian page opens with the places its readers come from; it claims no statistics.
AROUND_RUSSIA = ("RU", "UA", "BY", "KZ", "UZ", "AM", "GE", "MD")

EXAMPLES_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Popular:
    """A few price lines under a heading that says why these."""

    heading: str
    note: str
    lines: tuple[PriceLine, ...]


@dataclass(frozen=True, slots=True)
class Example:
    """What a credit buys to one place."""

    place: str
    minutes: int
    at_least: bool


def shown_first(language: str, now: datetime) -> Popular:
    """The price lines of the home page; no lines where no deck is published."""
    if language == "ru":
        heading, note = _("Russia and its neighbors"), ""
    else:
        heading = _("Called most from the United States")
        note = _("By minutes billed in 2011, the last year the FCC counted.")
    return Popular(heading, note, summary_lines(_summaries(language, now), now))


def _summaries(language: str, now: datetime) -> tuple[CountrySummary, ...]:
    deck = rates.current_deck(now)
    if deck is None:
        return ()
    return rates.some_countries(AROUND_RUSSIA if language == "ru" else CALLED_MOST, deck.id, language)


def summary_lines(countries: Sequence[CountrySummary], now: datetime) -> tuple[PriceLine, ...]:
    """A price line for each country, landline before mobile."""
    return tuple(
        PriceLine(country.name, country.slug, cells) for country in countries if (cells := summary_cells(country, now))
    )


def summary_cells(country: CountrySummary, now: datetime) -> tuple[PriceCell, ...]:
    """The cells of a country's price line."""
    pairs = ((country.landline, country.landline_from), (country.mobile, country.mobile_from))
    return tuple(
        price_cell(rated, rates.reference_price(country.iso2, rated.destination.line_type, now), cheapest=cheapest)
        for rated, cheapest in pairs
        if rated is not None
    )


def examples(credit_micros: int, language: str, now: datetime) -> tuple[Example, ...]:
    """What a credit buys to the first places of the home page, landline."""
    return tuple(
        _example(country, quote_of(country.landline.terms, credit_micros).minutes)
        for country in _summaries(language, now)[:EXAMPLES_SHOWN]
        if country.landline is not None
    )


def _example(country: CountrySummary, minutes: int) -> Example:
    at_least = country.landline != country.landline_from
    return Example(f"{country.name}, {kind_name(LineType.LANDLINE).lower()}", minutes, at_least)


def balance_examples(balance_micros: int, card_deck_id: int, language: str, now: datetime) -> tuple[Example, ...]:
    """What a card's balance still buys, rated as calls are: by the cheaper of the deck bought under and today's.

    Where that is not even a minute, nothing is said.
    """
    found = []
    for country in _summaries(language, now)[:EXAMPLES_SHOWN]:
        if country.landline is None:
            continue
        offers = [country.landline.terms]
        offers += [line.dearest.terms for line in _landlines(country.iso2, card_deck_id)]
        bought = quote_at_any_hour(balance_micros, offers).minutes
        if bought:
            found.append(_example(country, bought))
    return tuple(found)


def _landlines(iso2: str, deck_id: int) -> tuple[CountryLine, ...]:
    return tuple(line for line in rates.country_lines(iso2, deck_id) if line.line_type == LineType.LANDLINE)
