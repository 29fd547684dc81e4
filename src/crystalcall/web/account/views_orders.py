"""Orders of the account: listed, claimed, each with PIN after a press, calls, and its receipt."""

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from crystalcall.minutes.calls.queries import access_numbers
from crystalcall.payments.actions import HandOff, PaymentUnavailable, UnavailableReason
from crystalcall.plumbing import clock
from crystalcall.rules.ordering import OrderState
from crystalcall.shop.orders.actions import (
    begin_own_payment,
    claim_by_address,
    claim_by_mailbox,
    reveal_own_pins,
)
from crystalcall.shop.orders.actions.claiming import claimable
from crystalcall.shop.orders.belongings import orders_of
from crystalcall.shop.orders.keeping_people import STATES
from crystalcall.shop.orders.queries import OrderView, order_in_account, stock
from crystalcall.shop.orders.values import Claimed, ClaimRefusal
from crystalcall.web.account.fragments import AccountRequest, account_page, fragment, go
from crystalcall.web.account.saying import address_after, said_done
from crystalcall.web.account.typed import typed
from crystalcall.web.context import Site
from crystalcall.web.shop.order_pages import Stage, order_page, stage_of


@account_page()
def orders(request: AccountRequest) -> HttpResponse:
    """The list, and what else can come into it."""
    if request.method != "POST":
        words = {
            "claimed": _("The order is in your account now."),
            "joined": _("Your earlier orders are in your account now."),
        }
        return _list(request, {"done": said_done(request, words)})
    me, now = request.signed_in.principal_id, clock.now()
    if typed(request.POST, "act") == "join":
        claim_by_mailbox(me, now=now)
        return go(address_after("account-orders", "joined"))
    answer = claim_by_address(me, typed(request.POST, "address"), now=now)
    if isinstance(answer, Claimed):
        return go(address_after("account-orders", "claimed"))
    form = {"address": typed(request.POST, "address"), "errors": {"address": _refusal_said(answer.reason)}}
    return _list(request, {"form": form}, 422)


@account_page()
def order(request: AccountRequest, number: str) -> HttpResponse:
    """One order; a POST shows its PINs or opens the payment form."""
    view = _found(request, number)
    if request.method != "POST":
        return _show(request, view)
    if typed(request.POST, "act") == "pay":
        return _pay(request, view)
    cards = reveal_own_pins(request.signed_in.principal_id, number)
    return _show(request, view, pins={card.serial: card.pin for card in cards})


@account_page()
def returned(request: AccountRequest, number: str) -> HttpResponse:
    """Back from the gateway: the return proves nothing, so the page waits for the confirmation."""
    view = _found(request, number)
    if view.state not in {OrderState.PLACED, OrderState.PAID}:
        return go(reverse("account-order", args=(number,)))
    return _show(request, view, stage=stage_of(view, returned=True))


def hand_off(request: AccountRequest, number: str) -> HttpResponse:
    """The form that leads to the gateway's; or the order's page, saying why there is none."""
    return _pay(request, _found(request, number))


def _pay(request: AccountRequest, view: OrderView) -> HttpResponse:
    answer = begin_own_payment(request.signed_in.principal_id, view.order_number, now=clock.now())
    if isinstance(answer, HandOff):
        return fragment(request, "web/account/hand_off.html", {"hand_off": answer, "order": view})
    settled = {UnavailableReason.ALREADY_PAID, UnavailableReason.IN_REVIEW}
    if isinstance(answer, PaymentUnavailable) and answer.reason not in settled:
        often = answer.reason is UnavailableReason.TOO_MANY_ATTEMPTS
        return _show(request, view, stage=Stage.OFTEN if often else Stage.AWAY, status=503)
    return go(reverse("account-order", args=(view.order_number,)))


def _found(request: AccountRequest, number: str) -> OrderView:
    view = order_in_account(request.signed_in.principal_id, number)
    if view is None:
        raise Http404
    return view


def _show(
    request: AccountRequest,
    view: OrderView,
    *,
    stage: Stage | None = None,
    pins: Mapping[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    now = clock.now()
    left = stock(view.order_number, now=now)
    page = order_page(view, left, now=now, language=Site(request).language, stage=stage, pins=pins)
    shown = {"page": page, "order": view, "access_numbers": access_numbers() if page.cards else ()}
    return fragment(request, "web/account/order.html", shown, status)


def _list(request: AccountRequest, more: dict[str, Any], status: int = 200) -> HttpResponse:
    me = request.signed_in.principal_id
    lines = [{"order": each, "state": STATES[each.state.value]} for each in orders_of(me)]
    return fragment(request, "web/account/orders.html", {"lines": lines, "waiting": claimable(me), **more}, status)


def _refusal_said(reason: ClaimRefusal) -> str:
    return {
        ClaimRefusal.UNKNOWN: _("No order has this address. Take it whole from the mail that came with the order."),
        ClaimRefusal.YOURS_ALREADY: _("This order is in your account already."),
        ClaimRefusal.IN_ANOTHER_ACCOUNT: _("This order is in another account."),
    }[reason]
