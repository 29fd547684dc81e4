"""What pages behind either door are made of; whose door it is stands in the request."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse

from crystalcall.customers.signing_in.door import at, fragment, given, go, out, soon, step

__all__ = ["View", "again_fragment", "at", "fragment", "given", "go", "out", "private", "soon", "step"]

View = Callable[..., HttpResponse]


def private(view: View) -> View:
    """A page for one reader: for no cache, no index, and no address in any Referer."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        return response

    return guarded


def again_fragment(request: HttpRequest, context: dict[str, Any] | None = None, status: int = 200) -> HttpResponse:
    """The password asked for once more; what waited for it is done afterwards."""
    return step(fragment(request, "hall/again.html", context, status))
