"""Finding a price: the first page, all destinations, one country, and the answer to what was typed.

What is typed is POSTed, answered and forgotten: it stands in no address, cache, log or count (clause C02).
"""

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from crystalcall.minutes.rates import queries as rates_room
from crystalcall.plumbing import clock
from crystalcall.plumbing.settings import current
from crystalcall.shop.catalogue.queries import products
from crystalcall.web.context import Site
from crystalcall.web.shop import answers, popular, price_news
from crystalcall.web.shop.price_lines import PriceLine, credit_rows


@dataclass(frozen=True, slots=True)
class Letter:
    """The countries of one initial, in the reader's alphabet; `anchor` is its place on the page."""

    initial: str
    anchor: str
    lines: tuple[PriceLine, ...]


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Where are you calling?"""
    site = Site(request)
    facts = {
        "site": site,
        "popular": popular.shown_first(site.language, clock.now()),
        "news": price_news.news_of_all(site.language, clock.now()),
        "guarantee_days": current().guarantee_days,
    }
    return render(request, "web/home.html", facts)


@require_safe
def rates(request: HttpRequest) -> HttpResponse:
    """Every destination on sale, by name."""
    now = clock.now()
    site = Site(request)
    deck = rates_room.current_deck(now)
    countries = rates_room.countries(deck.id, site.language) if deck else ()
    lines = popular.summary_lines(countries, now)
    facts = {
        "site": site,
        "letters": by_letter(lines),
        "deck": deck,
        "count": len(lines),
        "news": price_news.news_of_all(site.language, now),
    }
    return render(request, "web/rates.html", facts)


def by_letter(lines: tuple[PriceLine, ...]) -> tuple[Letter, ...]:
    """Lines grouped by the initials of their names, in the order they come."""
    groups: dict[str, list[PriceLine]] = {}
    for line in lines:
        groups.setdefault(line.name[:1].upper(), []).append(line)
    return tuple(
        Letter(initial, f"letter-{place}", tuple(group)) for place, (initial, group) in enumerate(groups.items(), 1)
    )


@require_safe
def country(request: HttpRequest, slug: str) -> HttpResponse:
    """One country: its price line, minutes for each credit, terms, and the reference prices with their sources."""
    now = clock.now()
    site = Site(request)
    deck = rates_room.current_deck(now)
    countries = rates_room.countries(deck.id, site.language) if deck else ()
    found = next((one for one in countries if one.slug == slug), None)
    if found is None or deck is None:
        raise Http404
    lines = rates_room.country_lines(found.iso2, deck.id)
    answer = answers.country_answer(found.iso2, found.name, lines, now)
    facts = {
        "site": site,
        "answer": answer,
        "rows": credit_rows(answer.offers, products(), site.cart, reverse("cart")),
        "deck": deck,
        "news": price_news.news_of_country(found.iso2, site.language, now),
    }
    return render(request, "web/country.html", facts)


@sensitive_post_parameters("to")
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """The price of calling what was typed, on a page that nobody stores."""
    if request.method != "POST":
        return redirect("home")
    now = clock.now()
    site = Site(request)
    typed = str(request.POST.get("to") or "")[: answers.TYPED_LIMIT_CHARACTERS]
    answer = answers.answer_to(typed, site.language, now)
    facts = {
        "site": site,
        "typed": typed,
        "answer": answer,
        "rows": credit_rows(answer.offers, products(), site.cart, reverse("cart")),
    }
    response = render(request, "web/find.html", facts)
    response["Cache-Control"] = "no-store"
    return response
