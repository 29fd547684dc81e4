"""One's own data: asked for by anybody, opened by whoever holds the mailbox on file (clauses C11 and C12).

The answer to the form is the same whatever we know. Links are one-time keys: a GET of one only asks, so that a mail
scanner changes nothing; a POST proves the mailbox and gets a ticket, which stands in the page's own forms.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from crystalcall.hall.fragments import private
from crystalcall.plumbing import clock
from crystalcall.privacy import keepers
from crystalcall.privacy.requests import actions, one_time
from crystalcall.privacy.requests.actions.opening import Asked
from crystalcall.privacy.requests.actions.serving import COPIES, ENDINGS, Held, NothingToCorrect, Ready
from crystalcall.privacy.requests.values import Channel, KeyRefused, KeyRole
from crystalcall.privacy.requests.wording import kind_said
from crystalcall.privacy.requests.writing import as_zip, schema_text, shown_sections
from crystalcall.privacy.retention_classes import CLASSES
from crystalcall.rules.privacy.linking import LinkTerms
from crystalcall.rules.privacy.requesting import RequestKind
from crystalcall.web.context import Site
from crystalcall.web.privacy.request_forms import (
    AskForm,
    CorrectForm,
    choices,
    kind_of,
    read_ask,
    read_correction,
    typed,
)
from crystalcall.web.privacy.request_sources import wait_seconds

Act = Callable[[HttpRequest, str, Ready], HttpResponse]


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """The form, and the one answer that everybody gets."""
    if request.method != "POST":
        form = AskForm(kind_of(request.GET.get("kind", "")), order_number=request.GET.get("order", "")[:20])
        return render(request, "web/requests.html", {"form": form})
    form = read_ask(request.POST)
    if form.errors or form.kind is None:
        return render(request, "web/requests.html", {"form": form}, status=422)
    too_fast = wait_seconds(request)
    if too_fast:
        return _wait(request, too_fast)
    mailbox = keepers.mailbox(form.email) or ""
    asked = Asked(form.kind, mailbox, Channel.SITE, Site(request).language, form.order_number)
    now = clock.now()
    opened = actions.open_request(asked, now=now)
    facts: dict[str, Any] = {"opened": opened, "kind": kind_said(form.kind)}
    if isinstance(opened.terms, LinkTerms):
        facts["link_minutes"] = opened.terms.minutes
    else:
        facts["wait_minutes"] = _minutes((opened.terms.at - now).total_seconds())
    return render(request, "web/requests_sent.html", facts)


@require_http_methods(["GET", "HEAD", "POST"])
@private
def link(request: HttpRequest, token: str) -> HttpResponse:
    """A mailed link: a GET only asks, a POST proves the mailbox and goes on."""
    now = clock.now()
    if request.method != "POST":
        key = one_time.look(token, KeyRole.LINK, now=now)
        if isinstance(key, KeyRefused):
            return _refused(request)
        facts = {"token": token, "address": "request-link", "kind": kind_said(RequestKind(key.request.kind))}
        return render(request, "web/request_link.html", facts)
    opened = actions.open_link(token, now=now)
    if isinstance(opened, KeyRefused):
        return _refused(request)
    ready = actions.ready(opened.ticket, now=now)
    return _refused(request) if isinstance(ready, KeyRefused) else _page(request, opened.ticket, ready)


@require_http_methods(["GET", "HEAD", "POST"])
@private
def change(request: HttpRequest, token: str) -> HttpResponse:
    """The link to a new address: a GET only asks, a POST makes it the address on file."""
    now = clock.now()
    if request.method != "POST":
        key = one_time.look(token, KeyRole.CHANGE, now=now)
        if isinstance(key, KeyRefused):
            return _refused(request)
        return render(request, "web/request_link.html", {"token": token, "address": "request-change", "kind": ""})
    corrected = actions.confirm_change(token, now=now)
    if isinstance(corrected, KeyRefused):
        return _refused(request)
    return render(request, "web/request_done.html", {"corrected": corrected})


@private
def act(request: HttpRequest) -> HttpResponse:
    """Do what the page behind the link offers, by its ticket."""
    if request.method != "POST":
        return redirect("requests")
    ticket = typed(request.POST, "ticket")
    ready = actions.ready(ticket, now=clock.now())
    if isinstance(ready, KeyRefused):
        return _refused(request)
    if ready.kind is RequestKind.UNSORTED or kind_of(typed(request.POST, "kind")) is not None:
        return _sort(request, ticket)
    return _ACTS[ready.kind](request, ticket, ready)


@require_safe
def schema(_request: HttpRequest) -> HttpResponse:
    """What may stand in the machine's form of an export (JSON Schema, draft 2020-12)."""
    response = HttpResponse(schema_text(), content_type="application/schema+json")
    response["Cache-Control"] = "public, max-age=3600"
    return response


def _sort(request: HttpRequest, ticket: str) -> HttpResponse:
    kind = kind_of(typed(request.POST, "kind"))
    ready = actions.sort(ticket, kind or RequestKind.UNSORTED, now=clock.now())
    return _refused(request) if isinstance(ready, KeyRefused) else _page(request, ticket, ready)


def _copy(request: HttpRequest, ticket: str, _ready: Ready) -> HttpResponse:
    data = actions.fetch(ticket, now=clock.now())
    if isinstance(data, KeyRefused):
        return _refused(request)
    if typed(request.POST, "act") == "read":
        return render(request, "web/request_data.html", {"data": data, "shown": shown_sections(data)})
    response = HttpResponse(as_zip(data), content_type="application/zip")
    response["Content-Disposition"] = 'attachment; filename="crystal-call-data.zip"'
    return response


def _correct(request: HttpRequest, ticket: str, ready: Ready) -> HttpResponse:
    form, correction = read_correction(request.POST)
    if form.errors:
        return _page(request, ticket, ready, form=form, status=422)
    corrected = actions.correct(ticket, correction, now=clock.now())
    if isinstance(corrected, KeyRefused):
        return _refused(request)
    if isinstance(corrected, NothingToCorrect):
        return _page(request, ticket, replace(ready, is_correctable=False), status=422)
    return render(request, "web/request_done.html", {"corrected": corrected})


def _delete(request: HttpRequest, ticket: str, ready: Ready) -> HttpResponse:
    if not typed(request.POST, "sure"):
        nothing_sealed = bool(typed(request.POST, "nothing_sealed"))
        return _page(request, ticket, ready, unsure=True, nothing_sealed=nothing_sealed, status=422)
    forgotten = actions.delete(ticket, nothing_sealed=bool(typed(request.POST, "nothing_sealed")), now=clock.now())
    if isinstance(forgotten, KeyRefused):
        return _refused(request)
    if isinstance(forgotten, Held):
        return render(request, "web/request_done.html", {"held": forgotten})
    until = CLASSES["sealed_archive"].ends(clock.now()) if forgotten.is_sealed else None
    return render(request, "web/request_done.html", {"forgotten": forgotten, "sealed_until": until})


def _stop(request: HttpRequest, ticket: str, _ready: Ready) -> HttpResponse:
    stopped = actions.stop(ticket, now=clock.now())
    if isinstance(stopped, KeyRefused):
        return _refused(request)
    return render(request, "web/request_done.html", {"stopped": stopped})


_ACTS: dict[RequestKind, Act] = {
    **dict.fromkeys(COPIES, _copy),
    **dict.fromkeys(ENDINGS, _stop),
    RequestKind.CORRECTION: _correct,
    RequestKind.DELETION: _delete,
}


def _page(request: HttpRequest, ticket: str, ready: Ready, *, status: int = 200, **facts: Any) -> HttpResponse:
    """What the person can do now; the form of a correction starts empty, so that the page shows nothing of them."""
    shown = {
        "ticket": ticket,
        "ready": ready,
        "kind": kind_said(ready.kind),
        "choices": choices(),
        "form": CorrectForm(),
        "minutes": one_time.VALID_MINUTES,
    }
    return render(request, "web/request_act.html", shown | facts, status=status)


def _minutes(seconds: float) -> int:
    """Whole minutes, none of them too short."""
    return max(1, -int(-seconds // 60))


def _wait(request: HttpRequest, seconds: int) -> HttpResponse:
    """When the form may be sent again from there, by the minute; nothing was opened."""
    response = render(request, "web/requests_wait.html", {"minutes": _minutes(seconds)}, status=429)
    response["Retry-After"] = str(seconds)
    return response


def _refused(request: HttpRequest) -> HttpResponse:
    """One page for every reason: what helps is always a new link."""
    return render(request, "web/request_refused.html", status=404)
