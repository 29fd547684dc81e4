"""The pages of the viewer. Whatever a message says is escaped; only its sandboxed frame shows its HTML."""

import re
from html import escape

from litestar import Response

from crystalcall.mailings.mailbox.letters import Letter

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# The frame's document has no origin, no script, no network, no forms; only its own styles and inlined pictures.
FRAME_POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
SHOWN = 200
LINK = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]]")

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<link rel="stylesheet" href="/style.css">
<link rel="icon" href="/mark.svg" type="image/svg+xml">
</head>
<body>
<header><a class="mark" href="/"><img src="/mark.svg" alt="" width="32" height="32">Local mailbox</a>
<span>Every mail of the demo ends here. Nothing leaves this machine.</span></header>
<main>
{body}
</main>
</body>
</html>
"""


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


def html(template: str, **values: object) -> Html:
    """``template`` with its ``{names}`` filled in, escaped unless they are ``Html``."""
    return Html(
        template.format(
            **{name: value if isinstance(value, Html) else escape(str(value)) for name, value in values.items()}
        )
    )


def _page(title: str, body: Html, status: int = 200) -> Response[str]:
    content = str(html(_PAGE, title=title, body=body))
    headers = {"Content-Security-Policy": POLICY}
    return Response(content, status_code=status, media_type="text/html", headers=headers)


def list_page(letters: list[Letter], total: int) -> Response[str]:
    """All messages, newest first."""
    if not letters:
        body = html(
            """<h1>No messages yet</h1>
<p class="empty">Buy credit in the store: the mail with the PIN appears here.</p>
<p><a class="button" href="/">Look again</a></p>"""
        )
        return _page("No messages yet", body)
    older = html("<p>And {count} older.</p>", count=total - len(letters)) if total > len(letters) else Html("")
    body = html(
        """<div class="head"><h1>{count}</h1><a class="button" href="/">Look again</a></div>
<ol class="letters">{rows}</ol>{older}""",
        count="1 message" if total == 1 else f"{total} messages",
        rows=Html("\n".join(_row(letter) for letter in letters)),
        older=older,
    )
    return _page("Messages", body)


def _row(letter: Letter) -> Html:
    return html(
        """<li><a href="/messages/{letter_id}/"><span class="subject" dir="auto">{subject}</span>
<span class="who">To {to}</span><span class="who">From {sender}</span>
<time datetime="{machine_time}">{time}</time></a></li>""",
        letter_id=letter.letter_id,
        subject=letter.subject or "(no subject)",
        to=letter.recipients or "nobody",
        sender=letter.sender or "nobody",
        machine_time=letter.received_at.isoformat(timespec="seconds"),
        time=_time(letter),
    )


def _time(letter: Letter) -> str:
    return f"{letter.received_at:%Y-%m-%d %H:%M:%S} UTC"


def letter_page(letter: Letter) -> Response[str]:
    """One message: its head, its text, its HTML in a frame, its source."""
    attachments = ", ".join(letter.attachments)
    pairs = [
        ("From", letter.sender),
        ("To", letter.recipients),
        ("Received", _time(letter)),
        ("Message-ID", letter.message_id),
        ("Attachments", attachments),
    ]
    body = html(
        """<p><a href="/">All messages</a></p>
<h1 dir="auto">{subject}</h1>
<dl>{head}</dl>
{text}
{html_part}
<p><a class="button" href="/messages/{letter_id}/source" download="{letter_id}.eml">Download the source</a></p>""",
        subject=letter.subject or "(no subject)",
        head=Html("".join(html("<div><dt>{a}</dt><dd>{b}</dd></div>", a=name, b=text) for name, text in pairs if text)),
        text=_text_part(letter),
        html_part=_html_part(letter),
        letter_id=letter.letter_id,
    )
    return _page(letter.subject or "(no subject)", body)


def _text_part(letter: Letter) -> Html:
    if letter.text is None:
        return html('<h2>Text</h2><p class="empty">This message has no text part.</p>')
    return html('<h2>Text</h2><div class="text" dir="auto">{text}</div>', text=with_links(letter.text))


def with_links(text: str) -> Html:
    """Plain text with its http addresses as links, everything escaped."""
    pieces = []
    end = 0
    for found in LINK.finditer(text):
        pieces.append(escape(text[end : found.start()]))
        pieces.append(html('<a href="{url}" rel="noopener noreferrer">{url}</a>', url=found[0]))
        end = found.end()
    pieces.append(escape(text[end:]))
    return Html("".join(pieces))


def _html_part(letter: Letter) -> Html:
    if letter.html is None:
        return html('<h2>HTML</h2><p class="empty">This message has no HTML part.</p>')
    return html(
        """<h2>HTML</h2>
<p class="empty">Shown without scripts, network and working links; use the links of the text.</p>
<iframe sandbox="" src="/messages/{letter_id}/html" title="The HTML part of the message"></iframe>""",
        letter_id=letter.letter_id,
    )


def frame(letter: Letter) -> Response[str]:
    """The HTML part alone, behind a wall of its own."""
    # A sandboxed document with an opener policy of its own would be refused when opened by itself.
    headers = {"Content-Security-Policy": FRAME_POLICY, "Cross-Origin-Opener-Policy": "unsafe-none"}
    return Response(letter.html or "", media_type="text/html", headers=headers)


def missing_page(sentence: str, status: int = 404) -> Response[str]:
    """Nothing there."""
    body = html('<h1>{sentence}</h1><p><a href="/">All messages</a></p>', sentence=sentence)
    return _page(sentence, body, status)
