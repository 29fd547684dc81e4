import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "privacy"))

from buyers import own_ledger, shop

__all__ = ["own_ledger", "shop"]


@pytest.fixture
def registered(shop) -> Callable[[Any], Any]:
    """Somebody of the cast who registered, with the mailbox confirmed; gives the customer's id."""
    from crystalcall.customers.actions import record_guest
    from crystalcall.customers.signing_in.actions import add_credential
    from crystalcall.customers.signing_in.values import Audience, CredentialAdded

    def register(person: Any) -> Any:
        customer_id = record_guest(person.name, person.email, person.telephone, person.language, now=shop.now)
        added = add_credential(
            Audience.CUSTOMER, customer_id, person.email, "nine lilac umbrellas at sea", now=shop.now
        )
        assert isinstance(added, CredentialAdded), added
        return customer_id

    return register
