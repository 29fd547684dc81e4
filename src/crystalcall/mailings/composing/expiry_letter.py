"""The mails before and after credit or minutes expire: what, when, and what can be done about it."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crystalcall.customers.queries import Contact
from crystalcall.mailings import figures
from crystalcall.mailings.composing.frame import AccessSaid, Frame, access_said, frame_of
from crystalcall.mailings.composing.writing import Envelope, render
from crystalcall.mailings.values import Draft, Mail, NothingToTell, NoticeView
from crystalcall.plumbing.settings import current
from crystalcall.privacy.purposes import Purpose
from crystalcall.shop.orders.queries import ended_on, ending_on, stock
from crystalcall.shop.orders.values import Ending, OrderStock
from crystalcall.shop.orders.wording import coverage_name

HOLDS: Final = ("email", "name", "order_number", "purchase", "card_serial", "balance", "page_address")


@dataclass(frozen=True, slots=True)
class EndingSaid:
    """Some credit or minutes in words, and the card they are on."""

    what: str
    serial: str


@dataclass(frozen=True, slots=True)
class ExpiryLetterSaid:
    """Everything a template of the mail says, ready as text."""

    language: str
    subject: str
    frame: Frame = field(repr=False)
    opening: str
    lines: tuple[EndingSaid, ...]
    advice: str
    access_numbers: tuple[AccessSaid, ...]


def draft_expiring(notice: NoticeView, person: Contact, *, now: datetime) -> Draft | NothingToTell:
    """The mail before the end; nothing where all was used, a call has moved the end, or it is over already."""
    order = stock(notice.order_number, now=now)
    endings = ending_on(notice.order_number, date.fromisoformat(notice.about), now=now)
    if order is None or not endings:
        return NothingToTell()

    def write() -> Mail:
        with translation.override(order.language):
            return _mail(notice, person, _say_expiring(order, endings, person.name))

    return Draft(Purpose.ORDER_STATUS, HOLDS, write)


def draft_expired(notice: NoticeView, person: Contact, *, now: datetime) -> Draft | NothingToTell:
    """The mail after the end: what expired unused that day; nothing where nothing was left."""
    order = stock(notice.order_number, now=now)
    endings = ended_on(notice.order_number, date.fromisoformat(notice.about))
    if order is None or not endings:
        return NothingToTell()

    def write() -> Mail:
        with translation.override(order.language):
            return _mail(notice, person, _say_expired(order, endings, person.name))

    return Draft(Purpose.ORDER_STATUS, HOLDS, write)


def _mail(notice: NoticeView, person: Contact, said: ExpiryLetterSaid) -> Mail:
    return render(Envelope(person.email, said.language, notice.message_id), "expiry", said, holds=HOLDS)


def _say_expiring(order: OrderStock, endings: tuple[Ending, ...], name: str) -> ExpiryLetterSaid:
    language = order.language
    first = min(ending.ends_at for ending in endings)
    said = {
        "number": order.order_number,
        "day": figures.day(first, language),
        "bought": figures.day(order.fulfilled_at, language),
        "moment": figures.moment(first, language),
    }
    return ExpiryLetterSaid(
        language=language,
        subject=_("Order %(number)s: what is left expires on %(day)s") % said,
        frame=frame_of(name, order.token, language),
        opening=_(
            "of what you bought with order %(number)s on %(bought)s, this is left and can be used until %(moment)s."
            " What is not used by then expires."
        )
        % said,
        lines=_lines(endings, language),
        advice=_advice(endings),
        access_numbers=access_said(language),
    )


def _say_expired(order: OrderStock, endings: tuple[Ending, ...], name: str) -> ExpiryLetterSaid:
    language = order.language
    said = {
        "number": order.order_number,
        "bought": figures.day(order.fulfilled_at, language),
        "day": figures.day(endings[0].ends_at, language),
        "email": current().service_email,
    }
    return ExpiryLetterSaid(
        language=language,
        subject=_("Order %(number)s: what was left has expired") % said,
        frame=frame_of(name, order.token, language),
        opening=_("of what you bought with order %(number)s on %(bought)s, this expired unused on %(day)s.") % said,
        lines=_lines(endings, language),
        advice=_("If you think that this is a mistake, write to %(email)s.") % said,
        access_numbers=(),
    )


def _lines(endings: tuple[Ending, ...], language: str) -> tuple[EndingSaid, ...]:
    return tuple(EndingSaid(_what(ending, language), ending.serial) for ending in endings)


def _what(ending: Ending, language: str) -> str:
    """Credit as an amount, minutes with the place they are for."""
    if not ending.coverage:
        return _("%(amount)s credit") % {"amount": figures.money(ending.amount, language)}
    place = coverage_name(ending.coverage, language)
    return _("%(place)s: %(minutes)s") % {"place": place, "minutes": figures.talk_time(ending.amount, language)}


def _advice(endings: tuple[Ending, ...]) -> str:
    """What keeps the credit alive, where anything does."""
    days = current().dormant_after_days
    if not days or not all(ending.by_dormancy for ending in endings):
        return ""
    return ngettext(
        "It expires because it was not used. A call before that day keeps it for %(days)d more day.",
        "It expires because it was not used. A call before that day keeps it for %(days)d more days.",
        days,
    ) % {"days": days}
