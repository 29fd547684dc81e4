"""The process entry of the switch API: sets Django up, then offers `app` to an ASGI server."""

import gc
import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crystalcall.config.django_settings")
django.setup()

from crystalcall.plumbing.settings import current  # noqa: E402 - rooms can only be read once Django is set up
from crystalcall.switches.http.server import create_app  # noqa: E402 - likewise

METRICS_PLACE = 6

# What stands now stands until the end: the collector need not look at it again, nor as often as its default, which
# after every few hundred objects would stop the desk for milliseconds in the middle of a batch.
gc.freeze()
gc.set_threshold(50_000, 50, 100)

app = create_app(metrics_port=current().port(METRICS_PLACE))
