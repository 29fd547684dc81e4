"""The SMTP side: accepts everything for everybody and keeps it; delivers nothing."""

import asyncio
import contextlib
import logging
import weakref
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiosmtpd.smtp import SMTP, Envelope, Session

from crystalcall.mailings.mailbox.config import MailboxConfig
from crystalcall.mailings.mailbox.letters import LetterBox

log = logging.getLogger(__name__)

LARGEST_MESSAGE_BYTES = 10_000_000


class Keeper:
    """The handler that aiosmtpd calls; its method's name is theirs."""

    def __init__(self, config: MailboxConfig, box: LetterBox) -> None:
        self._config = config
        self._box = box

    async def handle_DATA(  # noqa: N802 - aiosmtpd finds it by this name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Keep one message; answer only once it lies on disk."""
        _ = server, session
        content = envelope.content or b""
        raw = content if isinstance(content, bytes) else content.encode("utf-8", "surrogateescape")
        try:
            letter_id = self._box.keep(raw, envelope.mail_from or "", envelope.rcpt_tos, self._config.clock())
        except OSError as error:
            log.warning("a message could not be kept: %s", error)
            return "451 The message could not be kept, try again later"
        return f"250 Kept as {letter_id}"


@asynccontextmanager
async def smtp_server(config: MailboxConfig, box: LetterBox) -> AsyncIterator[None]:
    """Listen for the duration."""
    loop = asyncio.get_running_loop()
    keeper = Keeper(config, box)
    # Weak: a connection that ended must not be kept alive by this list.
    protocols: weakref.WeakSet[SMTP] = weakref.WeakSet()

    def protocol() -> SMTP:
        made = SMTP(
            keeper,
            hostname="mailbox.local",
            ident="Crystal Call mailbox",
            data_size_limit=LARGEST_MESSAGE_BYTES,
            enable_SMTPUTF8=True,
            loop=loop,
        )
        protocols.add(made)
        return made

    server = await loop.create_server(protocol, host=config.bind_host, port=config.smtp_port)
    try:
        yield
    finally:
        server.close()
        for open_protocol in list(protocols):
            if open_protocol.transport is not None:
                open_protocol.transport.close()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(server.wait_closed(), 2)
