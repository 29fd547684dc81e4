"""Handing the dialled number to carriers: a disclosure, so only the privacy gate's permit opens it (clause C09)."""

from collections.abc import Sequence

from crystalcall.minutes.calls.values import DialRoute
from crystalcall.privacy.gate import Permit

CARRIER = "telephone-carrier"
CALLED_NUMBER = "called_number"


class NumberNotPermittedError(Exception):
    """A permit for something else was shown: a mistake in the program."""


def dial_routes(permit: Permit, carriers: Sequence[str], digits: str) -> tuple[DialRoute, ...]:
    """What the switch dials at each carrier, in the order to try them.

    Errors: NumberNotPermittedError where the permit does not cover the called number for a carrier.
    """
    if not permit.covers(CARRIER, CALLED_NUMBER):
        raise NumberNotPermittedError("Carriers get a called number only with a permit for it.")
    return tuple([DialRoute(carrier, digits) for carrier in carriers])
