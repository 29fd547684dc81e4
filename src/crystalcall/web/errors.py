"""Pages for what went wrong. They stand without a database: no query is made, nothing that was asked is repeated."""

from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from crystalcall.plumbing.middleware.language import language_of
from crystalcall.web.context import StillSite


class Trouble(NamedTuple):
    """What is said on one error page: what is wrong, and what to do."""

    title: str
    advice: str


def troubles() -> dict[int, Trouble]:
    """Every error page's words, by status, in the language in force."""
    return {
        400: Trouble(
            _("We could not read that request"),
            _("Nothing was changed. Go back, reload the page and try again."),
        ),
        403: Trouble(
            _("That request did not come from our own page"),
            _("Nothing was changed. Open the page on our site and send the form again."),
        ),
        404: Trouble(
            _("There is no page at this address"),
            _("The address may be old or cut short. The pages below are where most people go."),
        ),
        500: Trouble(
            _("Something went wrong on our side"),
            _("It is not your doing. Nothing was charged. Try again in a minute; if it stays, write to us."),
        ),
    }


def trouble_page(request: HttpRequest, status: int) -> HttpResponse:
    """The error page of this status, in the language of the path."""
    with translation.override(language_of(request.path)):
        trouble = troubles()[status]
        # No request goes in: context processors would ask the database for the cart and the saving line.
        page = render_to_string("web/error.html", {"site": StillSite(request), "trouble": trouble, "status": status})
    response = HttpResponse(page, status=status)
    response["Cache-Control"] = "no-store"
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  # Django's signature
    """400: the request cannot be read."""
    return trouble_page(request, 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  # Django's signature
    """403: the request may not act here."""
    return trouble_page(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  # Django's signature
    """404: no such page, product, country or order."""
    return trouble_page(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: our mistake."""
    return trouble_page(request, 500)
