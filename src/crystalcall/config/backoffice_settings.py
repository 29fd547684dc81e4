"""Django's settings for the process that serves the back office: the store's, behind another door.

The same rooms, tables and checks; other addresses, another public host, and nothing of the store's pages.
"""

from urllib.parse import urlsplit

from csp.constants import SELF

from crystalcall.config import django_settings as _shop
from crystalcall.config.django_settings import *  # noqa: F403 - all but what follows is the same

_settings = _shop.CRYSTALCALL

ROOT_URLCONF = "crystalcall.config.backoffice_urls"
WSGI_APPLICATION = "crystalcall.config.backoffice_wsgi.application"
OWN_ADDRESS = "backoffice_base_url"

ALLOWED_HOSTS = [urlsplit(_settings.backoffice_base_url).hostname or ""]
if _settings.profile != "production":
    ALLOWED_HOSTS += _shop.ALLOWED_HOSTS

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "crystalcall.backoffice.context.desk",
            ],
        },
    },
]

# Stricter than the store's: no form of ours leads to the gateway, and no address of ours anywhere else.
CONTENT_SECURITY_POLICY = {"DIRECTIVES": _shop.CONTENT_SECURITY_POLICY["DIRECTIVES"] | {"form-action": [SELF]}}
WHOLE_CONTENT_POLICY = _shop.whole_policy(CONTENT_SECURITY_POLICY["DIRECTIVES"])
MAY_LEAD_TO = frozenset({_settings.backoffice_base_url})
