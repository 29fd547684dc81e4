"""Mailed links of an account: a GET only asks, so that a mail scanner changes nothing; each works once."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crystalcall.customers.contact_details import ContactProblemReason, read_email
from crystalcall.customers.signing_in import actions
from crystalcall.customers.signing_in.values import (
    Audience,
    ChangeAgreed,
    LinkKind,
    LinkRefused,
    LinkRequested,
    PasswordProblem,
    PasswordSet,
)
from crystalcall.plumbing import clock
from crystalcall.web.account.fragments import KeyRequest, before_sign_in, fragment
from crystalcall.web.account.sign_in_words import STATUSES, password_problem_said, refusal_said, wait_said
from crystalcall.web.account.typed import password_typed, source_of, typed
from crystalcall.web.account.views_joining import link_refused, link_shell
from crystalcall.web.shop.views_orders import private

CHANGES = {LinkKind.CHANGE_OLD, LinkKind.CHANGE_NEW}


@require_http_methods(["GET", "HEAD", "POST"])
@private
def forgotten(request: HttpRequest) -> HttpResponse:
    """The password is forgotten: a link to the address, and the same answer for every address."""
    if request.method != "POST":
        return render(request, "web/account/forgotten.html")
    email = typed(request.POST, "email")
    if isinstance(read_email(email), ContactProblemReason):
        shown = {"email": email, "wrong": _("Please give the e-mail address you sign in with.")}
        return render(request, "web/account/forgotten.html", shown, status=422)
    requested = actions.request_reset(Audience.CUSTOMER, email, source_of(request), now=clock.now())
    if isinstance(requested, LinkRequested):
        return render(request, "web/account/forgotten_sent.html")
    wait = wait_said(requested.wait_seconds)
    shown = {"email": email, "wrong": _("Please wait %(wait)s, then ask for a link again.") % {"wait": wait}}
    response = render(request, "web/account/forgotten.html", shown, status=429)
    response["Retry-After"] = str(requested.wait_seconds)
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@private
def reset(request: HttpRequest, secret: str) -> HttpResponse:
    """A new password, by whoever holds the mailbox; every sign-in of before has ended then."""
    now = clock.now()
    if request.method != "POST":
        looked = actions.look_at_link(secret, now=now)
        if isinstance(looked, LinkRefused) or looked.kind is not LinkKind.RESET:
            return link_refused(request)
        return render(request, "web/account/reset.html", {"secret": secret})
    answer = actions.reset(secret, password_typed(request.POST), now=now)
    if isinstance(answer, PasswordSet):
        return render(request, "web/account/reset_done.html")
    if isinstance(answer, LinkRefused):
        return link_refused(request)
    if isinstance(answer, PasswordProblem):
        wrong, status = password_problem_said(answer.reason), 422
    else:
        wrong, status = refusal_said(answer), STATUSES.get(answer.reason, 422)
    return render(request, "web/account/reset.html", {"secret": secret, "wrong": wrong}, status=status)


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


@require_http_methods(["GET", "HEAD", "POST"])
def try_again(request: HttpRequest, secret: str) -> HttpResponse:
    """After too many wrong tries: whoever holds the mailbox lets this browser try, whatever others do."""
    if request.method == "POST":
        return _granted(request, secret)
    return link_shell(request, secret, LinkKind.TRY, "web/account/try.html")


@before_sign_in
def _granted(request: KeyRequest, secret: str) -> HttpResponse:
    granted = actions.grant_try(secret, request.thumbprint, now=clock.now())
    if isinstance(granted, LinkRefused):
        return fragment(request, "web/account/parts/link_over.html", status=404)
    return fragment(request, "web/account/sign_in.html", {"is_granted": True})
