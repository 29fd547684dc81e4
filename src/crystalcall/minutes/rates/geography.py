"""Countries by name and by prefix: Babel for what they are called, shipped tables for the rest."""

import csv
import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Final

LANGUAGES: Final = ("en", "ru")
_UNIMPORTANT = re.compile(r"[^\w&]+")
# Carriers write Kosovo as a country of its own, and so does Babel; ISO has reserved XK for users.
_NOT_COUNTRIES: Final = frozenset({"EU", "EZ", "UN", "XA", "XB", "ZZ"})
_LONGEST_CALLING_CODE: Final = 3


def read_data(name: str) -> Iterator[dict[str, str]]:
    """Rows of one of the shipped tables."""
    with files("crystalcall.minutes.rates").joinpath("data", name).open(encoding="utf-8") as file:
        yield from csv.DictReader(file)


@cache
def territories(language: str) -> dict[str, str]:
    """ISO code to name in a language, countries only (Babel's CLDR; an unknown language reads English)."""
    from babel import Locale

    names = Locale.parse(language if language in LANGUAGES else "en").territories
    return {code: name for code, name in names.items() if _is_country(code)}


def _is_country(code: str) -> bool:
    """Two letters, and a place: CLDR also names continents by digits and the United Nations by letters."""
    return len(code) == len("RU") and code.isalpha() and code not in _NOT_COUNTRIES


def country_name(iso2: str | None, language: str) -> str:
    """The name of a country as CLDR writes it; satellites and the like are "International networks"."""
    if iso2 is None:
        return "Международные сети" if language == "ru" else "International networks"
    return territories(language).get(iso2, iso2)


def folded(text: str) -> str:
    """A name as it is compared: lower case, ё as е, without accents and punctuation."""
    text = unicodedata.normalize("NFKD", text.casefold().replace("ё", "е"))
    kept = "".join(character for character in text if not unicodedata.combining(character))
    # NFKD takes й apart as well; both sides are folded alike, so и for й does no harm.
    return " ".join(_UNIMPORTANT.sub(" ", kept).split())


@cache
def names_of_countries() -> dict[str, str]:
    """Folded name or alias, in English or Russian, to ISO code; aliases win over CLDR's own words."""
    known: dict[str, str] = {}
    for language in LANGUAGES:
        known.update({folded(name): iso2 for iso2, name in territories(language).items()})
    for row in read_data("country_codes.csv"):
        known.setdefault(folded(row["name_en"]), row["iso2"])
        known.setdefault(folded(row["name_ru"]), row["iso2"])
    known.update({folded(row["alias"]): row["iso2"] for row in read_data("country_aliases.csv")})
    return known


@cache
def slugs() -> dict[str, str]:
    """ISO code to the word in an address (`/rates/russia/`): the English name in plain letters."""
    return {
        iso2: re.sub(r"[^a-z0-9]+", "-", folded(name).replace("&", "and")).strip("-")
        for iso2, name in territories("en").items()
    }


@cache
def regions_of_prefix(prefix: str) -> tuple[str, ...]:
    """Countries that share the calling code a prefix begins with, the main one first; none for satellites."""
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, REGION_CODE_FOR_NON_GEO_ENTITY

    for length in range(1, _LONGEST_CALLING_CODE + 1):
        found = COUNTRY_CODE_TO_REGION_CODE.get(int(prefix[:length]))
        if found and len(prefix) >= length:
            return () if found[0] == REGION_CODE_FOR_NON_GEO_ENTITY else tuple(found)
    return ()


@cache
def _leading_digits(region: str) -> tuple[int, re.Pattern[str]] | None:
    """How the numbers of one of several countries of a code begin, where the numbering plan tells."""
    from phonenumbers import PhoneMetadata

    metadata = PhoneMetadata.metadata_for_region(region)
    if metadata is None or metadata.leading_digits is None:
        return None
    return len(str(metadata.country_code)), re.compile(metadata.leading_digits)


def country_of_prefix(prefix: str, destination: str) -> str | None:
    """The country of a prefix that a carrier calls `destination`.

    A calling code with one country decides by itself. Where countries share a code (+1, +7, +39, +44 …) the carrier's
    words decide among them, then the numbering plan, then the main country of the code.
    """
    regions = regions_of_prefix(prefix)
    if len(regions) == 1:
        return regions[0]
    if not regions:
        return None
    told = _country_in_words(destination, regions)
    if told is not None:
        return told
    for region in regions:
        leading = _leading_digits(region)
        if leading is not None and leading[1].match(prefix[leading[0] :]):
            return region
    return regions[0]


@cache
def _country_in_words(destination: str, regions: tuple[str, ...]) -> str | None:
    """Which of the countries a carrier's words name; the longest name wins ("virgin islands united states")."""
    words = f" {folded(destination)} "
    told = [
        (len(name), iso2) for name, iso2 in names_of_countries().items() if iso2 in regions and f" {name} " in words
    ]
    return max(told)[1] if told else None
