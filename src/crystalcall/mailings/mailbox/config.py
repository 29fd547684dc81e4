"""What the mailbox is told at start."""

import ipaddress
import os
import re
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

VIEWER_OFFSET = 4
SMTP_OFFSET = 5
HIGHEST_PORT = 65_535


class ConfigError(ValueError):
    """The mailbox must not start like this; the message is a sentence for the operator."""


def system_clock() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxConfig:
    """Where messages lie and where to listen; ``clock`` gives the present moment in UTC.

    Raises:
        ConfigError: when an address could be reached from another machine or a port does not exist.
    """

    folder: Path
    bind_host: str = "127.0.0.1"
    viewer_port: int = 8004
    smtp_port: int = 8005
    clock: Callable[[], datetime] = system_clock

    def __post_init__(self) -> None:
        """Hold the promises of the class."""
        try:
            loopback = ipaddress.ip_address(self.bind_host).is_loopback
        except ValueError:
            loopback = False
        if not loopback:
            raise ConfigError(f"The mailbox listens on loopback only, not on {self.bind_host!r}.")
        for port in (self.viewer_port, self.smtp_port):
            if not 0 < port <= HIGHEST_PORT:
                raise ConfigError(f"Port {port} does not exist.")


def config_from_environment(environment: Mapping[str, str] = os.environ) -> MailboxConfig:
    """The configuration of the running server, from CRYSTALCALL_DATA (``var``) and CRYSTALCALL_BASE_PORT (8000).

    Raises:
        ConfigError: with a sentence, when a value is senseless.
    """
    base = environment.get("CRYSTALCALL_BASE_PORT", "8000")
    if not re.fullmatch(r"[0-9]{1,5}", base):
        raise ConfigError(f"CRYSTALCALL_BASE_PORT must be a number, not {base!r}.")
    return MailboxConfig(
        folder=Path(environment.get("CRYSTALCALL_DATA", "var")) / "mailbox",
        viewer_port=int(base) + VIEWER_OFFSET,
        smtp_port=int(base) + SMTP_OFFSET,
    )


def check_port_free(host: str, port: int) -> None:
    """Find out before anything is started whether the port can be had.

    Raises:
        ConfigError: when another program listens there, or the port is not ours to take.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise ConfigError(f"Port {port} cannot be used: {(error.strerror or str(error)).lower()}.") from error
