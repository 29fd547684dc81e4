"""The mail before prices rise: what gets dearer and when, and what it means for the credit the reader still has."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crystalcall.customers.queries import Contact
from crystalcall.mailings import figures
from crystalcall.mailings.composing.frame import Frame, base_url, frame_of
from crystalcall.mailings.composing.order_letter import EXAMPLE_COUNTRIES
from crystalcall.mailings.composing.writing import Envelope, render
from crystalcall.mailings.values import Draft, Mail, NothingToTell, NoticeView
from crystalcall.privacy.purposes import Purpose
from crystalcall.shop.catalogue.price_news import LineChange, PriceNews, standing_news
from crystalcall.shop.orders.queries import price_notice_stock, stop_token
from crystalcall.shop.orders.values import OrderStock

HOLDS: Final = ("email", "name", "order_number", "balance", "page_address")
# More than a screen of figures is read by nobody; the page behind the button has all of them.
CHANGES_SHOWN: Final = 12


@dataclass(frozen=True, slots=True)
class ChangeSaid:
    """A destination with its price of a minute before and after."""

    place: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class HeldSaid:
    """What is left of one order, and which prices count for it how long."""

    sentence: str
    order_url: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PriceLetterSaid:
    """Everything a template of the mail says, ready as text."""

    language: str
    subject: str
    frame: Frame = field(repr=False)
    opening: str
    changes: tuple[ChangeSaid, ...]
    also: tuple[str, ...]
    held: tuple[HeldSaid, ...]
    stop_url: str = field(repr=False)


def draft_prices(notice: NoticeView, person: Contact, *, now: datetime) -> Draft | NothingToTell:
    """The mail about a deck; nothing once the deck was withdrawn, the wish stopped, or the credit used up."""
    news = standing_news(int(notice.about), now)
    stocks = [stock for stock in price_notice_stock(notice.order_number, now=now) if _left_micros(stock)]
    token = stop_token(notice.order_number)
    if news is None or not news.dearer or not stocks or token is None:
        return NothingToTell()

    def write() -> Mail:
        language = stocks[-1].language
        with translation.override(language):
            said = _say(news, stocks, person.name, token)
            envelope = Envelope(person.email, language, notice.message_id)
            return render(envelope, "prices_rise", said, holds=HOLDS, stop_url=said.stop_url)

    return Draft(Purpose.PRICE_NOTICE, HOLDS, write)


def _say(news: PriceNews, stocks: list[OrderStock], name: str, token: str) -> PriceLetterSaid:
    last = stocks[-1]
    language = last.language
    shown = _most_telling(news.dearer, language)
    day = figures.day(news.effective_at, language)
    subject = ngettext(
        "Calls to %(count)s destination get dearer on %(day)s",
        "Calls to %(count)s destinations get dearer on %(day)s",
        len(news.dearer),
    )
    return PriceLetterSaid(
        language=language,
        subject=subject % {"count": figures.count(len(news.dearer), language), "day": day},
        frame=frame_of(name, last.token, language),
        opening=_("new prices apply from %(moment)s. You asked to be told.")
        % {"moment": figures.moment(news.effective_at, language)},
        changes=tuple(_change_said(change, language) for change in shown),
        also=_also(news, len(shown), language),
        held=tuple(_held(stock, news, language) for stock in stocks),
        stop_url=f"{base_url(language)}/updates/unsubscribe/{token}/",
    )


def _change_said(change: LineChange, language: str) -> ChangeSaid:
    """The prices of a minute; where those stay, what a call of three costs with its fee and increments."""
    place = change.destination.name(language)
    if not change.per_minute:
        place = _("%(place)s, a call of 3 minutes") % {"place": place}
    before, after = (
        figures.minute_prices(span.low_micros, span.high_micros, language) for span in (change.before, change.after)
    )
    return ChangeSaid(place, before, after)


def _most_telling(dearer: Iterable[LineChange], language: str) -> list[LineChange]:
    """The changes a reader of this language looks for first: places called most, then the steepest rises."""
    familiar = EXAMPLE_COUNTRIES[language]

    def rank(change: LineChange) -> tuple[int, float, str]:
        iso2 = change.destination.country_iso2
        known = familiar.index(iso2) if iso2 in familiar else len(familiar)
        return known, -change.after.high_micros / max(change.before.high_micros, 1), change.destination.key

    return sorted(dearer, key=rank)[:CHANGES_SHOWN]


def _also(news: PriceNews, shown: int, language: str) -> tuple[str, ...]:
    """What is not in the list: so many more, and so many that get cheaper."""
    sentences = []
    if rest := len(news.dearer) - shown:
        said = ngettext("%(count)s more gets dearer.", "%(count)s more get dearer.", rest)
        sentences.append(said % {"count": figures.count(rest, language)})
    if cheaper := len(news.cheaper):
        said = ngettext("%(count)s destination gets cheaper.", "%(count)s destinations get cheaper.", cheaper)
        sentences.append(said % {"count": figures.count(cheaper, language)})
    return tuple(sentences)


def _held(stock: OrderStock, news: PriceNews, language: str) -> HeldSaid:
    """An order's credit, and from when the new prices count for it."""
    until = max(card.guaranteed_until for card in stock.cards)
    said = {
        "number": stock.order_number,
        "amount": figures.money(_left_micros(stock), language),
        "day": figures.day(until, language),
    }
    if until > news.effective_at:
        sentence = _("Order %(number)s: %(amount)s left. Until %(day)s no call costs more than when you bought it.")
    else:
        sentence = _("Order %(number)s: %(amount)s left. The new prices apply to it from their first day.")
    return HeldSaid(sentence % said, f"{base_url(language)}/orders/{stock.token}/")


def _left_micros(stock: OrderStock) -> int:
    """What the order's cards can still spend."""
    return sum(card.balance.available_micros for card in stock.cards)
