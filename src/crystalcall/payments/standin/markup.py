"""HTML in small pieces: whatever is filled in is escaped, unless it is already HTML of ours."""

from dataclasses import dataclass
from html import escape

from litestar import Response

STRICT = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'"
STYLE_PATH = "/_standin/style.css"


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


def html(template: str, **values: object) -> Html:
    """``template`` with its ``{names}`` filled in, escaped unless they are ``Html``."""
    safe = {
        name: value if isinstance(value, Html) else escape(str(value), quote=True) for name, value in values.items()
    }
    return Html(template.format(**safe))


def joined(pieces: "list[Html]") -> Html:
    """Pieces one after the other."""
    return Html("\n".join(pieces))


NOTHING = Html("")

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<link rel="stylesheet" href="{style}">
<link rel="icon" href="/_standin/mark.svg" type="image/svg+xml">
</head>
<body class="{kind}">
<p class="standin" role="note"><strong>Local stand-in for Authorize.Net.</strong>
No money moves. It takes only the published test cards.</p>
<main>
{body}
</main>
</body>
</html>
"""


@dataclass(frozen=True, slots=True)
class Frame:
    """Where a page may stand and what may stand in it, in the words of CSP: the origin of the store's communicator."""

    origin: str = "'none'"


def page(
    title: str,
    body: Html,
    *,
    kind: str = "narrow",
    status: int = 200,
    form_action: str = "'none'",
    frame: Frame | None = None,
) -> Response[str]:
    """A whole page with its own content security policy; never stored by a cache.

    Args:
        title: the title of the page, as text.
        body: what stands in ``main``.
        kind: ``narrow`` for a form, ``wide`` for tables.
        status: the HTTP status.
        form_action: where its forms may lead, redirects included, in the words of CSP.
        frame: whose frame it may stand in, and whose page may stand in a frame of its own; nobody's by default.
    """
    origin = (frame or Frame()).origin
    content = html(_PAGE, title=title, style=STYLE_PATH, kind=kind, body=body)
    headers = {
        "Content-Security-Policy": f"{STRICT}; form-action {form_action}; frame-ancestors {origin}; frame-src {origin}",
        "Cache-Control": "no-store",
    }
    return Response(str(content), status_code=status, media_type="text/html", headers=headers)
