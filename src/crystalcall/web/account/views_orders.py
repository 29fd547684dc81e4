"""Orders of the account: listed, claimed, each with PIN after a press, calls, and its receipt."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from crystalcall.hall.saying import address_after, said_done
from crystalcall.hall.typed import typed
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
from crystalcall.shop.orders.belongings import cards_of, holdings_of, orders_of, places_of
from crystalcall.shop.orders.keeping_people import STATES
from crystalcall.shop.orders.queries import OrderView, order_in_account, stock
from crystalcall.shop.orders.values import Claimed, ClaimRefusal
from crystalcall.web.account.fragments import AccountRequest, account_page, at, fragment, go, soon
from crystalcall.web.account.showing import PLACES_SHOWN, what_it_buys
from crystalcall.web.context import Site
from crystalcall.web.shop.order_pages import OrderPage, Stage, order_page, stage_of

WAITING: Final = frozenset({OrderState.PLACED, OrderState.PAID})
MOST_LOOKS: Final = 30
"""So often a page that waits for the gateway looks by itself: two minutes."""


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
    """Back from the gateway: the return proves nothing, so the page waits for the confirmation, and looks by itself."""
    view = _found(request, number)
    if view.state not in WAITING:
        return go(reverse("account-order", args=(number,)))
    looked, before = _looks(request)
    is_same = looked and before == view.state.value
    shown = _show(request, view, stage=stage_of(view, returned=True))
    answer = HttpResponse(status=204) if is_same else at(shown, request.path)
    if looked >= MOST_LOOKS:
        return answer
    return soon(answer, f"{request.path}?looked={looked + 1}-{view.state.value}")


def _looks(request: AccountRequest) -> tuple[int, str]:
    """How often the page has looked by itself, and at which state; (0, "") where the reader came to it."""
    count, _dash, state = str(request.GET.get("looked") or "").partition("-")
    is_count = count.isascii() and count.isdigit() and len(count) <= len(str(MOST_LOOKS))
    return (int(count), state) if is_count else (0, "")


def hand_off(request: AccountRequest, number: str) -> HttpResponse:
    """The form that leads to the gateway's; or the order's page, saying why there is none."""
    return _pay(request, _found(request, number))


def _pay(request: AccountRequest, view: OrderView) -> HttpResponse:
    answer = begin_own_payment(request.signed_in.principal_id, view.order_number, now=clock.now())
    if isinstance(answer, HandOff):
        form = fragment(request, "web/account/hand_off.html", {"hand_off": answer, "order": view})
        # Back from the gateway leads to the order, never to a checkout that would order it twice.
        return at(form, reverse("account-order", args=(view.order_number,)))
    settled = {UnavailableReason.ALREADY_PAID, UnavailableReason.IN_REVIEW}
    if isinstance(answer, PaymentUnavailable) and answer.reason not in settled:
        often = answer.reason is UnavailableReason.TOO_MANY_ATTEMPTS
        shown = _show(request, view, stage=Stage.OFTEN if often else Stage.AWAY, status=503)
        return at(shown, reverse("account-order", args=(view.order_number,)))
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
    page = _at_home(request, order_page(view, left, now=now, language=Site(request).language, stage=stage, pins=pins))
    shown = {"page": page, "order": view, "access_numbers": access_numbers() if page.cards else ()}
    return fragment(request, "web/account/order.html", shown, status)


def _at_home(request: AccountRequest, page: OrderPage) -> OrderPage:
    """The page with what its cards buy to the places that their owner calls, once there are such."""
    if not page.cards:
        return page
    mine, now, language = cards_of(request.signed_in.principal_id), clock.now(), Site(request).language
    places = places_of(mine, at_most=PLACES_SHOWN)
    here = holdings_of([each for each in mine if each.order_number == page.order.order_number], now=now)
    buys = {each.card.serial: what_it_buys(each, places, language, now) for each in here}
    cards = tuple(replace(each, examples=buys.get(each.card.serial) or each.examples) for each in page.cards)
    return replace(page, cards=cards)


def _list(request: AccountRequest, more: dict[str, Any], status: int = 200) -> HttpResponse:
    me = request.signed_in.principal_id
    lines = [
        {"order": each, "state": STATES[each.state.value], "is_unpaid": each.state is OrderState.PLACED}
        for each in orders_of(me)
    ]
    return fragment(request, "web/account/orders.html", {"lines": lines, "waiting": claimable(me), **more}, status)


def _refusal_said(reason: ClaimRefusal) -> str:
    return {
        ClaimRefusal.UNKNOWN: _("No order has this address. Take it whole from the mail that came with the order."),
        ClaimRefusal.YOURS_ALREADY: _("This order is in your account already."),
        ClaimRefusal.IN_ANOTHER_ACCOUNT: _("This order is in another account."),
    }[reason]
