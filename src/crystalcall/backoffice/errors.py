"""Pages for what went wrong at the desk. They stand without a database, and repeat nothing that was asked."""

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from crystalcall.backoffice.context import Desk
from crystalcall.plumbing.middleware.language import language_of


def trouble_page(request: HttpRequest, status: int) -> HttpResponse:
    """The error page of this status, in the language of the path."""
    with translation.override(language_of(request.path)):
        said = {
            400: _("We could not read that request"),
            403: _("That request did not come from our own page"),
            404: _("There is no page at this address"),
            500: _("Something went wrong on our side"),
        }[status]
        page = render_to_string("backoffice/error.html", {"site": Desk(request), "said": said})
    response = HttpResponse(page, status=status)
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  # Django's signature
    """400: the request cannot be read."""
    return trouble_page(request, 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  # Django's signature
    """403: the request may not act here."""
    return trouble_page(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  # Django's signature
    """404: no such page."""
    return trouble_page(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: our mistake."""
    return trouble_page(request, 500)
