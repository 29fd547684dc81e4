"""Mailed links of both doors: a GET only asks, so that a mail scanner changes nothing; each works once."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crystalcall.customers.contact_details import ContactProblemReason, read_email
from crystalcall.customers.signing_in import actions
from crystalcall.customers.signing_in.door import Door, KeyRequest
from crystalcall.customers.signing_in.values import (
    Audience,
    LinkInfo,
    LinkKind,
    LinkRefused,
    LinkRequested,
    PasswordProblem,
    PasswordSet,
)
from crystalcall.hall.fragments import View, at, fragment, private
from crystalcall.hall.sign_in_words import STATUSES, password_problem_said, refusal_said, wait_said
from crystalcall.hall.typed import password_typed, typed
from crystalcall.plumbing import clock
from crystalcall.plumbing.sources import source_of

#: Renders the empty shell, with what it begins with.
Shell = Callable[[HttpRequest, dict[str, Any]], HttpResponse]


@require_http_methods(["GET", "HEAD", "POST"])
@private
def forgotten(request: HttpRequest, audience: Audience) -> HttpResponse:
    """The password is forgotten: a link to the address, and the same answer for every address."""
    if request.method != "POST":
        return render(request, "hall/forgotten.html")
    email = typed(request.POST, "email")
    if isinstance(read_email(email), ContactProblemReason):
        shown = {"email": email, "wrong": _("Please give the e-mail address you sign in with.")}
        return render(request, "hall/forgotten.html", shown, status=422)
    requested = actions.request_reset(audience, email, source_of(request), now=clock.now())
    if isinstance(requested, LinkRequested):
        return render(request, "hall/forgotten_sent.html")
    wait = wait_said(requested.wait_seconds)
    shown = {"email": email, "wrong": _("Please wait %(wait)s, then ask for a link again.") % {"wait": wait}}
    response = render(request, "hall/forgotten.html", shown, status=429)
    response["Retry-After"] = str(requested.wait_seconds)
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@private
def reset(request: HttpRequest, secret: str, audience: Audience) -> HttpResponse:
    """A new password, by whoever holds the mailbox; every sign-in of before has ended then."""
    now = clock.now()
    if not opens(actions.look_at_link(secret, now=now), LinkKind.RESET, audience):
        return link_refused(request)
    if request.method != "POST":
        return render(request, "hall/reset.html", {"secret": secret})
    answer = actions.reset(secret, password_typed(request.POST), now=now)
    if isinstance(answer, PasswordSet):
        return render(request, "hall/reset_done.html")
    if isinstance(answer, LinkRefused):
        return link_refused(request)
    if isinstance(answer, PasswordProblem):
        wrong, status = password_problem_said(answer.reason), 422
    else:
        wrong, status = refusal_said(answer), STATUSES.get(answer.reason, 422)
    return render(request, "hall/reset.html", {"secret": secret, "wrong": wrong}, status=status)


def trying(door: Door, shell: Shell) -> View:
    """The page of a link to try again, at this door."""

    @door.before_sign_in
    def granted(request: KeyRequest, secret: str) -> HttpResponse:
        answer = actions.grant_try(secret, request.thumbprint, now=clock.now())
        if isinstance(answer, LinkRefused):
            return fragment(request, "hall/parts/link_over.html", status=404)
        # The link is used up: a reload leads to signing in, with the key that may try.
        return at(fragment(request, "hall/sign_in.html", {"is_granted": True}), reverse("account"))

    @require_http_methods(["GET", "HEAD", "POST"])
    def try_again(request: HttpRequest, secret: str) -> HttpResponse:
        """After too many wrong tries: whoever holds the mailbox lets this browser try, whatever others do."""
        if request.method == "POST":
            return granted(request, secret)
        return link_shell(request, secret, (LinkKind.TRY, door.audience), ("hall/try.html", shell))

    return try_again


def link_shell(
    request: HttpRequest, secret: str, wanted: tuple[LinkKind, Audience], shown: tuple[str, Shell]
) -> HttpResponse:
    """A shell that begins with the form of a mailed link instead of the sign-in; nothing is changed by it."""
    template, shell = shown
    if not opens(actions.look_at_link(secret, now=clock.now()), *wanted):
        return link_refused(request)
    return private(shell)(request, {"begin": template, "secret": secret})


def opens(looked: LinkInfo | LinkRefused, kind: LinkKind, audience: Audience) -> bool:
    """Whether a link is of this kind, and of this door."""
    return isinstance(looked, LinkInfo) and looked.kind is kind and looked.audience is audience


def link_refused(request: HttpRequest) -> HttpResponse:
    """One page for every reason a link opens nothing: what helps is always a new one."""
    return private(render)(request, "hall/link_refused.html", status=404)
