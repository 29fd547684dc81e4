"""The messages on disk: one ``.eml`` file each, named by time and chance, never by anything a sender wrote."""

import os
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

# The only names there are. What an address of the viewer asks for must match before a path is made of it.
LETTER_ID = re.compile(r"[0-9]{8}T[0-9]{12}-[0-9a-f]{8}")
LONGEST_TEXT = 200_000


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as a person sees it; ``None`` for a part that it does not have."""

    letter_id: str
    received_at: datetime
    sender: str
    recipients: str
    subject: str
    message_id: str
    text: str | None
    html: str | None
    attachments: tuple[str, ...]


class LetterBox:
    """The folder of messages.

    Args:
        folder: made when missing, readable by its owner only.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def keep(self, content: bytes, sender: str, recipients: list[str], now: datetime) -> str:
        """Write a message to disk, whole or not at all; its id.

        The envelope goes on top as ``Return-Path`` and ``Delivered-To``, as a delivering server writes it.
        """
        letter_id = f"{now.astimezone(UTC):%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}"
        envelope = [f"Return-Path: <{_one_line(sender)}>"]
        envelope += [f"Delivered-To: {_one_line(recipient)}" for recipient in recipients]
        head = "".join(f"{line}\r\n" for line in envelope).encode("utf-8")
        unfinished = self._folder / f".{letter_id}.part"
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(head + content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(self._path(letter_id))
        return letter_id

    def _path(self, letter_id: str) -> Path:
        return self._folder / f"{letter_id}.eml"

    def source(self, letter_id: str) -> bytes | None:
        """The message as it lies on disk, or None when there is none of that id."""
        if not LETTER_ID.fullmatch(letter_id):
            return None
        try:
            return self._path(letter_id).read_bytes()
        except OSError:
            return None

    def ids(self) -> list[str]:
        """Every id, newest first."""
        names = (path.stem for path in self._folder.glob("*.eml"))
        return sorted((name for name in names if LETTER_ID.fullmatch(name)), reverse=True)

    def read(self, letter_id: str) -> Letter | None:
        """The message of that id, or None."""
        source = self.source(letter_id)
        return None if source is None else read_letter(letter_id, source)

    def newest(self, count: int) -> Iterator[Letter]:
        """The newest messages, newest first."""
        for letter_id in self.ids()[:count]:
            letter = self.read(letter_id)
            if letter is not None:
                yield letter


def _one_line(text: str) -> str:
    return "".join(character for character in text if character.isprintable())


def read_letter(letter_id: str, source: bytes) -> Letter:
    """Make sense of a message, however broken: what cannot be read is empty or marked, never an error."""
    message = BytesParser(policy=policy.default).parsebytes(source)
    return Letter(
        letter_id=letter_id,
        received_at=datetime.strptime(letter_id.partition("-")[0], "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC),
        sender=_header(message, "From") or _header(message, "Return-Path"),
        recipients=_header(message, "To") or _header(message, "Delivered-To"),
        subject=_header(message, "Subject"),
        message_id=_header(message, "Message-ID"),
        text=_part(message, "plain"),
        html=_part(message, "html"),
        attachments=tuple(_attachment_names(message)),
    )


def _header(message: EmailMessage, name: str) -> str:
    try:
        # A long header is folded before its first word (RFC 5322, 2.2.3); the blank that leaves is no part of it.
        return _one_line(str(message.get(name, ""))).strip()
    except (ValueError, LookupError, AttributeError, IndexError, TypeError):
        # The parser of the standard library stumbles over some broken headers.
        return ""


def _part(message: EmailMessage, kind: str) -> str | None:
    try:
        part = message.get_body(preferencelist=(kind,))
        if part is None:
            return None
        content = part.get_content()
    except (ValueError, LookupError, AttributeError, TypeError):
        return "This part cannot be read."
    return str(content)[:LONGEST_TEXT].replace("\r\n", "\n")


def _attachment_names(message: EmailMessage) -> Iterator[str]:
    try:
        for part in message.iter_attachments():
            yield _one_line(part.get_filename() or part.get_content_type())
    except (ValueError, LookupError, AttributeError, TypeError):
        yield "an attachment that cannot be read"
