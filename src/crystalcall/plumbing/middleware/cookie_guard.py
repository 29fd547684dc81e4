"""The outermost guard: no response leaves with a cookie (clause C17), and how many left is counted, never whose."""

import logging
from collections.abc import Callable
from threading import Lock

from django.http import HttpRequest, HttpResponse

from crystalcall.plumbing import tallies
from crystalcall.plumbing.settings import current

logger = logging.getLogger(__name__)
WITHOUT_COOKIE = "responses_without_cookie"
REFUSED = "cookies_refused"
_lock = Lock()
_removed = 0


class CookieSetError(AssertionError):
    """Something tried to set a cookie; raised in tests so that the culprit is found, removed and counted elsewhere."""


def removed_count() -> int:
    """How many responses of this process tried to set a cookie and were stopped."""
    return _removed


def cookie_guard(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Remove any cookie from each response, count it, and raise in the test profile."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        # Whatever happens to a cookie below, this response leaves without one.
        tallies.count(WITHOUT_COOKIE)
        if not response.cookies and not response.has_header("Set-Cookie"):
            return response
        names = sorted(response.cookies)
        response.cookies.clear()
        del response["Set-Cookie"]
        _count()
        # The names alone: a value could be somebody's secret.
        logger.error("a response tried to set cookies: %s", ", ".join(names) or "raw header")
        if current().profile == "test":
            raise CookieSetError(f"A response tried to set cookies: {names}")
        return response

    return middleware


def _count() -> None:
    global _removed  # noqa: PLW0603 - a counter of the process, guarded by its lock
    with _lock:
        _removed += 1
    tallies.count(REFUSED)
