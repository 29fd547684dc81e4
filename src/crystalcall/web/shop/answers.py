"""What is answered to a number or a country: price line, evidence, and what each credit buys."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from crystalcall.minutes.rates import queries as rates
from crystalcall.minutes.rates.values import (
    CountryAnswer,
    CountryLine,
    NoRate,
    NumberAnswer,
    RatedPrefix,
    ReferencePrice,
    Suggestions,
)
from crystalcall.rules.numbering import LineType, Number, Unclear, UnclearReason
from crystalcall.rules.rating import RateTerms
from crystalcall.shop.catalogue.quotes import price_range
from crystalcall.web.shop import terms
from crystalcall.web.shop.price_lines import Offer, PriceLine, kind_name, price_cell

TYPED_LIMIT_CHARACTERS = 100
# What people call; a number of any other kind is answered when it is typed.
SHOWN_LINES = frozenset({LineType.LANDLINE, LineType.MOBILE})


@dataclass(frozen=True, slots=True)
class Evidence:
    """A reference price with where it was read; `prefix` and `deck_version` say which of our rates it is beside.

    `from_micros` is our lowest price where there are several, by area or by hour; `is_one_place` where not by area.
    """

    kind: str
    from_micros: int | None
    our_micros: int
    terms: RateTerms
    is_one_place: bool
    prefix: str
    deck_version: int
    reference: ReferencePrice | None
    hours: tuple[tuple[str, str], ...]
    zone_note: str
    steps_note: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What is shown: a price line with its evidence, or a sentence of trouble with suggestions."""

    line: PriceLine | None = None
    number: str = ""
    kinds: tuple[str, ...] = ()
    offers: tuple[Offer, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    trouble: str = ""
    suggestions: tuple[str, ...] = ()


def answer_to(typed: str, language: str, now: datetime) -> Answer:
    """The answer to what was typed, a number or a country's name in either language."""
    found = rates.search(typed, language, now)
    match found:
        case NumberAnswer():
            return _number_answer(found, language, now)
        case CountryAnswer():
            return country_answer(found.iso2, found.name, found.lines, now)
        case Suggestions():
            return _suggestions(found.countries)
        case NoRate():
            return Answer(trouble=_("We cannot carry calls to this number, so we do not sell them."))
        case Unclear():
            return Answer(trouble=unclear_text(found.reason))


def _suggestions(countries: tuple[str, ...]) -> Answer:
    if not countries:
        return Answer(
            trouble=_("No country of this name is known. Check the spelling, or look through all destinations.")
        )
    return Answer(trouble=_("No country has exactly this name. Did you mean:"), suggestions=countries)


def _number_answer(found: NumberAnswer, language: str, now: datetime) -> Answer:
    iso2 = found.rated.destination.country_iso2
    reference = rates.reference_price(iso2, found.rated.destination.line_type, now) if iso2 else None
    cell = price_cell(found.rated, reference, in_full=True)
    return Answer(
        line=PriceLine(_place_name(found, language), "", (cell,)),
        number=spoken_number(found.number),
        kinds=(cell.kind,),
        offers=(Offer(found.rated.terms, is_range=cell.from_micros is not None),),
        evidence=(_evidence(found.rated, found.rated, reference),),
    )


def _place_name(found: NumberAnswer, language: str) -> str:
    """The town first, as people say it: "Moscow, Russia"."""
    country = found.rated.destination.country_name(language)
    return country if found.place in {"", country} else f"{found.place}, {country}"


def country_answer(iso2: str, name: str, lines: Sequence[CountryLine], now: datetime) -> Answer:
    """A country's price line: each line type at its dearest rate, so that every minute shown is delivered."""
    lines = [line for line in lines if line.line_type in SHOWN_LINES]
    if not lines:
        return Answer(trouble=_("We do not sell calls to %(place)s at the moment.") % {"place": name})
    references = [rates.reference_price(iso2, line.line_type, now) for line in lines]
    cells = tuple(
        price_cell(line.dearest, reference, cheapest=line.cheapest, in_full=True)
        for line, reference in zip(lines, references, strict=True)
    )
    return Answer(
        line=PriceLine(name, "", cells),
        kinds=tuple(cell.kind for cell in cells),
        offers=tuple(Offer(line.dearest.terms, is_range=_is_range(line)) for line in lines),
        evidence=tuple(
            _evidence(line.dearest, line.cheapest, reference) for line, reference in zip(lines, references, strict=True)
        ),
    )


def _is_range(line: CountryLine) -> bool:
    low, high = price_range(line.dearest.terms)
    return min(low, price_range(line.cheapest.terms)[0]) < high


def _evidence(rated: RatedPrefix, cheapest: RatedPrefix, reference: ReferencePrice | None) -> Evidence:
    own_low, our_micros = price_range(rated.terms)
    low_micros = min(own_low, price_range(cheapest.terms)[0])
    return Evidence(
        kind=kind_name(rated.destination.line_type),
        from_micros=low_micros if low_micros < our_micros else None,
        our_micros=our_micros,
        terms=rated.terms,
        is_one_place=rated.prefix == cheapest.prefix,
        prefix=rated.prefix,
        deck_version=rated.deck_version,
        reference=reference,
        hours=terms.hours(rated.terms),
        zone_note=terms.zone_note(rated.terms),
        steps_note=terms.steps_note(rated.terms.minute_price_micros, rated.terms.steps),
    )


def spoken_number(number: Number) -> str:
    """The number as it is written internationally: "+7 495 123-45-67"."""
    import phonenumbers

    parsed = phonenumbers.parse(number.e164)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def unclear_text(reason: UnclearReason) -> str:
    """What is wrong with what was typed, and what to type instead."""
    return {
        UnclearReason.EMPTY: _("Type the number you want to call, or the name of a country."),
        UnclearReason.NOT_A_NUMBER: _("This is neither a number nor a country we know. Check the spelling."),
        UnclearReason.TOO_SHORT: _("The number is too short. Give all of it, with the country code: +7 495 123-45-67."),
        UnclearReason.TOO_LONG: _("The number is too long. Check it for doubled digits."),
        UnclearReason.AMBIGUOUS: _(
            "This could be a number of several countries. Begin with + and the country code: +7 495 123-45-67."
        ),
        UnclearReason.PREMIUM: _("This is a premium number. We do not sell calls to those."),
        UnclearReason.SATELLITE: _("This is a satellite number. We do not sell calls to those."),
        UnclearReason.UNKNOWN_COUNTRY: _("No country has this code. Begin with + and the country code."),
        UnclearReason.IMPOSSIBLE: _("No such number can exist there. Check the digits."),
    }[reason]
