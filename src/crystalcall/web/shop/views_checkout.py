"""The checkout: one page, three fields and a box, then the gateway's own form.

Numbers of payment cards never come here (clause C22).
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods

from crystalcall.plumbing import clock
from crystalcall.plumbing.settings import current
from crystalcall.shop.orders.actions import place_order
from crystalcall.shop.orders.queries import new_placing_key
from crystalcall.shop.orders.values import (
    CannotPlace,
    PlaceOrder,
    PlacingProblem,
    PlacingProblemReason,
)
from crystalcall.web.context import Site
from crystalcall.web.shop.forms import CheckoutForm, read_form
from crystalcall.web.shop.views_orders import hand_off


@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(no_store=True)
def checkout(request: HttpRequest) -> HttpResponse:
    """Show the form (GET), or place the order and hand over to the gateway (POST)."""
    site = Site(request)
    if not site.cart.orderable:
        # The cart's page says what is wrong with it, and keeps the rest.
        query = request.META.get("QUERY_STRING", "")
        return redirect(reverse("cart") + (f"?{query}" if query else ""))
    if request.method != "POST":
        return _page(request, site, CheckoutForm(new_placing_key()))
    form = read_form(request.POST)
    if form.total_micros is not None and form.total_micros != site.cart.total_micros:
        changed = PlacingProblem("cart", PlacingProblemReason.CART_CHANGED)
        return _page(request, site, form.with_problems([changed]))
    return _place(request, site, form)


def _place(request: HttpRequest, site: Site, form: CheckoutForm) -> HttpResponse:
    wish = PlaceOrder(
        placing_key=form.placing_key,
        cart=site.cart,
        name=form.name,
        email=form.email,
        telephone=form.telephone or None,
        language=site.language,
        price_notices=form.price_notices,
        policy_notices=form.policy_notices,
    )
    answer = place_order(wish, now=clock.now())
    if isinstance(answer, CannotPlace):
        return _page(request, site, form.with_problems(answer.problems))
    return hand_off(request, answer.token)


def _page(request: HttpRequest, site: Site, form: CheckoutForm) -> HttpResponse:
    if any(problem.reason is PlacingProblemReason.FORM_BROKEN for problem in form.wrong):
        # A fresh key mends a broken form; everything typed stays.
        form = form.with_key(new_placing_key())
    response = render(
        request,
        "web/checkout.html",
        {"form": form, "cart": site.cart, "gateway": current().gateway_hosted_url, "site": site},
        status=422 if form.wrong else 200,
    )
    response["X-Robots-Tag"] = "noindex"
    return response
