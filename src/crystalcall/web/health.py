"""Addresses for machines: robots.txt and the two health checks."""

from django.db import Error, connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from crystalcall.plumbing.settings import current

# Orders and checkouts are nobody's to index; a cart is the visitor's own. The order addresses cannot be guessed anyway.
ROBOTS = """User-agent: *
Disallow: /account/
Disallow: /cart/
Disallow: /checkout/
Disallow: /orders/
Disallow: /hooks/
Disallow: /updates/
Disallow: /ru/account/
Disallow: /ru/cart/
Disallow: /ru/checkout/
Disallow: /ru/orders/
Disallow: /ru/updates/
"""


@require_safe
def robots(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  # a view
    """What crawlers may read."""
    return _plain(ROBOTS)


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  # a view
    """200 while the process answers at all."""
    return _plain("ok\n", no_store=True)


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  # a view
    """200 while the database answers too, 503 with the reason otherwise."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return _plain("the database does not answer\n", status=503, no_store=True)
    return _plain(f"ready ({current().profile})\n", no_store=True)


def _plain(text: str, *, status: int = 200, no_store: bool = False) -> HttpResponse:
    response = HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")
    if no_store:
        response["Cache-Control"] = "no-store"
    return response
