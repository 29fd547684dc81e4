"""Handing the dialled number to carriers: a disclosure, so only the privacy gate's permit opens it (clause C09)."""

from collections.abc import Sequence
from functools import lru_cache

from crystalcall.minutes.calls.values import DialRoute
from crystalcall.privacy.gate import Permit, spend_all

CARRIER = "telephone-carrier"
CALLED_NUMBER = "called_number"
COMPANY_CHARACTERS = 200


class NumberNotPermittedError(Exception):
    """A permit for something else was shown: a mistake in the program."""


@lru_cache(maxsize=1024)
def companies(carriers: tuple[str, ...]) -> str:
    """The telephone companies that these words of routes stand for, in their order: "Twilio, Azure"."""
    return ", ".join(company_name(carrier) for carrier in carriers)[:COMPANY_CHARACTERS]


def company_name(code: str, _language: str = "") -> str:
    """A telephone company's word in routes as its name, the same in every language: "twilio" is "Twilio"."""
    return " ".join(word[:1].upper() + word[1:] for word in code.replace("_", "-").split("-"))


def dial_routes(permit: Permit, carriers: Sequence[str], digits: str) -> tuple[DialRoute, ...]:
    """What the switch dials at each carrier, in the order to try them.

    Errors: NumberNotPermittedError where the permit does not cover the called number for a carrier.
    """
    return dial_all((permit,), [(carriers, digits)])[0]


def dial_all(permits: Sequence[Permit], calls: Sequence[tuple[Sequence[str], str]]) -> list[tuple[DialRoute, ...]]:
    """The same for many calls, each of carriers and digits, and each with the permit in its place.

    Errors: NumberNotPermittedError where one of the permits does not cover the called number for a carrier.
    """
    if len(permits) != len(calls) or not spend_all(permits, CARRIER, CALLED_NUMBER):
        raise NumberNotPermittedError("Carriers get a called number only with a permit for it.")
    return [tuple([DialRoute(carrier, digits) for carrier in carriers]) for carriers, digits in calls]
