"""How many requests were answered and how long that took, by kind and status: figures for monitoring, nobody's traces.

A kind is the part of the program that answered, such as "account" or "shop", never an address: addresses hold what is
between a customer and us.
"""

import time
from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from crystalcall.plumbing import metrics

REQUESTS: Final = metrics.counter(
    "crystalcall_requests", "Requests answered, by the part of the program and HTTP status.", ("kind", "status")
)
REQUEST_SECONDS: Final = metrics.histogram(
    "crystalcall_request_seconds", "From a request's arrival in this process to its answer.", metrics.SECONDS, ("kind",)
)
FILE: Final = "file"
NOWHERE: Final = "nowhere"
_OWN: Final = "crystalcall"


def counted(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Count each request and measure it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        begun = time.perf_counter()
        response = get_response(request)
        kind = kind_of(request)
        REQUESTS.labels(kind, str(response.status_code)).inc()
        REQUEST_SECONDS.labels(kind).observe(time.perf_counter() - begun)
        return response

    return middleware


def kind_of(request: HttpRequest) -> str:
    """Which part of the program answers: a folder of a door ("account"), or the door itself ("web")."""
    match = request.resolver_match
    if match is None:
        return FILE if request.path_info.startswith(settings.STATIC_URL) else NOWHERE
    root, *folders = getattr(match.func, "__module__", "").split(".")
    return folders[:-1][-1] if root == _OWN and len(folders) > 1 else NOWHERE
