"""A switch with its key, and a client that speaks to the API in this process."""

import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
sys.path.insert(0, str(HERE.parent / "calls"))

if TYPE_CHECKING:
    # Django starts after this file is read, so the rooms are imported by the fixtures.
    from call_scenery import Card
    from switch_line import SwitchLine

    from crystalcall.minutes.rates.values import Deck
    from crystalcall.switches.http.values import SwitchAdded


@pytest.fixture
def tandem(db, now: datetime) -> "SwitchAdded":
    """The switch "tandem-1" with its key."""
    from crystalcall.switches.http.actions import add_switch
    from crystalcall.switches.http.values import SwitchAdded

    added = add_switch("tandem-1", now=now)
    assert isinstance(added, SwitchAdded)
    return added


@pytest.fixture
def deck(db, now: datetime) -> "Deck":
    """The small deck of the call tests, in force."""
    from call_scenery import DECK, publish

    return publish(DECK, now)


@pytest.fixture
def card(deck, now: datetime) -> "Card":
    """Anna's, with ten dollars: a hundred minutes to Moscow."""
    from call_scenery import make_card

    return make_card(10, now)


@pytest.fixture
def line(tandem, frozen_clock) -> Iterator["SwitchLine"]:
    """The API in this thread and this test's transaction, asked with the switch's key; its clock stands still."""
    from switch_line import InlineDesk, SwitchLine

    from crystalcall.switches.http import server

    desk = InlineDesk()
    yield SwitchLine(server.create_app(desk), tandem.key, desk)
    desk.close()
