"""The checkout inside the account: the shop's own rules, with the details on file; then the gateway's own form."""

from dataclasses import replace

from django.http import HttpResponse
from django.urls import reverse

from crystalcall.customers.queries import contact
from crystalcall.hall.typed import typed
from crystalcall.plumbing import clock
from crystalcall.privacy.purposes import Purpose
from crystalcall.shop.cart import read_cart
from crystalcall.shop.orders.actions import place_own_order
from crystalcall.shop.orders.queries import new_placing_key
from crystalcall.shop.orders.values import (
    CannotPlace,
    NoticeTopic,
    OwnOrder,
    PlacingProblem,
    PlacingProblemReason,
)
from crystalcall.web.account.fragments import AccountRequest, account_page, fragment, go
from crystalcall.web.account.views_orders import hand_off
from crystalcall.web.context import Site
from crystalcall.web.shop.forms import CheckoutForm, read_form

CART_LIMIT_CHARACTERS = 4000


@account_page()
def checkout(request: AccountRequest) -> HttpResponse:
    """Show what is ordered and for whom (GET), or place it and hand over to the gateway (POST)."""
    site = Site(request)
    if request.method == "POST":
        # The script posts to the bare address, so the form carries the cart.
        site.cart = read_cart(typed(request.POST, "cart", CART_LIMIT_CHARACTERS))
    if not site.cart.orderable:
        # The cart's own page says what is wrong with it, and keeps the rest.
        return go(reverse("cart") + (f"?{site.cart_query}" if site.cart_query else ""))
    if request.method != "POST":
        return _page(request, site, CheckoutForm(new_placing_key()))
    form = read_form(request.POST)
    if form.total_micros is not None and form.total_micros != site.cart.total_micros:
        changed = PlacingProblem("cart", PlacingProblemReason.CART_CHANGED)
        return _page(request, site, form.with_problems([changed]))
    return _place(request, site, form)


def _place(request: AccountRequest, site: Site, form: CheckoutForm) -> HttpResponse:
    asked = {NoticeTopic.PRICES: form.price_notices, NoticeTopic.POLICY: form.policy_notices}
    wish = OwnOrder(
        placing_key=form.placing_key,
        cart=site.cart,
        customer_id=request.signed_in.principal_id,
        language=site.language,
        topics=frozenset(topic for topic, is_asked in asked.items() if is_asked),
    )
    answer = place_own_order(wish, now=clock.now())
    if isinstance(answer, CannotPlace):
        return _page(request, site, form.with_problems(answer.problems))
    return hand_off(request, answer.order_number)


def _page(request: AccountRequest, site: Site, form: CheckoutForm) -> HttpResponse:
    if any(problem.reason is PlacingProblemReason.FORM_BROKEN for problem in form.wrong):
        form = form.with_key(new_placing_key())
    known = contact(request.signed_in.principal_id, purpose=Purpose.ORDER_FULFILLMENT)
    shown = {"form": replace(form, total_micros=None), "cart": site.cart, "known": known, "site": site}
    return fragment(request, "web/account/checkout.html", shown, 422 if form.wrong else 200)
