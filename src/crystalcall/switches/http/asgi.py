"""The process entry of the switch API: sets Django up, then offers `app` to an ASGI server."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crystalcall.config.django_settings")
django.setup()

from crystalcall.plumbing.settings import current  # noqa: E402 - rooms can only be read once Django is set up
from crystalcall.switches.http.server import create_app  # noqa: E402 - likewise

METRICS_PLACE = 6

app = create_app(metrics_port=current().port(METRICS_PLACE))
