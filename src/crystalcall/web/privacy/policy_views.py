"""The privacy policy: the version in force, all versions, and what changes from one to the next."""

import logging
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

import msgspec
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from crystalcall.plumbing import clock
from crystalcall.privacy import policy
from crystalcall.privacy.clauses.evidence import reworded
from crystalcall.privacy.clauses.reading import clauses
from crystalcall.privacy.inventory_view import collected
from crystalcall.privacy.policy.differences import practice_changes, text_changes
from crystalcall.privacy.policy.library import UnfitPolicyError
from crystalcall.privacy.policy.saying import changes_said
from crystalcall.privacy.policy.values import Version
from crystalcall.web import policy_words as words
from crystalcall.web.errors import trouble_page

GPC = "Sec-GPC"

logger = logging.getLogger(__name__)


def readable(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Show nothing where a text in the database is not the one that was announced, and log it (clause C20)."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except UnfitPolicyError:
            logger.exception("a version of the policy is not shown")
            return trouble_page(request, 500)

    return guarded


@require_safe
@readable
def policy_page(request: HttpRequest) -> HttpResponse:
    """The privacy policy in force: a summary, what is collected, each clause with its state and its evidence."""
    now = clock.now()
    version = policy.in_force(now)
    context = _version_context(version) | {
        "collected": collected(),
        "recipients": [words.recipient_said(each) for each in version.practices.providers],
        "practices": version.practices,
        "statuses": {entry.id: entry for entry in clauses()},
        "unproven": reworded(version),
        "asks_not_to_sell": request.headers.get(GPC) == "1",
    }
    response = render(request, "web/privacy.html", context)
    # The page answers the browser's signal (Global Privacy Control), so a cache must tell the two apart.
    patch_vary_headers(response, [GPC])
    return response


@require_safe
@readable
def versions_page(request: HttpRequest) -> HttpResponse:
    """Every version of the privacy policy, withdrawn ones too, the newest first, with its dates."""
    now = clock.now()
    number = policy.in_force(now).number
    shown = [
        {"version": version, "state": words.state_said(version, number)}
        for version in reversed(policy.all_versions(now))
    ]
    return render(request, "web/policy_versions.html", {"versions": shown})


@require_safe
@readable
def version_page(request: HttpRequest, number: int) -> HttpResponse:
    """One version of the privacy policy, as it was published: its words and its practices."""
    now = clock.now()
    version, _before = _published(number, now)
    context = _version_context(version) | {
        "state": words.state_said(version, policy.in_force(now).number),
        "practices": words.practices_said(version.practices),
    }
    return render(request, "web/policy_version.html", context)


@require_safe
@readable
def practices_of(_request: HttpRequest, number: int) -> HttpResponse:
    """The practices of a version for machines: to what the program holds itself while that version is in force."""
    version, _before = _published(number, clock.now())
    told = msgspec.to_builtins(version.practices) | {"content_sha256": version.content_sha256}
    return JsonResponse(told, json_dumps_params={"ensure_ascii": False})


@require_safe
@readable
def changes_page(request: HttpRequest, number: int) -> HttpResponse:
    """What a version of the privacy policy changed: each clause with the differences marked, and how to opt out."""
    version, before = _published(number, clock.now())
    if before is None:
        raise Http404
    language = get_language() or "en"
    context = {
        "version": version,
        "before": before,
        "groups": changes_said(practice_changes(before.practices, version.practices)),
        "clauses": text_changes(before.text(language), version.text(language)),
    }
    return render(request, "web/policy_changes.html", context)


def _published(number: int, now: datetime) -> tuple[Version, Version | None]:
    """A published version and the one that it follows. Errors: Http404."""
    known = {version.number: version for version in policy.all_versions(now)}
    if number not in known:
        raise Http404
    return known[number], known.get(known[number].follows or 0)


def _version_context(version: Version) -> dict[str, object]:
    text = version.text(get_language() or "en")
    said = [(clause, words.html(clause.text)) for clause in text.clauses]
    return {"version": version, "text": text, "summary": words.html(text.summary), "clauses": said}
