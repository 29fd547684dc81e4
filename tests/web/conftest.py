import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

# What belongs to a room is imported inside the fixtures: pytest reads this file before Django is set up.


@pytest.fixture
def visitor() -> Any:
    """A browser that says where its requests come from, and blocks nothing since there is nothing to block."""
    from django.test import Client

    return Client(headers={"sec-fetch-site": "same-origin"})


@pytest.fixture
def published(db, frozen_clock) -> Any:
    """A small deck on sale, with a margin of 25 %: Moscow at 2.1¢, the Falklands at $4.998, India at 0.3¢."""
    from store_scenery import DECK

    from crystalcall.minutes.rates.actions import ImportDeck, PublishDeck, import_deck, publish_deck

    request = ImportDeck("acme", DECK.encode(), "acme.csv", datetime(2026, 1, 1, tzinfo=UTC))
    import_deck(request, now=frozen_clock.now())
    return publish_deck(PublishDeck(margin_basis_points=2500), now=frozen_clock.now())


@pytest.fixture
def order_page_of(published, visitor, monkeypatch) -> Callable[..., Any]:
    """Shows the page of an order made by hand; gives the response."""
    from store_scenery import ACCESS_NUMBER, REVEALED, TOKEN

    from crystalcall.shop.orders.queries import OrderView
    from crystalcall.shop.orders.values import OrderStock
    from crystalcall.web.shop import views_orders

    def show(
        view: OrderView, *, path: str = "", method: str = "get", language: str = "", left: OrderStock | None = None
    ) -> Any:
        monkeypatch.setattr(views_orders, "stock", lambda _number, **_: left)
        monkeypatch.setattr(views_orders, "order_by_token", lambda token: view if token == TOKEN else None)
        monkeypatch.setattr(views_orders, "reveal_pins", lambda _token, **_: (REVEALED,))
        monkeypatch.setattr(views_orders, "access_numbers", lambda: (ACCESS_NUMBER,))
        return getattr(visitor, method)(f"{language}/orders/{TOKEN}/{path}")

    return show


@pytest.fixture(autouse=True)
def forget_decks() -> None:
    """A test's decks may get the numbers of another's that were rolled back; in a shop a number is never used twice."""
    from crystalcall.minutes.rates import prefix_index
    from crystalcall.shop.catalogue import price_news

    prefix_index._indexes.clear()
    price_news._news_of.cache_clear()
