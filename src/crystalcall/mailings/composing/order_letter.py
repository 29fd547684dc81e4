"""The mail that brings the PINs of an order: gathered from the rooms below, said in the order's language."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crystalcall.customers.queries import Contact
from crystalcall.mailings import figures
from crystalcall.mailings.composing.frame import AccessSaid, Frame, access_said, frame_of
from crystalcall.mailings.composing.writing import Envelope, render
from crystalcall.mailings.values import Draft, Mail
from crystalcall.minutes.rates.queries import country_lines
from crystalcall.minutes.rates.values import DestinationInfo
from crystalcall.plumbing.settings import Settings, current
from crystalcall.privacy.purposes import Purpose
from crystalcall.rules.numbering import LineType
from crystalcall.shop.catalogue.quotes import quote_at_any_hour
from crystalcall.shop.orders.actions import pins_to_mail
from crystalcall.shop.orders.values import LineView, OrderLetter

# Where readers of each language call most; a country the deck does not know is left out.
EXAMPLE_COUNTRIES: Final = {"en": ("MX", "IN", "PH", "RU"), "ru": ("RU", "UA", "KZ", "UZ")}
HOLDS: Final = ("email", "name", "order_number", "purchase", "pin", "balance", "page_address")
EXAMPLE_LINE_TYPES: Final = (LineType.LANDLINE, LineType.MOBILE)


@dataclass(frozen=True, slots=True)
class CardSaid:
    """A card as the mail says it."""

    pin: str = field(repr=False)
    credit: str


@dataclass(frozen=True, slots=True)
class ExampleSaid:
    """How long one call to a place can be, in words."""

    place: str
    minutes: str


@dataclass(frozen=True, slots=True)
class LetterSaid:
    """Everything a template of the mail says, ready as text."""

    language: str
    subject: str
    frame: Frame = field(repr=False)
    order_number: str
    total: str
    cards: tuple[CardSaid, ...] = field(repr=False)
    steps: tuple[str, ...]
    access_numbers: tuple[AccessSaid, ...]
    example_credit: str
    examples: tuple[ExampleSaid, ...]
    guarantee: str
    cap: str


def draft_fulfilled(order: OrderLetter, person: Contact, *, message_id: str, now: datetime) -> Draft:
    """The mail that brings the PINs of a fulfilled order."""

    def write() -> Mail:
        envelope = Envelope(person.email, order.language, message_id)
        with translation.override(order.language):
            return render(envelope, "order_fulfilled", _say(order, person, now=now), holds=HOLDS)

    return Draft(Purpose.ORDER_FULFILLMENT, HOLDS, write)


def _say(order: OrderLetter, person: Contact, *, now: datetime) -> LetterSaid:
    settings, language = current(), order.language
    best = max(order.lines, key=lambda line: line.unit_credit_micros)
    subject = _("Your Crystal Call PIN, order %(number)s") % {"number": order.order_number}
    return LetterSaid(
        language=language,
        subject=subject,
        frame=frame_of(person.name, order.token, language),
        order_number=order.order_number,
        total=figures.money(order.total_micros, language),
        cards=_cards(order),
        steps=_steps(),
        access_numbers=access_said(language),
        example_credit=figures.money(best.unit_credit_micros, language),
        examples=_examples(best, language),
        guarantee=_guarantee(order, settings, now=now),
        cap=_cap(settings),
    )


def _cards(order: OrderLetter) -> tuple[CardSaid, ...]:
    """The PINs with their credit; cards come in the order of the lines, so many to each."""
    credits_micros = [line.unit_credit_micros for line in order.lines for _card in range(line.quantity)]
    return tuple(
        CardSaid(figures.pin_in_groups(card.pin), figures.money(credit_micros, order.language))
        for card, credit_micros in zip(pins_to_mail(order.order_number), credits_micros, strict=True)
    )


def _steps() -> tuple[str, ...]:
    return (
        _("Dial an access number."),
        _("Key in your PIN."),
        _("Key in the country code and the number, then #."),
    )


def _examples(line: LineView, language: str) -> tuple[ExampleSaid, ...]:
    """Minutes under the deck of the purchase, from each country's dearest area to its cheapest: all are delivered."""
    examples = []
    for iso2 in EXAMPLE_COUNTRIES[language]:
        for country_line in country_lines(iso2, line.deck_id):
            if country_line.line_type not in EXAMPLE_LINE_TYPES:
                continue
            least, most = (
                quote_at_any_hour(line.unit_credit_micros, [rated.terms]).minutes
                for rated in (country_line.dearest, country_line.cheapest)
            )
            if least:
                place = _place(country_line.dearest.destination, language)
                examples.append(ExampleSaid(place, _minutes(least, most, language)))
    return tuple(examples)


def _minutes(least: int, most: int, language: str) -> str:
    """The range in words: "20–270 minutes"; which end it is depends on the area called."""
    low, high = figures.count(least, language), figures.count(most, language)
    said = high if least == most else f"{low}–{high}"
    return ngettext("%(count)s minute", "%(count)s minutes", most) % {"count": said}


def _place(destination: DestinationInfo, language: str) -> str:
    """The country and the kind of line: the dearest area's name would be a surprise."""
    return f"{destination.country_name(language)}, {destination.line_name(language)}"


def _guarantee(order: OrderLetter, settings: Settings, *, now: datetime) -> str:
    until = (order.fulfilled_at or now) + timedelta(days=settings.guarantee_days)
    return _("Until %(day)s no call costs more than at today's prices.") % {"day": figures.day(until, order.language)}


def _cap(settings: Settings) -> str:
    minutes = settings.call_cap_seconds // 60
    if not settings.call_cap_seconds:
        return ""
    return ngettext(
        "One call lasts at most %(count)d minute.", "One call lasts at most %(count)d minutes.", minutes
    ) % {"count": minutes}
