"""What the stand-in is told at start, checked before it listens.

It refuses whatever could make it look like the real gateway or be reachable by anybody else:
a login id that is not visibly made up, or an address that is not loopback.
"""

import ipaddress
import os
import re
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import httpx

Clock = Callable[[], datetime]

LOGIN_PREFIXES = ("demo", "test")
LOGIN_LENGTH = 25
TRANSACTION_KEY_LENGTH = 16
LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})
PORT_OFFSET = 3
HIGHEST_PORT = 65_535

# After the first failed try: three times three minutes, three times eight hours, four times two days
# (shared/reference/authorize-net.md 2.4; a single public source, therefore replaceable).
RETRY_DELAYS_SECONDS = (180,) * 3 + (8 * 3600,) * 3 + (48 * 3600,) * 4


class ConfigError(ValueError):
    """The stand-in must not start like this; the message is a sentence for the operator."""


def system_clock() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class StandinConfig:
    """Everything the stand-in needs; made by hand in tests and by ``config_from_environment`` in the server.

    Attributes:
        database: path of the SQLite file, or ``:memory:`` for a life as long as the process.
        login_id: the API login id; must start with "demo" or "test".
        transaction_key: at most 16 characters, as at the real gateway.
        signature_key: the text that signs webhooks, taken as characters and never hex-decoded.
        webhook_url: where the store listens; empty for no webhook at start. Loopback only.
        clock: the present moment in UTC, aware.
        webhook_transport: how notifications travel; None for real HTTP.
        run_courier: False leaves deliveries to ``POST /_standin/deliveries`` (tests).

    Raises:
        ConfigError: when a value is senseless or looks like a real account.
    """

    database: str
    login_id: str
    transaction_key: str
    signature_key: str
    webhook_url: str = ""
    bind_host: str = "127.0.0.1"
    port: int = 8003
    clock: Clock = system_clock
    retry_delays_seconds: tuple[int, ...] = RETRY_DELAYS_SECONDS
    webhook_timeout_seconds: float = 15.0
    webhook_transport: httpx.AsyncBaseTransport | None = None
    run_courier: bool = True

    def __post_init__(self) -> None:
        """Hold the promises of the class."""
        check_bind_host(self.bind_host)
        if not 0 < self.port <= HIGHEST_PORT:
            raise ConfigError(f"Port {self.port} does not exist.")
        _check_credentials(self)
        if self.webhook_url and not is_loopback_url(self.webhook_url):
            raise ConfigError(
                f"The webhook address {self.webhook_url!r} is not on this machine. "
                "The stand-in sends nothing to any other."
            )


def _check_credentials(config: StandinConfig) -> None:
    if not config.login_id.startswith(LOGIN_PREFIXES) or len(config.login_id) > LOGIN_LENGTH:
        # The value stays out of the message: it may be a real credential.
        raise ConfigError(
            "The gateway login id must start with 'demo' or 'test' and have at most 25 characters. "
            "Anything else looks like a real account, and the stand-in must never hold one."
        )
    if not 0 < len(config.transaction_key) <= TRANSACTION_KEY_LENGTH:
        raise ConfigError("The gateway transaction key must have 1 to 16 characters.")
    if not re.fullmatch(r"[0-9a-fA-F]{128}", config.signature_key):
        raise ConfigError("The gateway signature key must be 128 hexadecimal digits, as the gateway displays it.")


def check_bind_host(host: str) -> None:
    """Refuse every address that another machine could reach.

    Raises:
        ConfigError: when ``host`` is not a loopback address written in figures.
    """
    try:
        loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise ConfigError(f"The stand-in listens on loopback only, not on {host!r}.")


def is_loopback_url(url: str) -> bool:
    """Whether ``url`` is an http(s) address of this machine."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and (parts.hostname or "") in LOOPBACK_NAMES


def _secret(environment: Mapping[str, str], name: str) -> str:
    """``NAME``, or the first line of the file that ``NAME_FILE`` names."""
    path = environment.get(f"{name}_FILE", "")
    if not path:
        return environment.get(name, "").strip()
    if environment.get(name):
        raise ConfigError(f"Give either {name} or {name}_FILE, not both.")
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ConfigError(f"{name}_FILE names {path!r}, which cannot be read: {error.strerror}.") from error


def config_from_environment(environment: Mapping[str, str] = os.environ) -> StandinConfig:
    """The configuration of the running server.

    Reads CRYSTALCALL_DATA (default ``var``), CRYSTALCALL_BASE_PORT (default 8000; the stand-in takes base+3),
    CRYSTALCALL_GATEWAY_LOGIN_ID, ..._TRANSACTION_KEY, ..._SIGNATURE_KEY (each also as ``_FILE``),
    CRYSTALCALL_STANDIN_WEBHOOK_URL and CRYSTALCALL_STANDIN_BIND.

    Raises:
        ConfigError: with a sentence, when a value is missing or senseless.
    """
    base = environment.get("CRYSTALCALL_BASE_PORT", "8000")
    if not re.fullmatch(r"[0-9]{1,5}", base):
        raise ConfigError(f"CRYSTALCALL_BASE_PORT must be a number, not {base!r}.")
    data = Path(environment.get("CRYSTALCALL_DATA", "var"))
    try:
        data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"CRYSTALCALL_DATA names {str(data)!r}, unusable: {error.strerror}.") from error
    return StandinConfig(
        database=str(data / "standin.sqlite3"),
        login_id=_secret(environment, "CRYSTALCALL_GATEWAY_LOGIN_ID"),
        transaction_key=_secret(environment, "CRYSTALCALL_GATEWAY_TRANSACTION_KEY"),
        signature_key=_secret(environment, "CRYSTALCALL_GATEWAY_SIGNATURE_KEY"),
        webhook_url=environment.get("CRYSTALCALL_STANDIN_WEBHOOK_URL", ""),
        bind_host=environment.get("CRYSTALCALL_STANDIN_BIND", "127.0.0.1"),
        port=int(base) + PORT_OFFSET,
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
