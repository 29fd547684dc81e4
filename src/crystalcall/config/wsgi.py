"""The store as a WSGI application, for granian or any other server."""

from crystalcall.plumbing.starting import start

start(serving=True, watched=True)

from django.core.wsgi import get_wsgi_application  # noqa: E402 - what is served may only be loaded once all checks passed

from crystalcall.config import django_settings  # noqa: E402 - likewise
from crystalcall.plumbing import clock, metrics, tallies  # noqa: E402 - likewise: its table is known only then
from crystalcall.plumbing.outer_wall import outer_wall  # noqa: E402 - likewise
from crystalcall.plumbing.settings import current  # noqa: E402 - likewise
from crystalcall.privacy.erasures import starting  # noqa: E402 - likewise

application = outer_wall(
    get_wsgi_application(),
    policy=django_settings.WHOLE_CONTENT_POLICY,
    may_lead_to=django_settings.MAY_LEAD_TO,
    files=django_settings.STATIC_URL,
)

# Whom a restored database brought back is forgotten again before anybody is served.
starting.replay_at_start(clock.now())

# Each serving process writes down once a minute how many responses it gave; nothing else in it outlives a request.
tallies.Writer().start()

# What this process counts is read on a port of its own, on this machine alone.
metrics.serve(current().port(metrics.STORE_FIGURES))
