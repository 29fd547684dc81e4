"""Which gateway this shop is connected to: the one the settings name, unless a caller brings its own."""

from collections.abc import Iterator
from contextlib import contextmanager

from crystalcall.payments.authorizenet.client import connect
from crystalcall.payments.gateway import Gateway
from crystalcall.plumbing import settings


@contextmanager
def at_gateway(given: Gateway | None = None) -> Iterator[Gateway]:
    """The gateway for the length of a `with`; connections opened here are closed here."""
    if given is not None:
        yield given
        return
    with connect(settings.current()) as gateway:
        yield gateway
