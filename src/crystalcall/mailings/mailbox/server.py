"""The process: ``python -m crystalcall.mailings.mailbox.server``.

SMTP on base+5 and the viewer on base+4, in one event loop. It stops cleanly on SIGTERM and SIGINT.
"""

import logging
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels
from litestar import Litestar

from crystalcall.mailings.mailbox.app import create_app
from crystalcall.mailings.mailbox.config import ConfigError, MailboxConfig, check_port_free, config_from_environment
from crystalcall.mailings.mailbox.letters import LetterBox
from crystalcall.mailings.mailbox.smtp import smtp_server

EXIT_REFUSED = 1
KILL_AFTER_SECONDS = 3


def load(config: MailboxConfig, box: LetterBox) -> Litestar:
    """The viewer with the SMTP server beside it, in the event loop of the process that serves."""

    @asynccontextmanager
    async def with_smtp(_: Litestar) -> AsyncIterator[None]:
        async with smtp_server(config, box):
            yield

    return create_app(box, lifespan=with_smtp)


def serve(config: MailboxConfig, box: LetterBox) -> None:
    """Serve both until told to stop."""
    viewer = Granian(
        "the local mailbox",
        address=config.bind_host,
        port=config.viewer_port,
        interface=Interfaces.ASGI,
        workers=1,
        log_access=False,
        log_level=LogLevels.error,
        websockets=False,
        workers_kill_timeout=KILL_AFTER_SECONDS,
    )
    viewer.serve(target_loader=partial(load, config, box), wrap_loader=False)


def main(environment: Mapping[str, str] = os.environ) -> int:
    """Start from the environment; exit status 1 with a sentence when it cannot."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(message)s")
    try:
        config = config_from_environment(environment)
        for port in (config.viewer_port, config.smtp_port):
            check_port_free(config.bind_host, port)
        box = LetterBox(config.folder)
    except (ConfigError, OSError) as error:
        sys.stderr.write(f"The mailbox does not start. {error}\n")
        return EXIT_REFUSED
    sys.stdout.write(
        f"Mailbox: http://{config.bind_host}:{config.viewer_port}/ (SMTP on {config.bind_host}:{config.smtp_port})\n"
    )
    sys.stdout.flush()
    serve(config, box)
    return 0


if __name__ == "__main__":
    sys.exit(main())
