"""The notice of prices to come, on the pages where prices stand."""

from dataclasses import dataclass
from datetime import datetime

from crystalcall.minutes.rates.geography import country_name, folded, slugs
from crystalcall.plumbing.settings import current
from crystalcall.shop.catalogue.price_news import LineChange, PriceNews, Span, waiting_news


@dataclass(frozen=True, slots=True)
class CountryLink:
    """A country whose prices change, with its page."""

    name: str
    slug: str


@dataclass(frozen=True, slots=True)
class ShownNews:
    """Prices to come: from when, for which countries, and for how many days what is bought before keeps its price.

    ``changes_dearer`` and ``changes_cheaper`` name each line and are empty where only countries are told.
    """

    effective_at: datetime
    guarantee_days: int
    dearer: tuple[CountryLink, ...]
    cheaper: tuple[CountryLink, ...]
    changes_dearer: tuple["ShownChange", ...] = ()
    changes_cheaper: tuple["ShownChange", ...] = ()


@dataclass(frozen=True, slots=True)
class ShownChange:
    """A line's prices before and after; `per_minute` is false where a call of three minutes is meant."""

    place: str
    before: Span
    after: Span
    per_minute: bool


def news_of_all(language: str, now: datetime) -> tuple[ShownNews, ...]:
    """Every waiting change, by countries; a country with anything dearer is counted as dearer."""
    return tuple(_by_countries(news, language) for news in waiting_news(now))


def news_of_country(iso2: str, language: str, now: datetime) -> tuple[ShownNews, ...]:
    """Every waiting change of one country's prices, line by line; empty where its prices stay."""
    own = (news.of_country(iso2) for news in waiting_news(now))
    return tuple(
        ShownNews(
            effective_at=news.effective_at,
            guarantee_days=current().guarantee_days,
            dearer=(),
            cheaper=(),
            changes_dearer=_changes(news.dearer, language),
            changes_cheaper=_changes(news.cheaper, language),
        )
        for news in own
        if news.is_news
    )


def _by_countries(news: PriceNews, language: str) -> ShownNews:
    dearer = {change.destination.country_iso2 or "" for change in news.dearer}
    cheaper = {change.destination.country_iso2 or "" for change in news.cheaper} - dearer
    return ShownNews(
        effective_at=news.effective_at,
        guarantee_days=current().guarantee_days,
        dearer=_links(dearer, language),
        cheaper=_links(cheaper, language),
    )


def _links(countries: set[str], language: str) -> tuple[CountryLink, ...]:
    links = (CountryLink(country_name(iso2, language), slugs().get(iso2, iso2.lower())) for iso2 in countries)
    return tuple(sorted(links, key=lambda link: folded(link.name)))


def _changes(changes: tuple[LineChange, ...], language: str) -> tuple[ShownChange, ...]:
    return tuple(
        ShownChange(_place(change, language), change.before, change.after, change.per_minute) for change in changes
    )


def _place(change: LineChange, language: str) -> str:
    """The kind of line and the area; the country stands above the list already."""
    where = change.destination
    said = where.line_name(language)
    words = (said[:1].upper() + said[1:], where.area_name(language))
    return ", ".join(word for word in words if word)
