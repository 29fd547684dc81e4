"""How a cell of an export is said to its reader: as on the shop's own pages, in the reader's language."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from babel import Locale
from babel.dates import format_datetime
from babel.numbers import format_decimal
from django.utils.translation import gettext as _

from crystalcall.privacy.keepers import Cell, Column, ColumnKind
from crystalcall.privacy.place_words import place_words

MICROS: Final = Decimal(1_000_000)
SECONDS_PER_MINUTE: Final = 60
NBSP: Final = "\N{NO-BREAK SPACE}"
MINUS: Final = "\N{MINUS SIGN}"
_LOCALES: Final = {"en": Locale("en", "US"), "ru": Locale("ru")}
_MOMENTS: Final = {"en": "MMMM d, y, h:mm a 'UTC'", "ru": "d MMMM y 'г.', HH:mm 'UTC'"}


def said(column: Column, cell: Cell, language: str) -> str:
    """A cell in words of a language ("en" or "ru", which must be active); empty where there is nothing."""
    if cell is None or cell in ("", ()):
        return ""
    if isinstance(cell, bool):
        return _("yes") if cell else _("no")
    if isinstance(cell, datetime):
        return str(format_datetime(cell.astimezone(UTC), _MOMENTS[language], locale=_LOCALES[language]))
    if isinstance(cell, int):
        return _number(column.kind, cell, language)
    if isinstance(cell, tuple):
        return ", ".join(_text(column, each, language) for each in cell)
    return _text(column, cell, language)


def _text(column: Column, text: str, language: str) -> str:
    if column.kind in (ColumnKind.PLACE, ColumnKind.PLACES):
        return place_words(text, language)
    if column.say is not None:
        return column.say(text, language)
    return str(column.words.get(text, text))


def _number(kind: ColumnKind, number: int, language: str) -> str:
    if kind is ColumnKind.MONEY:
        return _money(number, language)
    return _duration(number, language) if kind is ColumnKind.SECONDS else str(number)


def _money(micros: int, language: str) -> str:
    """An amount exactly, cents always shown: "$9.979", «−0,051 $»."""
    figure = format_decimal(
        abs(micros) / MICROS, format="#,##0.00####", locale=_LOCALES[language], decimal_quantization=False
    )
    sign = MINUS if micros < 0 else ""
    return f"{sign}{figure}{NBSP}$" if language == "ru" else f"{sign}${figure}"


def _duration(seconds: int, language: str) -> str:
    """A length of time to the second: "12 min 30 s", «12 мин 30 с»."""
    minute, second = ("мин", "с") if language == "ru" else ("min", "s")
    whole, rest = divmod(seconds, SECONDS_PER_MINUTE)
    minutes = f"{format_decimal(whole, locale=_LOCALES[language])}{NBSP}{minute}" if whole else ""
    return NBSP.join(part for part in (minutes, f"{rest}{NBSP}{second}" if rest or not whole else "") if part)
