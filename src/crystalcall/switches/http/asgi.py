"""The process entry of the switch API: starts the program with all its checks, then offers `app` to an ASGI server."""

import gc

from crystalcall.plumbing.starting import start

start(serving=True, watched=True)

from crystalcall.plumbing import clock  # noqa: E402 - rooms can only be read once the program has started
from crystalcall.plumbing.settings import current  # noqa: E402 - likewise
from crystalcall.privacy.erasures import starting  # noqa: E402 - likewise
from crystalcall.switches.http.server import create_app  # noqa: E402 - likewise

METRICS_PLACE = 6

# Whom a restored database brought back is forgotten again before any call is decided.
starting.replay_at_start(clock.now())

# What stands now stands until the end: the collector need not look at it again, nor as often as its default, which
# after every few hundred objects would stop every request for milliseconds.
gc.freeze()
gc.set_threshold(50_000, 50, 100)

app = create_app(metrics_port=current().port(METRICS_PLACE))
