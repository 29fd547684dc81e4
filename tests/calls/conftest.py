"""A published deck, a card with credit, and a switch that speaks of it."""

import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

sys.path.insert(0, str(Path(__file__).parent))

if TYPE_CHECKING:
    # Django starts after this file is read, so the rooms are imported by the fixtures.
    from call_scenery import Card, SwitchWords

    from crystalcall.minutes.rates.values import Deck


@pytest.fixture
def deck(db, now: datetime) -> "Deck":
    """The test deck, in force."""
    from call_scenery import DECK, publish

    return publish(DECK, now)


@pytest.fixture
def card(deck, now: datetime) -> "Card":
    """Anna's, with ten dollars: a hundred minutes to Moscow."""
    from call_scenery import make_card

    return make_card(10, now)


@pytest.fixture
def switch(card, now: datetime) -> "SwitchWords":
    """A switch that speaks of one call of that card."""
    from call_scenery import SwitchWords

    return SwitchWords(card, now)


@pytest.fixture
def books() -> Callable[[], None]:
    """Checks that the ledger's audit finds nothing."""
    from crystalcall.minutes.ledger.queries import audit

    def in_balance() -> None:
        assert audit() == []

    return in_balance
