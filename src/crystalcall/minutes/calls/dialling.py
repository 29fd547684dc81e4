"""Handing the dialled number to carriers: a disclosure, so only the privacy gate's permit opens it (clause C09)."""

from crystalcall.minutes.calls.values import DialRoute
from crystalcall.minutes.rates.values import Route
from crystalcall.privacy.gate import Permit

CARRIER = "telephone-carrier"
CALLED_NUMBER = "called_number"


class NumberNotPermittedError(Exception):
    """A permit for something else was shown: a mistake in the program."""


def dial_routes(permit: Permit, routes: tuple[Route, ...]) -> tuple[DialRoute, ...]:
    """What the switch dials at each carrier, in the order to try them; the carrier's cost stays inside.

    Errors: NumberNotPermittedError where the permit does not cover the called number for a carrier.
    """
    if not permit.covers(CARRIER, CALLED_NUMBER):
        raise NumberNotPermittedError("Carriers get a called number only with a permit for it.")
    return tuple(DialRoute(carrier=route.carrier, dial=route.dial) for route in routes)
