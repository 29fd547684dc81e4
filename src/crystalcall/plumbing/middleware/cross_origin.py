"""Cross-origin requests cannot act (ASVS 5.0, 3.5.1 to 3.5.3): Fetch Metadata first, then Origin, else refused.

There is no cookie to ride on, but orders and rights forms are open to anybody, and a page elsewhere must not submit
them in a visitor's name. Exemptions are exact paths that carry their own proof (a signature or a single-purpose token).
"""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse

from crystalcall.plumbing.middleware.refusals import plain_refusal
from crystalcall.plumbing.settings import own_base_url

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
TRUSTED_SITES = frozenset({"same-origin", "none"})
#: Exact paths that prove themselves by other means: the gateway signs its webhook.
EXEMPT_PATHS = frozenset({"/hooks/authorize-net/"})
#: One press in a mail program comes from anywhere (RFC 8058); the token of 128 bits in the path is its proof.
ONE_PRESS = re.compile(r"(?:/ru)?/updates/unsubscribe/[A-Za-z0-9_-]{22}/")


def cross_origin_check(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Answer 403 to an unsafe request that does not come from our own pages; the view never runs."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if may_act(request):
            return get_response(request)
        return plain_refusal(request, 403)

    return middleware


def may_act(request: HttpRequest) -> bool:
    """Whether this request may change anything: Sec-Fetch-Site decides where present, Origin otherwise."""
    if request.method in SAFE_METHODS or _carries_its_own_proof(request.path):
        return True
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in TRUSTED_SITES
    origin = request.headers.get("Origin")
    return origin is not None and origin in own_origins()


def _carries_its_own_proof(path: str) -> bool:
    return path in EXEMPT_PATHS or ONE_PRESS.fullmatch(path) is not None


def own_origins() -> frozenset[str]:
    """The origins of our own pages: the public address of this door."""
    address = urlsplit(own_base_url())
    return frozenset({f"{address.scheme}://{address.netloc}"})
