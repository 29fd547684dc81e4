"""Accounts with money on them. Rooms load inside the fixtures: pytest reads this file before Django starts."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest


@pytest.fixture
def clearing(db, now) -> UUID:
    """What the gateway owes the store."""
    from crystalcall.minutes.ledger import actions
    from crystalcall.rules.ledger import AccountKind

    return actions.system_account(AccountKind.GATEWAY_CLEARING, now=now)


@pytest.fixture
def revenue(db, now) -> UUID:
    """What calls brought in."""
    from crystalcall.minutes.ledger import actions
    from crystalcall.rules.ledger import AccountKind

    return actions.system_account(AccountKind.CALL_REVENUE, now=now)


@pytest.fixture
def funded(db, now, clearing) -> Callable[[int], UUID]:
    """Opens a customer's account and pays so many micros in."""
    from crystalcall.minutes.ledger import actions
    from crystalcall.minutes.ledger.values import Posting, Transferred
    from crystalcall.rules.ledger import AccountKind

    def make(amount: int) -> UUID:
        key = f"card:{uuid4()}"
        account_id = actions.open_account(AccountKind.CUSTOMER_CREDIT, key=key, now=now)
        if amount:
            posting = Posting(clearing, account_id, amount, "order.sale", f"sale:{key}")
            assert isinstance(actions.transfer(posting, now=now), Transferred)
        return account_id

    return make


@pytest.fixture
def settings_of_store(settings) -> Callable[..., None]:
    """Changes the store's own settings for a test."""
    import msgspec

    def change(**changes: object) -> None:
        settings.CRYSTALCALL = msgspec.structs.replace(settings.CRYSTALCALL, **changes)

    return change
