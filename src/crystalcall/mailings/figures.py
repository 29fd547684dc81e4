"""How figures look in a mail: in the reader's language, never in another amount."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal
from django.utils.translation import ngettext

from crystalcall.rules.money import MICROS_PER_DOLLAR, dollars_from_micros

_LOCALES: Final = {"en": Locale("en", "US"), "ru": Locale("ru")}
# Babel's own Russian pattern, with the sign of the one currency there is instead of "US$".
_PATTERNS: Final = {"en": ("$#,##0", "$#,##0.00"), "ru": ("#,##0\u00a0$", "#,##0.00\u00a0$")}
PIN_GROUP: Final = 4
MICROS_PER_CENT: Final = 10_000
SECONDS_PER_MINUTE: Final = 60
# Some days end in the middle of the night elsewhere, so an instant is said with its hour.
_MOMENTS: Final = {"en": "MMMM d, y, h:mm a 'UTC'", "ru": "d MMMM y 'г.', HH:mm 'UTC'"}


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


def day(when: date, language: str) -> str:
    """A day in full: "November 23, 2026", «23 ноября 2026 г.»."""
    return _with_common_spaces(format_date(when, "long", locale=_LOCALES[language]))


def moment(when: datetime, language: str) -> str:
    """An instant to the minute: "November 23, 2026, 3:00 PM UTC", «23 ноября 2026 г., 15:00 UTC»."""
    return format_datetime(when.astimezone(UTC), _MOMENTS[language], tzinfo=UTC, locale=_LOCALES[language])


def _with_common_spaces(said: str) -> str:
    """CLDR's narrow space is missing from common fonts, which then set none at all."""
    return said.replace("\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}")


def minute_price(amount_micros: int, language: str) -> str:
    """A price of a minute: in cents below a dollar ("2.1¢", «2,1 ¢»), else in dollars."""
    if amount_micros >= MICROS_PER_DOLLAR:
        return _exact_dollars(amount_micros, language)
    cents = Decimal(amount_micros) / MICROS_PER_CENT
    figure = format_decimal(cents, format="#,##0.####", locale=_LOCALES[language], decimal_quantization=False)
    return f"{figure}\u00a0¢" if language == "ru" else f"{figure}¢"


def minute_prices(low_micros: int, high_micros: int, language: str) -> str:
    """The lowest and the highest of several prices of a minute: "2.1–37¢", «2,1–37 ¢», "80¢–$1.20"; or the one."""
    low, high = minute_price(low_micros, language), minute_price(high_micros, language)
    if low_micros == high_micros:
        return high
    if (low_micros < MICROS_PER_DOLLAR) != (high_micros < MICROS_PER_DOLLAR):
        return f"{low}–{high}"
    sign = "$" if high_micros >= MICROS_PER_DOLLAR else "¢"
    bare = low.removesuffix(sign).rstrip()
    return f"{bare}–{high.removeprefix(sign)}"


def _exact_dollars(amount_micros: int, language: str) -> str:
    amount = dollars_from_micros(amount_micros)
    figure = format_decimal(amount, format="#,##0.00####", locale=_LOCALES[language], decimal_quantization=False)
    return f"{figure}\u00a0$" if language == "ru" else f"${figure}"


def talk_time(seconds: int, language: str) -> str:
    """Minutes bought by the minute: "120 minutes", «1 минута»; seconds beside them where some were used."""
    whole, rest = divmod(seconds, SECONDS_PER_MINUTE)
    said = ngettext("%(count)s minute", "%(count)s minutes", whole) % {"count": count(whole, language)}
    if not rest:
        return said
    spare = ngettext("%(count)s second", "%(count)s seconds", rest) % {"count": count(rest, language)}
    return f"{said} {spare}" if whole else spare


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
