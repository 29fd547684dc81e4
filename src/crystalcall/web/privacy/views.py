"""Privacy & Security as it is true today; the policy with its clauses and evidence grows here."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from crystalcall.plumbing.settings import current


@require_safe
def policy(request: HttpRequest) -> HttpResponse:
    """What is collected, why, who else gets it, and what is refused."""
    return render(request, "web/privacy.html", {"guarantee_days": current().guarantee_days})
