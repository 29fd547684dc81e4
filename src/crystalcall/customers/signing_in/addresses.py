"""By which keyed hash an address is found at a door, whether or not anybody has it."""

from typing import Final

from crystalcall.customers import seals
from crystalcall.customers.contact_details import (
    EMAIL_LIMIT_CHARACTERS,
    ContactProblemReason,
    canonical_email,
    read_email,
)
from crystalcall.customers.signing_in.values import Audience
from crystalcall.privacy.keys.sealing import find_index

CONTEXTS: Final = {
    # The same as on a customer's details, so that whoever forgets a mailbox finds what waits for it here.
    Audience.CUSTOMER: seals.EMAIL_INDEX,
    Audience.STAFF: "signing_in.staff_email",
}


def address_index(audience: Audience, typed: str) -> bytes:
    """The keyed hash of an address, however it was typed; also of what is no address."""
    read = read_email(typed)
    address = typed[:EMAIL_LIMIT_CHARACTERS] if isinstance(read, ContactProblemReason) else read
    return find_index(canonical_email(address), CONTEXTS[audience])
