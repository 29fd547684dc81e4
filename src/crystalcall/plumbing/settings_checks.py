"""Which combinations of settings the program refuses to start with, each as a sentence."""

import ipaddress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

if TYPE_CHECKING:
    from crystalcall.plumbing.settings import Settings

BASE_URLS = (
    *("store_base_url", "backoffice_base_url", "switch_base_url"),
    *("gateway_api_url", "gateway_rest_url", "gateway_hosted_url"),
)
SQLITE_SCHEME = "sqlite"
POSTGRESQL_SCHEMES = ("postgresql", "postgres")
POSTGRESQL_PORT = 5432
MIN_DISTINCT_CHARACTERS = 8
#: What OWASP's Password Storage Cheat Sheet asks of Argon2id at least: 19 MiB, gone through twice.
LEAST_PASSWORD_WORK_KIB = 38912


def complaints_about(settings: "Settings") -> list[str]:
    """Every reason not to start, empty when there is none."""
    return [
        *_address_complaints(settings),
        *_database_complaints(settings),
        *_key_store_complaints(settings),
        *_key_complaints(settings),
        *_zone_complaints(settings),
        *(_production_complaints(settings) if settings.profile == "production" else []),
    ]


def is_loopback(host: str) -> bool:
    """Whether a host name or address literal is this machine itself."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _variable(name: str) -> str:
    return f"CRYSTALCALL_{name.upper()}"


def _address_complaints(settings: "Settings") -> list[str]:
    complaints = []
    for name in BASE_URLS:
        address = urlsplit(getattr(settings, name))
        if address.scheme not in {"http", "https"} or not address.hostname:
            complaints.append(
                f"{_variable(name)} must be an address that begins with https:// (or http:// on this machine)."
            )
        elif address.scheme == "http" and not is_loopback(address.hostname):
            complaints.append(f"{_variable(name)} must use https: plain http is for this machine only.")
        elif address.query or address.fragment or address.path.endswith("/"):
            complaints.append(f"{_variable(name)} must not end in a slash or carry a query.")
    if _origin(settings.store_base_url) == _origin(settings.backoffice_base_url):
        # One origin would share the browser's storage: a page of the store could reach a staff member's key.
        complaints.append(
            f"{_variable('backoffice_base_url')} must be another host or port than {_variable('store_base_url')}."
        )
    return complaints


def _origin(address: str) -> tuple[str, str, int | None]:
    parts = urlsplit(address)
    standard = {"http": 80, "https": 443}.get(parts.scheme)
    try:
        return parts.scheme, (parts.hostname or "").lower(), parts.port or standard
    except ValueError:
        return parts.scheme, parts.netloc, None


def _zone_complaints(settings: "Settings") -> list[str]:
    try:
        ZoneInfo(settings.store_time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return [f"{_variable('store_time_zone')} must name a time zone, such as Europe/Moscow or UTC."]
    return []


def _database_complaints(settings: "Settings") -> list[str]:
    if not settings.database_url:
        if settings.process_hosts > 1:
            return ["SQLite serves one machine: set CRYSTALCALL_DATABASE_URL, or CRYSTALCALL_PROCESS_HOSTS to 1."]
        return []
    scheme = settings.database_url.partition("://")[0]
    if scheme in POSTGRESQL_SCHEMES:
        return []
    return ["CRYSTALCALL_DATABASE_URL must begin with postgresql:// (leave it empty for the embedded SQLite)."]


def _key_store_complaints(settings: "Settings") -> list[str]:
    address = settings.keys_database_url
    if not address:
        return []
    if address.partition("://")[0] not in POSTGRESQL_SCHEMES:
        return ["CRYSTALCALL_KEYS_DATABASE_URL must begin with postgresql:// (leave it empty for the usual place)."]
    if settings.database_url and _place(address) == _place(settings.database_url):
        return ["CRYSTALCALL_KEYS_DATABASE_URL must name another database: keys beside what they seal protect nothing."]
    return []


def _place(address: str) -> tuple[str | None, int, str]:
    url = urlsplit(address)
    return url.hostname, url.port or POSTGRESQL_PORT, url.path


def _key_complaints(settings: "Settings") -> list[str]:
    complaints = []
    if settings.sealing_key.lower() == settings.lookup_key.lower():
        complaints.append(
            "CRYSTALCALL_SEALING_KEY and CRYSTALCALL_LOOKUP_KEY must differ: one opens what the other hides."
        )
    if settings.sealing_key.lower() == settings.sealing_key_previous.lower():
        complaints.append(
            "CRYSTALCALL_SEALING_KEY_PREVIOUS must be the key before CRYSTALCALL_SEALING_KEY, not the same one."
        )
    complaints.extend(
        f"{_variable(name)} is not random: make one with `openssl rand -hex 32`."
        for name in ("secret_key", "sealing_key", "lookup_key", "register_signing_key")
        if getattr(settings, name) and len(set(getattr(settings, name))) < MIN_DISTINCT_CHARACTERS
    )
    return complaints


def _production_complaints(settings: "Settings") -> list[str]:
    complaints = []
    if settings.debug:
        complaints.append("CRYSTALCALL_DEBUG must be off in production: its pages show secrets.")
    if settings.smtp_tls == "none" and not is_loopback(settings.smtp_host):
        complaints.append("CRYSTALCALL_SMTP_TLS must be starttls or tls: mails carry PINs.")
    complaints.extend(
        f"{_variable(name)} must be an https address in production."
        for name in BASE_URLS
        if urlsplit(getattr(settings, name)).scheme != "https"
    )
    if settings.password_memory_kib * settings.password_passes < LEAST_PASSWORD_WORK_KIB:
        complaints.append(
            "CRYSTALCALL_PASSWORD_MEMORY_KIB times CRYSTALCALL_PASSWORD_PASSES must be at least"
            f" {LEAST_PASSWORD_WORK_KIB} in production: passwords would be guessed too fast from a stolen database."
        )
    if "*" in settings.allowed_hosts:
        complaints.append("CRYSTALCALL_ALLOWED_HOSTS must name the hosts in production, not a star.")
    return complaints
