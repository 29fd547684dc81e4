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
    from switch_line import Passed, SwitchLine

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
def passed(monkeypatch) -> "Passed":
    """The seconds by which a key ring measures its age; they pass when a test says so."""
    from switch_line import Passed

    from crystalcall.switches.http import keyring

    passed = Passed()
    monkeypatch.setattr(keyring, "monotonic", passed)
    return passed


@pytest.fixture
def line(tandem, frozen_clock, passed) -> Iterator["SwitchLine"]:
    """The API in this thread and this test's transaction, asked with the switch's key; its clocks stand still."""
    from switch_line import InlineDesk, InlinePool, SwitchLine

    from crystalcall.switches.http import server

    desk, pool = InlineDesk(), InlinePool()
    yield SwitchLine(server.create_app(desk, pool), tandem.key, desk, pool)
    desk.close()
    pool.close()
