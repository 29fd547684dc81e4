"""Addresses that programs look for: that nothing is sold, whom to tell of a hole (RFC 9116), the password page."""

from datetime import timedelta
from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from crystalcall.plumbing import clock
from crystalcall.plumbing.settings import current
from crystalcall.privacy import policy

VALID_DAYS: Final = 180
"""RFC 9116, 2.5.5 wants less than a year, so that a forgotten file says so."""


@require_safe
def gpc(request: HttpRequest) -> JsonResponse:  # noqa: ARG001  # a view
    """That the signal of Global Privacy Control is honored, and since when that was last said."""
    version = policy.in_force(clock.now())
    said = version.in_force_at.date() if version.in_force_at else version.practices.written
    return JsonResponse({"gpc": True, "lastUpdate": said.isoformat()})


@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  # a view
    """Whom to tell of a security hole (RFC 9116); its end is always half a year away."""
    settings = current()
    base = settings.store_base_url
    expires = (clock.now() + timedelta(days=VALID_DAYS)).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = (
        f"Contact: mailto:{settings.service_email}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: en, ru",
        f"Canonical: {base}{reverse('security-txt')}",
        f"Policy: {base}/security/#report",
    )
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@require_safe
def change_password(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  # a view
    """Leads a password manager to where a password is changed (W3C, A Well-Known URL for Changing Passwords)."""
    return HttpResponseRedirect(reverse("account-password"))
