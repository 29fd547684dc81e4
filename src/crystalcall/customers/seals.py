"""How this room seals: each value under its person's own key, bound to its field; a copied value opens nowhere else."""

from collections.abc import Callable
from typing import Final
from uuid import UUID

from crystalcall.customers.models import Customer
from crystalcall.privacy.keys import columns

NAME: Final = "customers.Customer.sealed_name"
EMAIL: Final = "customers.Customer.sealed_email"
TELEPHONE: Final = "customers.Customer.sealed_telephone"
EMAIL_INDEX: Final = "customers.email"
"""What the keyed hash of a canonical address is bound to."""

_BEFORE: Final = {"sealed_name": "name", "sealed_email": "email", "sealed_telephone": "telephone"}


def declare_columns() -> None:
    """Name this room's sealed columns, and how they were sealed before each person had a key."""
    columns.register(
        *(columns.PersonColumn(Customer, name, "id", old_context=_old(old)) for name, old in _BEFORE.items())
    )


def _old(name: str) -> Callable[[UUID, str], str]:
    return lambda subject, _row: f"customers.{name}:{subject}"
