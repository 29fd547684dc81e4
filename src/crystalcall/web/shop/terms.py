"""What stands beside a price, never behind it: fees, increments, hours, whatever makes a call cost more or less.

Every term that a rate can have is said here in words; a new one has its sentence before it has a customer.
"""

from datetime import datetime, timedelta

from babel.dates import format_date, format_time
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from crystalcall.hall import format as figures
from crystalcall.plumbing.settings import current
from crystalcall.rules.rating import PriceStep, RateTerms, TimeBand

USUAL_INCREMENT_SECONDS = 60
# Any Monday: the seconds of a week are counted from its midnight.
A_MONDAY = datetime(2026, 1, 5)  # noqa: DTZ001  # a day of the week, in whatever zone


def language() -> str:
    """The language in force, as the store's own code."""
    return "ru" if (get_language() or "en").startswith("ru") else "en"


def terms_note(terms: RateTerms, *, capped: bool) -> str:
    """What stands beside a quote; "" for whole minutes at one price."""
    notes = [*_charges(terms), *_increments(terms), steps_note(terms.minute_price_micros, terms.steps)]
    if terms.bands:
        notes.append(_("The price depends on the hour of the call."))
    if capped:
        caps = [seconds for seconds in (current().call_cap_seconds, terms.cap_seconds) if seconds]
        if caps:
            longest = figures.duration(min(caps), language())
            notes.append(_("One call lasts at most %(longest)s.") % {"longest": longest})
    return " ".join(note for note in notes if note)


def _charges(terms: RateTerms) -> list[str]:
    notes = []
    if terms.connect_fee_micros:
        notes.append(_("Each call: %(fee)s fee.") % {"fee": figures.cents(terms.connect_fee_micros, language())})
    if terms.minimum_charge_micros:
        least = figures.cents(terms.minimum_charge_micros, language())
        notes.append(_("A call costs %(least)s or more.") % {"least": least})
    if terms.free_up_to_seconds:
        grace = figures.duration(terms.free_up_to_seconds, language())
        notes.append(_("A call of up to %(grace)s costs nothing.") % {"grace": grace})
    return notes


def _increments(terms: RateTerms) -> list[str]:
    increments = (terms.first_increment_seconds, terms.next_increment_seconds)
    if increments == (USUAL_INCREMENT_SECONDS, USUAL_INCREMENT_SECONDS):
        return []
    return [_("Billed by %(first)d seconds, then by %(next)d.") % {"first": increments[0], "next": increments[1]}]


def steps_note(minute_price_micros: int, steps: tuple[PriceStep, ...]) -> str:
    """How the price of a minute changes while one talks: "2.1¢ a minute at first, 1¢ after 10 min."; "" if not."""
    if not steps:
        return ""
    first = _("%(price)s a minute at first") % {"price": figures.cents(minute_price_micros, language())}
    later = [
        _("%(price)s after %(time)s")
        % {
            "price": figures.cents(step.minute_price_micros, language()),
            "time": figures.duration(step.from_seconds, language()),
        }
        for step in steps
    ]
    return ", ".join([first, *later]) + "."


def hours(terms: RateTerms) -> tuple[tuple[str, str], ...]:
    """The hours with a price of their own, each with it; () where the price is the same all week."""
    return tuple((_hours_text(band), _price_text(band)) for band in terms.bands)


def zone_note(terms: RateTerms) -> str:
    """In whose time the hours are counted; "" where the price is the same all week."""
    if not terms.bands:
        return ""
    return _("Hours are those of %(zone)s.") % {"zone": terms.time_zone or current().store_time_zone}


def _price_text(band: TimeBand) -> str:
    return steps_note(band.minute_price_micros, band.steps) or figures.cents(band.minute_price_micros, language())


def _hours_text(band: TimeBand) -> str:
    """From when to when in the week: "Mon 20:00 – Tue 08:00"."""
    return f"{_moment_of_week(band.from_week_seconds)} – {_moment_of_week(band.to_week_seconds)}"


def _moment_of_week(week_seconds: int) -> str:
    at, locale = A_MONDAY + timedelta(seconds=week_seconds), figures.locale_of(language())
    return f"{format_date(at, 'EEE', locale=locale)} {format_time(at, 'HH:mm', locale=locale)}"
