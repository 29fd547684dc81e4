"""The back office as a WSGI application, on a port of its own, behind the same outermost wall as the store."""

import os

# Before anything of Django is loaded: this process serves the other door, whatever the environment says.
os.environ["DJANGO_SETTINGS_MODULE"] = "crystalcall.config.backoffice_settings"

from crystalcall.plumbing.starting import start

start(serving=True, watched=True)

from django.core.wsgi import get_wsgi_application  # noqa: E402 - what is served may only be loaded once all checks passed

from crystalcall.config import backoffice_settings  # noqa: E402 - likewise
from crystalcall.plumbing import clock, metrics, tallies  # noqa: E402 - likewise: its table is known only then
from crystalcall.plumbing.outer_wall import outer_wall  # noqa: E402 - likewise
from crystalcall.plumbing.settings import current  # noqa: E402 - likewise
from crystalcall.privacy.erasures import starting  # noqa: E402 - likewise

application = outer_wall(
    get_wsgi_application(),
    policy=backoffice_settings.WHOLE_CONTENT_POLICY,
    may_lead_to=backoffice_settings.MAY_LEAD_TO,
    files=backoffice_settings.STATIC_URL,
)

# Whom a restored database brought back is forgotten again before anybody is shown.
starting.replay_at_start(clock.now())

tallies.Writer().start()

# What this process counts is read on a port of its own, on this machine alone.
metrics.serve(current().port(metrics.BACKOFFICE_FIGURES))
