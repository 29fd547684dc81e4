"""Goes to every address of the store, in both languages, and looks at what each answer carries."""

from collections.abc import Iterator

from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import LocalePrefixPattern

#: One value for each kind of part in an address; a new kind has to be named here before the crawl can go there.
PARTS = {"slug": "russia", "token": "AAAAAAAAAAAAAAAAAAAAAA", "sku": "credit-10", "path": "look.css", "number": "1"}
LANGUAGES = ("", "ru/")
WALL = (
    "default-src 'none'",
    "script-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "trusted-types fragments",
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=()",
}


def addresses(language: str) -> Iterator[str]:
    yield from sorted(set(_walk(get_resolver().url_patterns, "/", language)))
    yield f"/{language}there-is-nothing-here/"


def _walk(patterns, prefix: str, language: str) -> Iterator[str]:
    for entry in patterns:
        if isinstance(entry, URLResolver):
            place = language if isinstance(entry.pattern, LocalePrefixPattern) else _filled(entry)
            yield from _walk(entry.url_patterns, prefix + place, language)
        elif isinstance(entry, URLPattern):
            yield prefix + _filled(entry)


def _filled(entry: URLPattern | URLResolver) -> str:
    place = str(entry.pattern)
    for name, converter in entry.pattern.converters.items():
        for written in (f"<{name}>", f"<{converter.__class__.__name__.removesuffix('Converter').lower()}:{name}>"):
            place = place.replace(written, PARTS.get(name, PARTS["token"]))
    assert "<" not in place, f"the crawl has no value for {place}"
    return place


def assert_safe(response, what: str) -> None:
    assert response.status_code < 500, f"{what} failed with {response.status_code}"
    assert not response.cookies, f"{what} sets a cookie"
    assert "Set-Cookie" not in response.headers, f"{what} sets a cookie"
    for header, start in HEADERS.items():
        assert response.headers.get(header, "\0").startswith(start), f"{what} lacks {header}: {start}"
    wall = response.headers.get("Content-Security-Policy", "")
    assert {part.strip() for part in wall.split(";")} >= set(WALL), f"{what} has a hole in its wall: {wall!r}"
    assert "'unsafe" not in wall, f"{what} weakens its wall"


def crawl(client: Client) -> None:
    for language in LANGUAGES:
        for address in addresses(language):
            for method in ("get", "head", "post"):
                response = getattr(client, method)(address, headers={"sec-fetch-site": "same-origin"})
                assert_safe(response, f"{method.upper()} {address}")
            foreign = client.post(address, headers={"sec-fetch-site": "cross-site", "origin": "https://example.com"})
            assert_safe(foreign, f"a foreign POST {address}")
            assert foreign.status_code >= 400, f"a foreign POST to {address} was let in"
