"""The public evidence of each clause, and the map of what is kept, both written by the program about itself."""

from typing import Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from crystalcall.plumbing import clock
from crystalcall.privacy.clauses import evidence as gathering
from crystalcall.privacy.data_map import fides, layout
from crystalcall.web.evidence_words import counted

YAML: Final = "application/yaml; charset=utf-8"
"""RFC 9512."""


@require_safe
def evidence(request: HttpRequest) -> HttpResponse:
    """Each clause of the policy with how it is kept, its tests and its live figures."""
    found = gathering.evidence(clock.now())
    return render(request, "web/evidence.html", {"evidence": found, "counted": counted(found)})


@require_safe
def evidence_json(_request: HttpRequest) -> HttpResponse:
    """The evidence of each clause, for a machine."""
    content = gathering.as_json(gathering.evidence(clock.now()))
    return JsonResponse(content, json_dumps_params={"ensure_ascii": False, "indent": 1})


@require_safe
def data_map(request: HttpRequest) -> HttpResponse:
    """What is kept where, what for, and who else gets it, as a drawing and a table."""
    return render(request, "web/data_map.html", {"map": layout.data_map()})


@require_safe
def data_map_yaml(_request: HttpRequest) -> HttpResponse:
    """The same in the form of fideslang, for privacy tools."""
    return HttpResponse(fides.as_yaml(), content_type=YAML)
