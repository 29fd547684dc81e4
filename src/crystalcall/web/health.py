"""What crawlers are told: robots.txt."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

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
    return HttpResponse(ROBOTS, content_type="text/plain; charset=utf-8")
