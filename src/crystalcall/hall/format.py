"""How figures look: prices, minutes, percentages and dates in the reader's language, never in another amount.

Every function is pure in (figure, language), so answers are remembered: a page of all destinations asks for
some two thousand of them. Languages are the store's own codes, "en" and "ru".
"""

import datetime as dt
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.dates import format_date, format_time, get_datetime_format
from babel.numbers import format_decimal
from django.utils.translation import ngettext, override

MICROS_PER_DOLLAR = 1_000_000
MICROS_PER_CENT = 10_000
SECONDS_PER_MINUTE = 60

NBSP = "\N{NO-BREAK SPACE}"
NARROW_NBSP = "\N{NARROW NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"

# Amounts below this many micros are said in cents, from here on in dollars.
CENTS_END_MICROS = MICROS_PER_DOLLAR

_WHOLE_FIGURES = "#,##0"
_EXACT_CENTS = "#,##0.####"
_EXACT_DOLLARS = "#,##0.00####"


@lru_cache(maxsize=8)
def locale_of(language: str) -> Locale:
    """Babel's locale for one of the store's languages; Russian for "ru", American English for the rest."""
    return Locale("ru") if language == "ru" else Locale("en", "US")


@lru_cache(maxsize=8192)
def cents(micros: int, language: str) -> str:
    """Say a small price exactly: 21000 micros are "2.1¢", «2,1 ¢»; from one dollar on it is said in dollars."""
    if abs(micros) >= CENTS_END_MICROS:
        return dollars(micros, language)
    amount = Decimal(abs(micros)) / MICROS_PER_CENT
    figure = format_decimal(amount, format=_EXACT_CENTS, locale=locale_of(language), decimal_quantization=False)
    sign = MINUS if micros < 0 else ""
    return f"{sign}{figure}{NBSP}¢" if language == "ru" else f"{sign}{figure}¢"


@lru_cache(maxsize=1024)
def cents_range(low_micros: int, high_micros: int, language: str) -> str:
    """Say the prices of several areas together: "3.7–48.2¢", «3,7–48,2 ¢», "80¢–$1.20"."""
    low, high = cents(low_micros, language), cents(high_micros, language)
    if (low_micros < CENTS_END_MICROS) != (high_micros < CENTS_END_MICROS):
        return f"{low}–{high}"
    return low.removesuffix("¢").removesuffix("$").removesuffix(NBSP) + "–" + high.removeprefix("$")


@lru_cache(maxsize=8192)
def dollars(micros: int, language: str) -> str:
    """Say an amount exactly, cents always shown: "$9.979", "$20.00", «20,00 $»."""
    return _dollars(micros, _EXACT_DOLLARS, language)


@lru_cache(maxsize=1024)
def credit(micros: int, language: str) -> str:
    """Say the face of a credit: whole dollars without cents ("$10", «10 $»), any other amount exactly."""
    pattern = _EXACT_DOLLARS if micros % MICROS_PER_DOLLAR else _WHOLE_FIGURES
    return _dollars(micros, pattern, language)


def _dollars(micros: int, pattern: str, language: str) -> str:
    amount = Decimal(abs(micros)) / MICROS_PER_DOLLAR
    figure = format_decimal(amount, format=pattern, locale=locale_of(language), decimal_quantization=False)
    sign = MINUS if micros < 0 else ""
    return f"{sign}{figure}{NBSP}$" if language == "ru" else f"{sign}${figure}"


@lru_cache(maxsize=8192)
def count(number: int, language: str) -> str:
    """Group a whole number as the language does: "12,345", «12 345»."""
    return format_decimal(number, format=_WHOLE_FIGURES, locale=locale_of(language))


@lru_cache(maxsize=8192)
def minutes(number: int, language: str) -> str:
    """Say whole minutes with the right plural: "476 minutes", «476 минут», «1 минута»."""
    with override(language):
        # Translators: %(figure)s is the grouped number, for example 1,190.
        said = ngettext("%(figure)s minute", "%(figure)s minutes", number) % {"figure": count(number, language)}
    return said.replace(" ", NBSP)


@lru_cache(maxsize=8192)
def minutes_short(number: int, language: str) -> str:
    """Say whole minutes in a narrow place: "476 min", «476 мин»."""
    unit = "мин" if language == "ru" else "min"
    return f"{count(number, language)}{NBSP}{unit}"


@lru_cache(maxsize=2048)
def duration(seconds: int, language: str) -> str:
    """Say a length of time to the second: "12 min 30 s", «12 мин 30 с», "45 s"."""
    whole, rest = divmod(seconds, SECONDS_PER_MINUTE)
    second_unit = "с" if language == "ru" else "s"
    said_rest = f"{rest}{NBSP}{second_unit}"
    if not whole:
        return said_rest
    return minutes_short(whole, language) + (f"{NBSP}{said_rest}" if rest else "")


@lru_cache(maxsize=512)
def percent(number: int, language: str) -> str:
    """Say a whole percentage: "78%", «78 %»."""
    return f"{number}{NBSP}%" if language == "ru" else f"{number}%"


def date(moment: dt.datetime | dt.date, language: str) -> str:
    """Say a day in full: "November 23, 2026", «23 ноября 2026 г.»."""
    return _date(moment.date() if isinstance(moment, dt.datetime) else moment, language)


def moment(moment: dt.datetime, language: str) -> str:
    """Say an instant to the minute in UTC, the zone named, because the buyer's zone is not known to the store."""
    at = moment.astimezone(dt.UTC)
    # Day and minute are remembered each for itself: a list of calls says them again and again, and never the pair.
    return (
        _pair(language).replace("{0}", _time(at.hour, at.minute, language)).replace("{1}", _date(at.date(), language))
    )


@lru_cache(maxsize=4096)
def _date(day: dt.date, language: str) -> str:
    return _with_common_spaces(format_date(day, format="long", locale=locale_of(language)))


@lru_cache(maxsize=4096)
def _time(hour: int, minute: int, language: str) -> str:
    """Without the seconds that CLDR's long form carries; the itemized proof counts seconds elsewhere."""
    at = dt.datetime(2000, 1, 1, hour, minute, tzinfo=dt.UTC)
    said = format_time(at, format="long", locale=locale_of(language), tzinfo=dt.UTC)
    return _with_common_spaces(said.replace(f":{minute:02}:00", f":{minute:02}", 1))


@lru_cache(maxsize=8)
def _pair(language: str) -> str:
    """How CLDR puts a time {0} beside a day {1}."""
    return _with_common_spaces(str(get_datetime_format("long", locale=locale_of(language))).replace("'", ""))


def _with_common_spaces(said: str) -> str:
    """CLDR's narrow space is missing from common fonts, which then set none at all."""
    return said.replace(NARROW_NBSP, NBSP)
