"""Making a mail of what a letter says: both forms from their templates, one identity for every try."""

from dataclasses import dataclass, field
from typing import Any

from django.template.loader import render_to_string

from crystalcall.mailings.values import Mail


@dataclass(frozen=True, slots=True)
class Envelope:
    """To whom a mail goes, in which language, and under which identity."""

    recipient: str = field(repr=False)
    language: str
    message_id: str


def render(envelope: Envelope, template: str, letter: Any, *, holds: tuple[str, ...], stop_url: str = "") -> Mail:
    """The mail of a letter, composed anew for each try: nothing of it is kept anywhere.

    `letter` has what its templates `mailings/<template>.txt` and `.html` say, and a `subject`. `holds` names the
    personal fields in it; `stop_url` is where mails of this kind are ended, if anywhere.
    """
    return Mail(
        recipient=envelope.recipient,
        subject=letter.subject,
        text=render_to_string(f"mailings/{template}.txt", {"letter": letter}).strip() + "\n",
        html=render_to_string(f"mailings/{template}.html", {"letter": letter}),
        language=envelope.language,
        message_id=envelope.message_id,
        holds=holds,
        stop_url=stop_url,
    )
