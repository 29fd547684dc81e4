"""A QR code as a drawing in the page: no picture is fetched, and the secret in it goes nowhere."""

import segno
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

QUIET_MODULES = 4


def qr_code(text: str) -> SafeString:
    """The code as inline SVG, dark on light in any color scheme, for cameras."""
    code = segno.make(text, error="m", micro=False)
    side = code.symbol_size(border=0)[0]
    path = "".join(
        f"M{column} {row}h1v1h-1z" for row, line in enumerate(code.matrix) for column, dark in enumerate(line) if dark
    )
    whole = side + 2 * QUIET_MODULES
    # Figures and letters of a path only.
    drawn = mark_safe(path)  # noqa: S308
    return format_html(
        '<svg class="qr" viewBox="-{quiet} -{quiet} {whole} {whole}" role="img" aria-label="{label}">'
        '<rect class="paper" x="-{quiet}" y="-{quiet}" width="{whole}" height="{whole}"/><path d="{path}"/></svg>',
        quiet=QUIET_MODULES,
        whole=whole,
        path=drawn,
        label=_("QR code for an authenticator app"),
    )
