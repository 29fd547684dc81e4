"""The order's own pages. Their address is a bearer token: never indexed, never stored, and a GET changes nothing."""

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from crystalcall.hall.fragments import private
from crystalcall.minutes.calls.queries import access_numbers
from crystalcall.payments.actions import HandOff, PaymentUnavailable, UnavailableReason
from crystalcall.plumbing import clock
from crystalcall.privacy.policy.saying import new_uses_said
from crystalcall.rules.ordering import OrderState
from crystalcall.shop.orders.actions import begin_payment, reveal_pins
from crystalcall.shop.orders.new_uses import agree_to_uses, open_uses
from crystalcall.shop.orders.queries import OrderView, order_by_token, stock
from crystalcall.shop.orders.values import NotPayable
from crystalcall.web.context import Site
from crystalcall.web.shop.order_pages import OrderPage, Stage, order_page, stage_of

# Reasons for having no form that the order's own page explains.
SETTLED_ELSEWHERE = frozenset({UnavailableReason.ALREADY_PAID, UnavailableReason.IN_REVIEW})


@require_safe
@private
def order(request: HttpRequest, token: str) -> HttpResponse:
    """The order as it stands."""
    return _show(request, token, _page(request, _found(token)))


@require_safe
@private
def returned(request: HttpRequest, token: str) -> HttpResponse:
    """Back from the gateway: the return itself proves nothing, so this page waits for the confirmation."""
    view = _found(token)
    if view.state not in {OrderState.PLACED, OrderState.PAID}:
        return redirect("order", token=token)
    return _show(request, token, _page(request, view, stage=stage_of(view, returned=True)))


@private
def pay(request: HttpRequest, token: str) -> HttpResponse:
    """Open the gateway's form again; whoever comes by an address gets the order's page."""
    _found(token)
    if request.method != "POST":
        return redirect("order", token=token)
    return hand_off(request, token)


@private
def pin(request: HttpRequest, token: str) -> HttpResponse:
    """The order with its PINs, which no GET shows."""
    _found(token)
    if request.method != "POST":
        return redirect("order", token=token)
    pins = {card.serial: card.pin for card in reveal_pins(token, now=clock.now())}
    return _show(request, token, _page(request, _found(token), pins=pins))


@private
def agree(request: HttpRequest, token: str) -> HttpResponse:
    """Agree to the new uses that the order's page named; a GET only leads back there."""
    _found(token)
    version = request.POST.get("version", "")
    if request.method == "POST" and version.isascii() and version.isdigit() and len(version) < 5:  # noqa: PLR2004  # a version's number
        agree_to_uses(token, int(version), now=clock.now())
    return redirect("order", token=token)


@private
def hand_off(request: HttpRequest, token: str) -> HttpResponse:
    """The page whose one form leads to the gateway's; or the order's page, saying why there is none."""
    answer = begin_payment(token, now=clock.now())
    if isinstance(answer, HandOff):
        facts = {"hand_off": answer, "order": _found(token), "token": token}
        return render(request, "web/hand_off.html", facts)
    if isinstance(answer, PaymentUnavailable) and answer.reason not in SETTLED_ELSEWHERE:
        stage = Stage.OFTEN if answer.reason is UnavailableReason.TOO_MANY_ATTEMPTS else Stage.AWAY
        return _show(request, token, _page(request, _found(token), stage=stage), status=503)
    if isinstance(answer, NotPayable) and answer.state is None:
        raise Http404
    return redirect("order", token=token)


def _found(token: str) -> OrderView:
    view = order_by_token(token)
    if view is None:
        raise Http404
    return view


def _page(
    request: HttpRequest, view: OrderView, *, stage: Stage | None = None, pins: Mapping[str, str] | None = None
) -> OrderPage:
    now = clock.now()
    left = stock(view.order_number, now=now)
    return order_page(view, left, now=now, language=Site(request).language, stage=stage, pins=pins)


def _show(request: HttpRequest, token: str, page: OrderPage, *, status: int = 200) -> HttpResponse:
    facts = {
        "page": page,
        "order": page.order,
        "token": token,
        "access_numbers": access_numbers() if page.cards else (),
        "open_uses": _open_uses(token),
    }
    return render(request, "web/order.html", facts, status=status)


def _open_uses(token: str) -> dict[str, Any] | None:
    """The new uses to agree to, in words."""
    waiting = open_uses(token, now=clock.now())
    return None if waiting is None else {"version": waiting.version, "uses": new_uses_said(waiting.uses)}
