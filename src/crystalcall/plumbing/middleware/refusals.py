"""Refusals made before any view runs: plain, in the reader's language, without template or database."""

from django.http import HttpRequest, HttpResponse
from django.utils.html import escape
from django.utils.translation import get_language
from django.utils.translation import gettext as _


def plain_refusal(request: HttpRequest, status: int) -> HttpResponse:
    """A short page that says what was refused and what to do; nothing was changed."""
    title = _("That request did not come from our own page")
    text = _("Nothing was changed. Please open the page on our site and send the form again.")
    way_out = request.path if request.method == "GET" else "/"
    body = (
        f'<!doctype html><html lang="{get_language() or "en"}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title></head><body><main><h1>{escape(title)}</h1><p>{escape(text)}</p>"
        f'<p><a href="{escape(way_out)}">{escape(_("Go to the first page"))}</a></p>'
        "</main></body></html>"
    )
    return HttpResponse(body, status=status, content_type="text/html; charset=utf-8")
