"""Pages that answer questions; none of them asks for anything."""

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from crystalcall.minutes.calls import queries as calls
from crystalcall.plumbing.settings import current


@require_safe
def service(request: HttpRequest) -> HttpResponse:
    """Customer Service: how to call, what to do when something is wrong, whom to write to."""
    return render(request, "web/service.html", {"access_numbers": calls.access_numbers()})


@require_safe
def security(request: HttpRequest) -> HttpResponse:
    """Secure ordering: how to see that a page is secure, and where the card is typed (clauses C22 and C23)."""
    settings = current()
    store, gateway = urlsplit(settings.store_base_url), urlsplit(settings.gateway_hosted_url)
    is_real = gateway.hostname is not None and gateway.hostname.endswith(".authorize.net")
    return render(
        request,
        "web/security.html",
        {"store_host": store.netloc, "gateway_host": gateway.netloc, "gateway_is_real": is_real},
    )
