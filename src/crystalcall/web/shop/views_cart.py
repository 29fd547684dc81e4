"""What can be bought, and the cart: both pages are functions of their address."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from crystalcall.plumbing import clock
from crystalcall.plumbing.settings import current
from crystalcall.shop.cart import CartLine, problem_text
from crystalcall.shop.cart.values import NOTES, QUANTITY_LIMIT
from crystalcall.shop.catalogue.queries import ProductInfo, products
from crystalcall.web.context import Site
from crystalcall.web.shop import popular
from crystalcall.web.shop.price_lines import with_one_more, without


@dataclass(frozen=True, slots=True)
class Offered:
    """A credit on sale, its minutes to places people call, and the cart with one more of it."""

    product: ProductInfo
    examples: tuple[popular.Example, ...]
    address: str


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line of the cart with the credit it gives and the address of the cart without it."""

    line: CartLine
    credit_micros: int
    without_address: str


@dataclass(frozen=True, slots=True)
class ShownProblem:
    """A problem of the cart in words; a note only tells what was understood."""

    text: str
    is_note: bool


@require_safe
def minutes(request: HttpRequest) -> HttpResponse:
    """The catalogue: each credit, what it buys, and the promise."""
    site = Site(request)
    offered = tuple(
        Offered(
            product,
            popular.examples(product.credit_micros, site.language, clock.now()),
            with_one_more(site.cart, product, reverse("cart")),
        )
        for product in products()
        if product.active
    )
    facts = {"site": site, "offered": offered, "guarantee_days": current().guarantee_days}
    return render(request, "web/minutes.html", facts)


@require_safe
def cart(request: HttpRequest) -> HttpResponse:
    """The cart of this address, with a line for whatever in it makes no sense; never an error."""
    site = Site(request)
    credits_of = {product.sku: product.credit_micros for product in products()}
    facts = {
        "site": site,
        "lines": tuple(
            ShownLine(line, credits_of[line.sku], without(site.cart, line.sku, reverse("cart")))
            for line in site.cart.lines
        ),
        "problems": shown_problems(site),
        "cart": site.cart,
        "most": QUANTITY_LIMIT,
    }
    return render(request, "web/cart.html", facts)


def shown_problems(site: Site) -> tuple[ShownProblem, ...]:
    """The problems of a page's cart, in words."""
    return tuple(ShownProblem(problem_text(problem), problem.reason in NOTES) for problem in site.cart.problems)
