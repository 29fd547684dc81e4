"""Members of staff who are set up, and cards for them to be kind to. Rooms load inside: this is read before Django."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest


@dataclass(frozen=True, slots=True)
class Colleague:
    """A member of staff: their id, their address, and what every request knows of them."""

    member_id: UUID
    email: str
    member: Any


@pytest.fixture(autouse=True)
def no_source_is_remembered() -> Iterator[None]:
    """What one test tried slows no other."""
    from crystalcall.customers.signing_in import sources

    sources.forget_all()
    yield
    sources.forget_all()


@pytest.fixture
def hire(db, now) -> Callable[..., Colleague]:
    """Adds a member of staff with these roles, who has not set up anything yet."""
    from crystalcall.customers.staff import actions
    from crystalcall.customers.staff.values import Member, SetUp
    from crystalcall.rules.staffing import Role

    def add(*roles: str, email: str = "", name: str = "Agata Nowak", language: str = "en") -> Colleague:
        address = email or f"staff-{uuid4().hex[:8]}@example.org"
        wanted = frozenset(Role(role) for role in roles or ("service",))
        given = actions.add_member(address, name, wanted, language, now=now)
        assert isinstance(given, SetUp)
        return Colleague(given.member_id, address, Member(given.member_id, wanted, language))

    return add


@pytest.fixture
def secret_of() -> Callable[[Any], str]:
    """The secret in a set-up address."""
    return lambda given: given.address.rstrip("/").rpartition("/")[2]


@pytest.fixture
def thumbprint() -> str:
    return "t" * 43


@pytest.fixture
def card(db, now) -> Callable[..., str]:
    """Sells a card with so many dollars on it; gives its serial."""
    from crystalcall.minutes.ledger import actions as ledger
    from crystalcall.minutes.pins import actions as pins
    from crystalcall.rules.ledger import AccountKind

    def sell(dollars: int = 10) -> str:
        key = f"test:{uuid4()}"
        account_id = ledger.open_account(AccountKind.CUSTOMER_CREDIT, key=key, now=now)
        ledger.adjust(account_id, dollars * 1_000_000, reason="test", key=f"{key}:sale", now=now)
        return pins.issue_pin(account_id, key=key, now=now).serial

    return sell


@pytest.fixture
def credit_of() -> Callable[[str], int]:
    """What is on a card, in micros."""
    from crystalcall.minutes.ledger import queries as ledger
    from crystalcall.minutes.pins import queries as pins

    def read(serial: str) -> int:
        found = pins.pin(serial)
        assert found is not None
        return ledger.balance(found.account_id).posted_micros

    return read


@pytest.fixture
def log() -> Callable[[], list[tuple[str, str, str]]]:
    """Every line of the audit log, oldest first, as act, outcome and detail."""

    def read() -> list[tuple[str, str, str]]:
        from crystalcall.customers.staff.models import AuditEntry

        return list(AuditEntry.objects.order_by("pk").values_list("act", "outcome", "detail"))

    return read
