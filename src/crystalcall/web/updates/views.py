"""Ending the mails about prices: a page with one button, and the one press of a mail program (RFC 8058)."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from crystalcall.plumbing import clock
from crystalcall.shop.orders.actions import stop_price_notices
from crystalcall.shop.orders.queries import price_notice_link
from crystalcall.shop.orders.values import UnknownLink
from crystalcall.web.shop.views_orders import private


@require_http_methods(["GET", "HEAD", "POST"])
@private
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """End the mails about prices (POST, also from elsewhere: the token is the proof); a GET only asks."""
    if request.method == "POST" and isinstance(stop_price_notices(token, now=clock.now()), UnknownLink):
        raise Http404
    link = price_notice_link(token)
    if link is None:
        raise Http404
    return render(request, "web/unsubscribe.html", {"link": link, "token": token})
