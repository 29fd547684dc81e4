"""Reading carriers' words: which country, kind of line and area a row of a deck means."""

import re
from functools import cache
from typing import Final

from crystalcall.minutes.rates.geography import country_of_prefix, folded, names_of_countries
from crystalcall.minutes.rates.values import DestinationInfo
from crystalcall.rules.numbering import LineType

_SATELLITE_PREFIXES: Final = ("870", "881", "88216")

# The first that matches decides: a "premium mobile" is premium before it is mobile.
_LINE_WORDS: Final[tuple[tuple[LineType, re.Pattern[str]], ...]] = (
    (LineType.PREMIUM, re.compile(r"\bpremium\b", re.IGNORECASE)),
    (LineType.TOLL_FREE, re.compile(r"\btoll[ -]?free\b|\bfree ?phone\b", re.IGNORECASE)),
    (
        LineType.SATELLITE,
        re.compile(r"\bsatellite\b|\binmarsat\b|\biridium\b|\bthuraya\b|\bglobalstar\b", re.IGNORECASE),
    ),
    (
        LineType.OTHER,
        re.compile(
            r"\bspecial serv|\bshared cost\b|\bpersonal\b|\bnon[ -]?geo|\bvoip\b|\buifn\b|\bpag(?:ing|er)\b|\b0570\b",
            re.IGNORECASE,
        ),
    ),
    (LineType.MOBILE, re.compile(r"\bmobiles?\b|\bcellular\b|\bgsm\b", re.IGNORECASE)),
)

# "Russia - Mobile", "Russia-Moscow", "France-Toll Free", but not "Timor-Leste" or "Guinea-Bissau".
_SEPARATOR = re.compile(r"\s+-\s+|(?<=\w)-(?=[A-Z])|(?<=\s)-(?=\w)")
_HYPHENATED = re.compile(r"\b(Timor|Guinea|Non)-(Leste|Bissau|Geographic)\b")
_NOISE = re.compile(
    r"\bmobiles?\b|\bcellular\b|\btoll[ -]?free\b|\bfreephone\b|\bpremium(?: numbers| services)?\b|\bothers?\b"
    r"|\bfrom us/ca\b|\(zone \d\)|\b48 states\b|\bfixed\b|\bfrench antilles\b|\bregion\b(?=$)|\bsatellite\b",
    re.IGNORECASE,
)
# One spelling for what several carriers spell in their own way.
_AREAS: Final = {
    "high cost": "High cost",
    "major cities": "Major cities",
    "special services": "Special services",
    "shared cost service": "Shared cost",
    "personal": "Personal numbers",
    "service & personal": "Personal numbers",
    "non geographical": "Non-geographic",
    "non geographic": "Non-geographic",
    "st. petersburg": "St Petersburg",
    "kyiv": "Kiev",
    "bangalore": "Bengaluru (Bangalore)",
    "voip": "VoIP",
    "cyprus": "Northern Cyprus",
    "personal numbers": "Personal numbers",
}
_HEADS: Final = {"turkish republic of n cyprus": "Northern Cyprus"}


def classify(prefix: str, words: str) -> DestinationInfo:
    """The destination that a carrier's row means: the country by prefix and words, the rest by its words.

    Where the words name a country that the prefix does not belong to, the row is callable at its price but counts as
    no line of either country: it must not set a country's "from" price or a saving.
    """
    country = country_of_prefix(prefix, words)
    if prefix.startswith(_SATELLITE_PREFIXES):
        line_type = LineType.SATELLITE
    else:
        line_type = LineType.OTHER if contradicts(country, words) else line_type_of(words)
    return _destination(country, line_type, area_of(words, country))


@cache
def contradicts(country: str | None, words: str) -> bool:
    """Whether a carrier's words begin with the name of another country than the prefix's."""
    named = _country_in_front(words)
    return named is not None and named != country


@cache
def _country_in_front(words: str) -> str | None:
    """The country that the words begin with, if any."""
    return names_of_countries().get(folded(_parts(words)[0]))


def _parts(words: str) -> list[str]:
    """The words between the dashes that separate (and not those that join)."""
    return _SEPARATOR.split(_HYPHENATED.sub(r"\1 \2", words))


@cache
def line_type_of(words: str) -> LineType:
    """The kind of line that a carrier's words name; a plain country is its landlines."""
    for line_type, pattern in _LINE_WORDS:
        if pattern.search(words):
            return line_type
    return LineType.LANDLINE


@cache
def area_of(words: str, country: str | None) -> str:
    """What is left of the words without country and kind of line: a town, a region, an operator, or nothing."""
    head, *rest = _parts(words)
    # "Martinique - Mobile" under France's code, "Iridium" under none: the word in front is the area.
    before = head if country is None or contradicts(country, words) else _HEADS.get(folded(head), "")
    parts = [_cleaned(part) for part in (before, *rest)]
    return ", ".join(dict.fromkeys(part for part in parts if part))


def _cleaned(part: str) -> str:
    """One part of the words without what is said elsewhere, in one spelling."""
    text = " ".join(_NOISE.sub(" ", part).split()).strip(" -,")
    return _AREAS.get(text.lower(), text)


@cache
def _destination(country: str | None, line_type: LineType, area: str) -> DestinationInfo:
    """One value for one destination, however many prefixes lead to it."""
    words = (country or "world", line_type.value, folded(area))
    key = re.sub(r"[^\w]+", "-", "-".join(word for word in words if word)).strip("-").lower()
    return DestinationInfo(key=key.replace("_", "-"), country_iso2=country, line_type=line_type, area=area)
