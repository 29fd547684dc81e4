"""The mailed link of a change of address: a GET only asks, so that a mail scanner changes nothing; it works once."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from crystalcall.customers.signing_in import actions
from crystalcall.customers.signing_in.values import ChangeAgreed, LinkKind, LinkRefused
from crystalcall.hall.fragments import private
from crystalcall.hall.views_links import link_refused
from crystalcall.plumbing import clock

CHANGES = {LinkKind.CHANGE_OLD, LinkKind.CHANGE_NEW}


@require_http_methods(["GET", "HEAD", "POST"])
@private
def change(request: HttpRequest, secret: str) -> HttpResponse:
    """One half of a change of address: agreed to at the old one, confirmed at the new one."""
    now = clock.now()
    if request.method != "POST":
        looked = actions.look_at_link(secret, now=now)
        if isinstance(looked, LinkRefused) or looked.kind not in CHANGES:
            return link_refused(request)
        return render(
            request, "web/account/change.html", {"secret": secret, "is_new": looked.kind is LinkKind.CHANGE_NEW}
        )
    agreed = actions.confirm_email_change(secret, now=now)
    if isinstance(agreed, ChangeAgreed):
        return render(request, "web/account/change_done.html", {"is_done": agreed.is_done})
    return link_refused(request)
