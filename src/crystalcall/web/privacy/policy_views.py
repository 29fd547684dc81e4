"""The privacy policy: the version in force, all versions, and what changes from one to the next."""

from datetime import datetime
from itertools import pairwise

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from crystalcall.plumbing import clock
from crystalcall.privacy import policy
from crystalcall.privacy.clauses.reading import clauses
from crystalcall.privacy.inventory_view import collected
from crystalcall.privacy.policy.differences import practice_changes, text_changes
from crystalcall.privacy.policy.values import Version
from crystalcall.web import policy_words as words

GPC = "Sec-GPC"


@require_safe
def policy_page(request: HttpRequest) -> HttpResponse:
    """The privacy policy in force: a summary, what is collected, each clause with its state and its evidence."""
    now = clock.now()
    version = policy.in_force(now)
    context = _version_context(version) | {
        "collected": collected(),
        "recipients": [words.recipient_said(each) for each in version.practices.providers],
        "statuses": {entry.id: entry for entry in clauses()},
        "asks_not_to_sell": request.headers.get(GPC) == "1",
    }
    response = render(request, "web/privacy.html", context)
    # The page answers the browser's signal (Global Privacy Control), so a cache must tell the two apart.
    patch_vary_headers(response, [GPC])
    return response


@require_safe
def versions_page(request: HttpRequest) -> HttpResponse:
    """Every version of the privacy policy, the newest first, with its dates."""
    now = clock.now()
    number = policy.in_force(now).number
    versions = policy.all_versions(now)
    followed = {after.number: before.number for before, after in pairwise(versions)}
    shown = [
        {"version": version, "state": words.state_said(version, number), "follows": followed.get(version.number)}
        for version in reversed(versions)
    ]
    return render(request, "web/policy_versions.html", {"versions": shown})


@require_safe
def version_page(request: HttpRequest, number: int) -> HttpResponse:
    """One version of the privacy policy, as it was published."""
    now = clock.now()
    version, before = _published(number, now)
    state = words.state_said(version, policy.in_force(now).number)
    context = _version_context(version) | {"state": state, "before": before}
    return render(request, "web/policy_version.html", context)


@require_safe
def changes_page(request: HttpRequest, number: int) -> HttpResponse:
    """What a version of the privacy policy changed: each clause with the differences marked, and how to opt out."""
    now = clock.now()
    version, before = _published(number, now)
    if before is None:
        raise Http404
    language = get_language() or "en"
    changes = practice_changes(before.practices, version.practices)
    context = {
        "version": version,
        "before": before,
        "is_coming": version.in_force_at is None,
        "uses_new": words.purposes_said(changes.uses_new),
        "uses_gone": words.purposes_said(changes.uses_gone),
        "collected_new": words.by_purposes(changes.collected_new),
        "collected_gone": [words.category_said(category) for category in changes.collected_gone],
        "recipients_new": [words.recipient_said(each) for each in changes.recipients_new],
        "recipients_gone": [words.recipient_said(each) for each in changes.recipients_gone],
        "changes": changes,
        "clauses": text_changes(before.text(language), version.text(language)),
    }
    return render(request, "web/policy_changes.html", context)


def _published(number: int, now: datetime) -> tuple[Version, Version | None]:
    """A published version and the one that it follows. Errors: Http404."""
    before = None
    for version in policy.all_versions(now):
        if version.number == number:
            return version, before
        before = version
    raise Http404


def _version_context(version: Version) -> dict[str, object]:
    text = version.text(get_language() or "en")
    said = [(clause, words.html(clause.text)) for clause in text.clauses]
    return {"version": version, "text": text, "summary": words.html(text.summary), "clauses": said}
