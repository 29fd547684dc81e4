"""Understanding what somebody typed into "where are you calling?": a number, or a country's name."""

import difflib
from functools import cache
from typing import Final

from crystalcall.minutes.rates.geography import LANGUAGES, country_name, folded, names_of_countries, territories
from crystalcall.minutes.rates.prefix_index import PrefixIndex
from crystalcall.minutes.rates.values import (
    CountryAnswer,
    NoRate,
    NumberAnswer,
    RatedPrefix,
    Suggestions,
    area_name,
    is_place,
)
from crystalcall.rules.numbering import CLOSED_LINES, Number, Unclear, UnclearReason, read_number

MOST_SUGGESTIONS: Final = 5
# Below this likeness difflib offers Niger to somebody who typed "tiger".
LEAST_LIKENESS: Final = 0.72
LEAST_LETTERS_OF_PREFIX: Final = 2
MAX_TYPED_CHARACTERS: Final = 64


def search_for(
    typed: str, language: str, index: PrefixIndex | None
) -> NumberAnswer | CountryAnswer | Unclear | NoRate | Suggestions:
    """See `queries.search`; the index is that of the current deck, None before the first publication."""
    letters = any(character.isalpha() for character in typed.removeprefix("tel:"))
    digits = any(character.isdigit() for character in typed)
    if letters and not digits:
        return _country(typed, language, index)
    number = read_number(typed)
    return number if isinstance(number, Unclear) else _number(number, typed, language, index)


def _number(number: Number, typed: str, language: str, index: PrefixIndex | None) -> NumberAnswer | Unclear | NoRate:
    """The price of a number, unless nothing on sale reaches it or its range is closed: no quote without a call."""
    if number.line_type in CLOSED_LINES:
        return Unclear(UnclearReason(number.line_type.value), typed)
    found = index.longest(number.digits) if index else None
    if index is None or found is None:
        return NoRate(number)
    rated = index.rated(*found)
    if rated.destination.line_type in CLOSED_LINES:
        return Unclear(UnclearReason(rated.destination.line_type.value), typed)
    return NumberAnswer(number, rated, place_of(number, rated, language))


def place_of(number: Number, rated: RatedPrefix, language: str) -> str:
    """The town or region of a number in the reader's language; empty where only the country is known.

    The carrier's area comes first: numbering tables call Moscow's 495 "Московская обл." in Russian.
    """
    area = rated.destination.area
    if is_place(area):
        return area_name(area, language)
    import phonenumbers
    from phonenumbers import geocoder

    parsed = phonenumbers.parse(number.e164)
    known = geocoder.description_for_valid_number(parsed, language)
    if known == geocoder.country_name_for_number(parsed, language) or folded(known) in names_of_countries():
        return ""
    # "Mexico City, FD": the town alone has a Russian name in our table.
    town, comma, region = known.partition(", ")
    translated = area_name(town, language)
    return translated if translated != town else f"{town}{comma}{region}"


def _country(typed: str, language: str, index: PrefixIndex | None) -> CountryAnswer | Suggestions | Unclear:
    """The country that was named, or names that may have been meant."""
    if len(typed) > MAX_TYPED_CHARACTERS:
        return Suggestions(())
    wanted = folded(typed)
    if not wanted:
        return Unclear(UnclearReason.EMPTY, typed)
    exact = names_of_countries().get(wanted)
    if exact is not None:
        return _answer(exact, language, index)
    beginning = _beginning_with(wanted)
    if len(beginning) == 1:
        return _answer(beginning[0], language, index)
    # A town is no country; the country it lies in is what was meant.
    found = beginning or (index.countries_of_place(wanted) if index else ()) or _near(wanted)
    return Suggestions(tuple(country_name(iso2, language) for iso2 in found[:MOST_SUGGESTIONS]))


def _answer(iso2: str, language: str, index: PrefixIndex | None) -> CountryAnswer:
    """A country with its kinds of line."""
    lines = index.country_lines(iso2) if index else ()
    return CountryAnswer(iso2, country_name(iso2, language), lines)


def _beginning_with(wanted: str) -> tuple[str, ...]:
    """Countries one of whose names begins so, those with the shortest names first."""
    if len(wanted) < LEAST_LETTERS_OF_PREFIX:
        return ()
    names = sorted((len(name), name, iso2) for name, iso2 in _proper_names() if name.startswith(wanted))
    return tuple(dict.fromkeys(iso2 for *_, iso2 in names))


@cache
def _proper_names() -> tuple[tuple[str, str], ...]:
    """Folded name and code of every country; aliases too, since people begin with them ("Южная К…")."""
    own = [(folded(name), iso2) for language in LANGUAGES for iso2, name in territories(language).items()]
    return tuple(dict.fromkeys([*own, *names_of_countries().items()]))


def _near(wanted: str) -> tuple[str, ...]:
    """Countries whose names are nearly what was typed, best first."""
    names = dict(_proper_names())
    close = difflib.get_close_matches(wanted, names, n=MOST_SUGGESTIONS * 2, cutoff=LEAST_LIKENESS)
    return tuple(dict.fromkeys(names[name] for name in close))
