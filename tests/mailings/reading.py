"""Reads mails as their recipients do."""

from email.message import EmailMessage


def part(message: EmailMessage, kind: str) -> str:
    """The plain or the html part, its no-break spaces as spaces."""
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content()).replace("\u00a0", " ")


def both(message: EmailMessage) -> tuple[str, str]:
    """Both parts."""
    return part(message, "plain"), part(message, "html")
