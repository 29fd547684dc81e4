"""Django's settings, derived from the one settings class; nothing here is set anywhere else."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from csp.constants import NONE, SELF

from crystalcall.plumbing.settings import Settings, read_settings

CRYSTALCALL: Settings = read_settings()
PACKAGE = Path(__file__).resolve().parent.parent

SECRET_KEY = CRYSTALCALL.secret_key
DEBUG = CRYSTALCALL.debug
ALLOWED_HOSTS = [host.strip() for host in CRYSTALCALL.allowed_hosts.split(",") if host.strip()]
if CRYSTALCALL.profile == "test":
    ALLOWED_HOSTS.append("testserver")  # the name Django's test client gives itself

ROOT_URLCONF = "crystalcall.config.urls"
# The setting that holds the public address of what this process serves.
OWN_ADDRESS = "store_base_url"
WSGI_APPLICATION = "crystalcall.config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Sessions, messages, admin, auth and the CSRF middleware are left out on purpose: each leads to a cookie (clause C17).
INSTALLED_APPS = [
    "crystalcall.plumbing.apps.PlumbingConfig",
    "crystalcall.privacy.apps.PrivacyConfig",
    "crystalcall.privacy.keys",
    "crystalcall.customers",
    "crystalcall.customers.signing_in",
    "crystalcall.customers.staff",
    "crystalcall.minutes.rates",
    "crystalcall.minutes.ledger",
    "crystalcall.minutes.pins",
    "crystalcall.minutes.limits",
    "crystalcall.minutes.speed_dial",
    "crystalcall.minutes.calls",
    "crystalcall.minutes.cards",
    "crystalcall.payments",
    "crystalcall.shop.catalogue",
    "crystalcall.shop.orders",
    "crystalcall.mailings",
    "crystalcall.switches.http",
    "crystalcall.hall",
    "crystalcall.backoffice",
    "crystalcall.web",
    "django.contrib.staticfiles",
    "django_tasks",
    "django_tasks_db",
]

MIDDLEWARE = [
    # Around everything: what is measured is what a visitor waits for.
    "crystalcall.plumbing.middleware.counting.counted",
    # Outermost but for that: whatever anything below does, no cookie leaves.
    "crystalcall.plumbing.middleware.cookie_guard.cookie_guard",
    "crystalcall.plumbing.middleware.headers.security_headers",
    "csp.middleware.CSPMiddleware",
    "crystalcall.plumbing.middleware.request_limits.request_limits",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "crystalcall.plumbing.middleware.language.language_from_path",
    "crystalcall.plumbing.middleware.cross_origin.cross_origin_check",
    "django.middleware.common.CommonMiddleware",
]

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "crystalcall.web.context.site",
            ],
        },
    },
]


def _sqlite(settings: Settings, name: str, test_name: str, *pragmas: str) -> dict[str, Any]:
    """Django's database entry for an embedded file."""
    said = ("journal_mode=WAL", "synchronous=FULL", *pragmas)
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": settings.data_path(name),
        "CONN_MAX_AGE": 60,
        "OPTIONS": {
            # Writers queue at BEGIN instead of failing in the middle when a read lock cannot grow.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            # As many texts as `plumbing.rowsets` may have in use; SQLite need not parse them again.
            "cached_statements": 500,
            # FULL: an answer to a caller is a promise, and must survive a power cut.
            "init_command": " ".join(f"PRAGMA {words};" for words in said),
        },
        "TEST": {"NAME": settings.data_path(test_name)},
    }


def _postgresql(address: str, ending: str = "") -> dict[str, Any]:
    """Django's database entry for a PostgreSQL; `ending` names another database on the same server."""
    url = urlsplit(address)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(url.path.lstrip("/")) + ending,
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": url.hostname or "",
        "PORT": str(url.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": dict(parse_qsl(url.query)),
    }


def _database(settings: Settings) -> dict[str, Any]:
    """Where everything but the keys is."""
    if settings.database_url:
        return _postgresql(settings.database_url)
    return _sqlite(
        *(settings, "crystalcall.sqlite3", "test.sqlite3", "foreign_keys=ON"),
        # KiB: a batch of calls changes some nine hundred pages of 4 KiB, and those that find no room are written twice.
        "cache_size=-16384",
        # Pages, 32 MiB: the log is copied into the file once for nine batches rather than at every one, and a page that
        # several of them changed only once.
        "wal_autocheckpoint=8192",
    )


def _key_store(settings: Settings) -> dict[str, Any]:
    """Where the keys of persons are: never in the database that they seal, nor in its backups (clause C21)."""
    if settings.keys_database_url:
        return _postgresql(settings.keys_database_url)
    if settings.database_url:
        return _postgresql(settings.database_url, "_keys")
    # secure_delete: a destroyed key is overwritten in the file, not only marked as free.
    return _sqlite(settings, "keys.sqlite3", "test-keys.sqlite3", "secure_delete=ON")


DATABASES = {"default": _database(CRYSTALCALL), "keys": _key_store(CRYSTALCALL)}
DATABASE_ROUTERS = ["crystalcall.privacy.keys.routing.KeyStoreRouter"]

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("ru", "Русский")]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = CRYSTALCALL.data_path("static")
# Tests read files where they are written; everybody else gets what collectstatic made of them. No other origin
# needs them.
WHITENOISE_USE_FINDERS = CRYSTALCALL.profile == "test"
WHITENOISE_ALLOW_ALL_ORIGINS = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if CRYSTALCALL.profile == "test"
        else "crystalcall.plumbing.static_files.ModuleFilesStorage",
    },
}

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = CRYSTALCALL.smtp_host
EMAIL_PORT = CRYSTALCALL.smtp_port
EMAIL_HOST_USER = CRYSTALCALL.smtp_username
EMAIL_HOST_PASSWORD = CRYSTALCALL.smtp_password
EMAIL_USE_TLS = CRYSTALCALL.smtp_tls == "starttls"
EMAIL_USE_SSL = CRYSTALCALL.smtp_tls == "tls"
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = CRYSTALCALL.mail_from

_gateway = urlsplit(CRYSTALCALL.gateway_hosted_url)
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF, f"{_gateway.scheme}://{_gateway.netloc}"],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
        "require-trusted-types-for": ["'script'"],
        "trusted-types": ["fragments"],
    },
}


def whole_policy(directives: dict[str, list[str]]) -> str:
    """A content policy as its header says it."""
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in directives.items())


WHOLE_CONTENT_POLICY = whole_policy(CONTENT_SECURITY_POLICY["DIRECTIVES"])
# Where else than to our own pages a redirect may lead.
MAY_LEAD_TO = frozenset(
    f"{each.scheme}://{each.netloc}" for each in (_gateway, urlsplit(CRYSTALCALL.store_base_url)) if each.netloc
)

# The largest of our forms is a checkout; anything bigger is not a form of ours.
DATA_UPLOAD_MAX_MEMORY_SIZE = 65536
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if CRYSTALCALL.profile == "production" else None
APPEND_SLASH = True

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "crystalcall": {"level": "INFO"},
        # Django's request logger writes whole addresses; order links carry a token, so only errors of ours are kept.
        "django.request": {"level": "CRITICAL"},
        "django_tasks_db": {"level": "WARNING"},
    },
}
SILENCED_SYSTEM_CHECKS: list[str] = []
