"""Cards with money. Rooms load inside the fixtures: pytest reads this file before Django starts."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from click.testing import CliRunner, Result


@dataclass(frozen=True, slots=True)
class SoldCard:
    """A card as it lies in somebody's hand."""

    serial: str
    pin: str
    account_id: UUID


@pytest.fixture
def sold(db, now) -> Callable[..., SoldCard]:
    """Sells a card with so many dollars on it."""
    from crystalcall.minutes.ledger import actions as ledger
    from crystalcall.minutes.pins import actions as pins
    from crystalcall.rules.ledger import AccountKind

    def sell(dollars: int = 10) -> SoldCard:
        key = f"test:{uuid4()}"
        account_id = ledger.open_account(AccountKind.CUSTOMER_CREDIT, key=key, now=now)
        if dollars:
            ledger.adjust(account_id, dollars * 1_000_000, reason="test", key=f"{key}:sale", now=now)
        pin = pins.issue_pin(account_id, key=key, now=now)
        return SoldCard(pin.serial, pins.reveal_pin(pin.serial), account_id)

    return sell


@pytest.fixture
def held(db, now) -> Callable[..., UUID]:
    """Holds money of a card, as a running call does."""
    from crystalcall.minutes.ledger import actions as ledger

    def hold(card: SoldCard, dollars: int) -> UUID:
        key = f"call:{uuid4()}"
        taken = ledger.reserve(card.account_id, dollars * 1_000_000, key=key, now=now)
        assert isinstance(taken, ledger.Reserved)
        return taken.reservation_id

    return hold


@pytest.fixture
def spent(monkeypatch) -> Callable[..., None]:
    """Says what cards have done today, in place of real calls; the others have done nothing."""
    from crystalcall.minutes.cards import actions, queries
    from crystalcall.rules.limits import DayFacts

    known: dict[UUID, DayFacts] = {}

    def facts(account_ids, now):
        return {each: known.get(each, DayFacts()) for each in account_ids}

    monkeypatch.setattr(actions, "day_facts", facts)
    monkeypatch.setattr(queries, "day_facts", facts)

    def say(card: SoldCard, **figures: int) -> None:
        known[card.account_id] = DayFacts(**figures)

    return say


@pytest.fixture
def books_are_right(db) -> Callable[[], bool]:
    """Whether the audit finds nothing."""
    from crystalcall.minutes.ledger import queries

    return lambda: not list(queries.audit())


@pytest.fixture
def run(db, frozen_clock) -> Callable[..., Result]:
    """Runs `crystalcall cards …`."""
    from crystalcall.config.cli.cards import cards_group

    return lambda *arguments: CliRunner().invoke(cards_group, [str(each) for each in arguments])


@pytest.fixture
def told(run) -> Callable[..., Any]:
    """Runs `crystalcall cards … --json` and reads what it said."""

    def tell(*arguments: object) -> Any:
        return json.loads(run(*arguments, "--json").output)

    return tell
