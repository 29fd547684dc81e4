"""How figures look in a mail: in the reader's language, never in another amount."""

from datetime import datetime
from decimal import Decimal
from typing import Final

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal

from crystalcall.rules.money import MICROS_PER_DOLLAR, dollars_from_micros

_LOCALES: Final = {"en": Locale("en", "US"), "ru": Locale("ru")}
# Babel's own Russian pattern, with the sign of the one currency there is instead of "US$".
_PATTERNS: Final = {"en": ("$#,##0", "$#,##0.00"), "ru": ("#,##0\u00a0$", "#,##0.00\u00a0$")}
PIN_GROUP: Final = 4


def money(amount_micros: int, language: str) -> str:
    """An amount in dollars: "$10", "$4.99", «10 $», «4,99 $»; whole dollars without cents."""
    whole, with_cents = _PATTERNS[language]
    pattern = with_cents if amount_micros % MICROS_PER_DOLLAR else whole
    amount: Decimal = dollars_from_micros(amount_micros)
    return format_currency(
        amount, "USD", format=pattern, locale=_LOCALES[language], currency_digits=False, decimal_quantization=False
    )


def count(number: int, language: str) -> str:
    """A whole number, grouped as the language groups."""
    return format_decimal(number, locale=_LOCALES[language])


def day(when: datetime, language: str) -> str:
    """A day in full: "November 23, 2026", «23 ноября 2026 г.»."""
    return format_date(when, "long", locale=_LOCALES[language])


def pin_in_groups(pin: str) -> str:
    """A PIN as it is read aloud: "1234 5678 9012"."""
    return " ".join(pin[start : start + PIN_GROUP] for start in range(0, len(pin), PIN_GROUP))


def telephone(e164: str) -> str:
    """A telephone number as it is written internationally: "+1 212-555-0123"."""
    import phonenumbers

    try:
        number = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return e164
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
