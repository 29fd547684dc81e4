"""Headers that every response carries, whoever made it (ASVS 5.0, 3.4)."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from crystalcall.plumbing.settings import own_base_url

PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=(), interest-cohort=(), browsing-topics=()"
#: Two years, as the preload lists ask; said only where the door is really served over TLS.
STRICT_TRANSPORT = "max-age=63072000; includeSubDomains"


def security_headers(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Add the fixed headers; a view may only make Cache-Control and Referrer-Policy stricter, never drop the rest."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response["X-Content-Type-Options"] = "nosniff"
        response["X-Frame-Options"] = "DENY"
        response["Cross-Origin-Opener-Policy"] = "same-origin"
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        response["Permissions-Policy"] = PERMISSIONS
        # Never no-referrer: it makes browsers send "Origin: null" from our own forms, which the check refuses.
        response.setdefault("Referrer-Policy", "same-origin")
        if request.method not in {"GET", "HEAD"}:
            response["Cache-Control"] = "no-store"
        if own_base_url().startswith("https://"):
            response["Strict-Transport-Security"] = STRICT_TRANSPORT
        return response

    return middleware
