"""The process: ``python -m crystalcall.payments.standin.server``.

It stops cleanly on SIGTERM and SIGINT, and starts only with a configuration that
could not be mistaken for the real gateway's.
"""

import logging
import os
import sys
from collections.abc import Mapping
from functools import partial

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from crystalcall.payments.standin.app import create_app
from crystalcall.payments.standin.config import ConfigError, StandinConfig, check_port_free, config_from_environment

EXIT_REFUSED = 1
# A request that never ends (the fault timeout_after_processing) must not hold up the end of the server.
KILL_AFTER_SECONDS = 3


def serve(config: StandinConfig) -> None:
    """Serve until told to stop.

    One worker process: the courier must not run twice. The application is made inside it, so that the database
    is opened where it is used.
    """
    # No access log: form bodies never reach one, but addresses have no business there either.
    server = Granian(
        "the local Authorize.Net",
        address=config.bind_host,
        port=config.port,
        interface=Interfaces.ASGI,
        workers=1,
        log_access=False,
        log_level=LogLevels.error,
        websockets=False,
        workers_kill_timeout=KILL_AFTER_SECONDS,
    )
    server.serve(target_loader=partial(create_app, config), wrap_loader=False)


def main(environment: Mapping[str, str] = os.environ) -> int:
    """Start from the environment; exit status 1 with a sentence when it must not start."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(message)s")
    try:
        config = config_from_environment(environment)
        check_port_free(config.bind_host, config.port)
    except ConfigError as error:
        sys.stderr.write(f"The local Authorize.Net does not start. {error}\n")
        return EXIT_REFUSED
    sys.stdout.write(f"Local Authorize.Net: http://{config.bind_host}:{config.port}/\n")
    sys.stdout.flush()
    serve(config)
    return 0


if __name__ == "__main__":
    sys.exit(main())
