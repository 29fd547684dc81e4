"""How mail reaches those who can sign in: each door's room says it for its own people."""

from collections.abc import Callable
from typing import Final, TypeAlias
from uuid import UUID

from crystalcall.customers.queries import contact
from crystalcall.customers.signing_in.values import Audience, PrincipalContact
from crystalcall.privacy.keys.opening import PurposeRefusedError
from crystalcall.privacy.purposes import Purpose

Reader: TypeAlias = Callable[[UUID, Purpose], PrincipalContact | None]

_readers: Final[dict[Audience, Reader]] = {}


def register(audience: Audience, reader: Reader) -> None:
    """Have the people of a door reached by this reader; called in AppConfig.ready."""
    _readers[audience] = reader


def register_customers() -> None:
    """Customers are this house's own."""
    register(Audience.CUSTOMER, _customer)


def contact_of(audience: Audience, principal_id: UUID) -> PrincipalContact | None:
    """How mail about signing in reaches somebody; None where nobody (any more) has this id."""
    reader = _readers.get(audience)
    return None if reader is None else reader(principal_id, Purpose.SIGNING_IN)


def _customer(principal_id: UUID, purpose: Purpose) -> PrincipalContact | None:
    try:
        found = contact(principal_id, purpose=purpose)
    except PurposeRefusedError:
        return None
    return None if found is None else PrincipalContact(found.name, found.email, found.language)
