"""By which keyed hash a member is found: the one that signing in uses at the staff's door."""

from typing import Final

from crystalcall.customers.signing_in.addresses import CONTEXTS
from crystalcall.customers.signing_in.values import Audience
from crystalcall.privacy.keys.sealing import find_index

_CONTEXT: Final = CONTEXTS[Audience.STAFF]


def email_index(canonical: str) -> bytes:
    """The keyed hash of a canonical address."""
    return find_index(canonical, _CONTEXT)
