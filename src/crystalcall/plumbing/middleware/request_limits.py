"""Bounds on what a request may carry before anything parses it: a hostile address gets an answer, never an error."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

MAX_QUERY_BYTES = 8192
MAX_PATH_BYTES = 2048


def request_limits(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Answer 414 to an address that is longer than any of ours can be."""

    def middleware(request: HttpRequest) -> HttpResponse:
        too_long = len(request.META.get("QUERY_STRING", "")) > MAX_QUERY_BYTES or len(request.path) > MAX_PATH_BYTES
        if too_long:
            return HttpResponse("The address is too long.\n", status=414, content_type="text/plain; charset=utf-8")
        return get_response(request)

    return middleware
