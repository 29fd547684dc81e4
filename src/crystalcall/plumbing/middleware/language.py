"""The language is in the path and nowhere else: /ru/… is Russian, the rest English; no cookie, no Accept-Language."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation

RUSSIAN = "ru"
ENGLISH = "en"


def language_of(path: str) -> str:
    """The language of an address path."""
    return RUSSIAN if path == "/ru" or path.startswith("/ru/") else ENGLISH


def in_language(path: str, language: str) -> str:
    """The path of the same page in a language: English at the root, Russian under /ru/."""
    bare = path.removeprefix("/ru") if language_of(path) == RUSSIAN else path
    bare = "/" + bare.lstrip("/")
    return f"/ru{bare}" if language == RUSSIAN else bare


def language_from_path(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Speak the path's language for the time of the request, and say so in Content-Language."""

    def middleware(request: HttpRequest) -> HttpResponse:
        language = language_of(request.path_info)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = get_response(request)
            response.setdefault("Content-Language", language)
            return response

    return middleware
