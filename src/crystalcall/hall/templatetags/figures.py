"""Tags of both doors' templates: figures in the reader's language, and the same page in the other one."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import template
from django.urls import reverse
from django.utils.translation import get_language

from crystalcall.hall import format as figures
from crystalcall.plumbing.middleware.language import in_language

register = template.Library()

PIN_GROUP_DIGITS = 4


def language() -> str:
    """The store's code of the language being rendered: "en" or "ru"."""
    return "ru" if (get_language() or "en").startswith("ru") else "en"


@register.filter
def cents(micros: int) -> str:
    """A price per minute, exactly."""
    return figures.cents(micros, language())


@register.filter
def cents_up_to(low_micros: int, high_micros: int) -> str:
    """The lowest and the highest price of several areas; one price where they are equal."""
    if low_micros == high_micros:
        return figures.cents(low_micros, language())
    return figures.cents_range(low_micros, high_micros, language())


@register.filter
def dollars(micros: int) -> str:
    """An amount with its cents, exactly."""
    return figures.dollars(micros, language())


@register.filter
def credit(micros: int) -> str:
    """The face of a credit, without cents where there are none."""
    return figures.credit(micros, language())


@register.filter
def minutes(number: int) -> str:
    """Whole minutes, in words."""
    return figures.minutes(number, language())


@register.filter
def minutes_short(number: int) -> str:
    """Whole minutes where the place is narrow."""
    return figures.minutes_short(number, language())


@register.filter
def duration(seconds: int) -> str:
    """A length of time, to the second."""
    return figures.duration(seconds, language())


@register.filter
def talk_time(seconds: int) -> str:
    """Minutes bought by the minute, in words; to the second where some of one was used."""
    return figures.duration(seconds, language()) if seconds % 60 else figures.minutes(seconds // 60, language())


@register.filter
def percent(number: int) -> str:
    """A whole percentage."""
    return figures.percent(number, language())


@register.filter
def grouped(number: int) -> str:
    """A whole number, grouped as the language does."""
    return figures.count(number, language())


@register.filter
def day(moment: dt.datetime | dt.date) -> str:
    """A day, in full."""
    return figures.date(moment, language())


@register.filter
def moment(instant: dt.datetime) -> str:
    """An instant to the minute, with its zone."""
    return figures.moment(instant, language())


@register.filter
def pin_groups(pin: str) -> str:
    """A PIN in groups of four, as people read and key it."""
    return " ".join(pin[start : start + PIN_GROUP_DIGITS] for start in range(0, len(pin), PIN_GROUP_DIGITS))


@register.filter
def telephone(e164: str) -> str:
    """A number as it is written internationally: "+1 718-555-0100"."""
    import phonenumbers

    try:
        parsed = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return e164
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL))


@register.simple_tag(takes_context=True)
def other_url(context: Mapping[str, Any], name: str, *args: object) -> str:
    """The address of a named page in the other language, for pages that answer to a form and cannot be reloaded."""
    return in_language(reverse(name, args=args), context["site"].other_language)
