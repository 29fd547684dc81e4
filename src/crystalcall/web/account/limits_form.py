"""The limits of a card as people write them: dollars, minutes, names of countries."""

from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from django.http import QueryDict
from django.utils.translation import gettext as _

from crystalcall.hall.typed import typed
from crystalcall.minutes.limits.values import LimitChanges, OwnLimits
from crystalcall.minutes.rates.geography import country_name, folded, names_of_countries, territories
from crystalcall.rules.limits import MOST_CALL_SECONDS, MOST_CAP_MICROS
from crystalcall.rules.money import MICROS_PER_DOLLAR

SECONDS_PER_MINUTE = 60
MICROS_PER_CENT = MICROS_PER_DOLLAR // 100
COUNTRIES_LIMIT_CHARACTERS = 4000


@dataclass(frozen=True, slots=True)
class LimitsForm:
    """What stands in the fields, and a sentence for each that could not be read; "" is no limit."""

    day_cap: str = ""
    call_cap: str = ""
    call_minutes: str = ""
    countries: str = ""
    premium_allowed: bool = False
    satellite_allowed: bool = False
    errors: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, own: OwnLimits, language: str) -> "LimitsForm":
        """As set now."""
        return cls(
            day_cap=_dollars(own.day_cap_micros),
            call_cap=_dollars(own.call_cap_micros),
            call_minutes="" if own.call_cap_seconds is None else str(own.call_cap_seconds // SECONDS_PER_MINUTE),
            countries=", ".join(sorted(country_name(iso2, language) for iso2 in own.allowed_countries or ())),
            premium_allowed=own.premium_allowed,
            satellite_allowed=own.satellite_allowed,
        )


def read_limits(posted: QueryDict, language: str) -> tuple[LimitsForm, LimitChanges]:
    """The form as it was sent, and what it sets; where something could not be read, nothing is to be set."""
    form = LimitsForm(
        day_cap=typed(posted, "day_cap"),
        call_cap=typed(posted, "call_cap"),
        call_minutes=typed(posted, "call_minutes"),
        countries=typed(posted, "countries", COUNTRIES_LIMIT_CHARACTERS),
        premium_allowed=bool(typed(posted, "premium")),
        satellite_allowed=bool(typed(posted, "satellite")),
    )
    errors: dict[str, str] = {}
    changes: LimitChanges = {
        "day_cap_micros": _micros(form.day_cap, "day_cap", _("a day"), errors),
        "call_cap_micros": _micros(form.call_cap, "call_cap", _("a call"), errors),
        "call_cap_seconds": _seconds(form.call_minutes, errors),
        "allowed_countries": _countries(form.countries, language, errors),
        "premium_allowed": form.premium_allowed,
        "satellite_allowed": form.satellite_allowed,
    }
    form.errors.update(errors)
    return form, changes


def _dollars(micros: int | None) -> str:
    return "" if micros is None else f"{Decimal(micros) / MICROS_PER_DOLLAR:.2f}"


def _micros(text: str, name: str, of_what: str, errors: dict[str, str]) -> int | None:
    """An amount in dollars and cents, or None where none was given."""
    if not text:
        return None
    plain = text.replace("$", "").replace("\N{NO-BREAK SPACE}", "").replace(" ", "").replace(",", ".")
    try:
        micros = int(Decimal(plain) * MICROS_PER_DOLLAR) if len(plain) < COUNTED_CHARACTERS else -1
    except (InvalidOperation, OverflowError, ValueError):
        micros = -1
    if not MICROS_PER_CENT <= micros <= MOST_CAP_MICROS or micros % MICROS_PER_CENT:
        said = _("Most for %(of_what)s: please give dollars and cents, such as 2.50; or leave it empty.")
        errors[name] = said % {"of_what": of_what}
        return None
    return micros


def _seconds(text: str, errors: dict[str, str]) -> int | None:
    if not text:
        return None
    most = MOST_CALL_SECONDS // SECONDS_PER_MINUTE
    minutes = int(text) if text.isascii() and text.isdigit() and len(text) < COUNTED_CHARACTERS else 0
    if not 1 <= minutes <= most:
        errors["call_minutes"] = _("Please give whole minutes, at most %(most)s; or leave it empty.") % {"most": most}
        return None
    return minutes * SECONDS_PER_MINUTE


def _countries(text: str, language: str, errors: dict[str, str]) -> tuple[str, ...] | None:
    """Countries by name in either language or by their two letters; None where none was named."""
    if not text:
        return None
    known, codes = names_of_countries(), territories(language)
    found, strange = set(), []
    for word in (part.strip() for part in text.replace(";", ",").replace("\n", ",").split(",")):
        if not word:
            continue
        iso2 = word.upper() if word.upper() in codes else known.get(folded(word))
        if iso2:
            found.add(iso2)
        else:
            strange.append(word)
    if strange:
        errors["countries"] = _("We know no country of this name: %(names)s") % {"names": ", ".join(strange[:5])}
    return tuple(sorted(found)) or None


COUNTED_CHARACTERS = 12
"""So long may a number be that anybody means."""
