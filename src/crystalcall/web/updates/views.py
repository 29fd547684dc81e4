"""Ending mails that were asked for: a page with one button, and the one press of a mail program (RFC 8058)."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from crystalcall.hall.fragments import private
from crystalcall.plumbing import clock
from crystalcall.shop.orders.actions import stop_notices
from crystalcall.shop.orders.queries import notice_link
from crystalcall.shop.orders.values import UnknownLink


@require_http_methods(["GET", "HEAD", "POST"])
@private
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """End the mails of this kind (POST, also from elsewhere: the token is the proof); a GET only asks."""
    if request.method == "POST" and isinstance(stop_notices(token, now=clock.now()), UnknownLink):
        raise Http404
    link = notice_link(token)
    if link is None:
        raise Http404
    return render(request, "web/unsubscribe.html", {"link": link, "token": token})
