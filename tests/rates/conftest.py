"""Small decks for the tests of the room; the real ones are loaded once, in test_rates_real_decks."""

import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from small_decks import ACME, BELL, Row, deck_csv


@pytest.fixture
def load_deck(db, now) -> Callable[..., Any]:
    """Loads a small deck of a carrier; gives the outcome."""
    from crystalcall.minutes.rates.actions import ImportDeck, import_deck

    def load(
        carrier: str, rows: Iterable[Row], *, effective_at: datetime = datetime(2026, 1, 1, tzinfo=UTC), **options: Any
    ) -> Any:
        content = options.pop("content", None) or deck_csv(*rows)
        request = ImportDeck(carrier, content, f"{carrier}.csv", effective_at, **options)
        return import_deck(request, now=now)

    return load


@pytest.fixture
def published(load_deck, now) -> Any:
    """Version 1, of two small carriers' decks with a margin of 25 %."""
    from crystalcall.minutes.rates.actions import PublishDeck, Published, publish_deck

    load_deck("acme", ACME)
    load_deck("bell", BELL)
    outcome = publish_deck(PublishDeck(margin_basis_points=2500), now=now)
    assert isinstance(outcome, Published)
    return outcome


@pytest.fixture
def somebody_listens(monkeypatch) -> None:
    """Facts of the room are written only where somebody listens: here somebody does."""
    from crystalcall.minutes.rates import events
    from crystalcall.plumbing import announcements

    known = (events.DeckPublished, events.DeckWithdrawn, events.RatesRaised)
    listening = {event.NAME: [announcements.Listener("a test", event, lambda _fact: None)] for event in known}
    monkeypatch.setattr(announcements, "_listeners", listening)
