from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

# What belongs to a room is imported inside the fixtures: pytest reads this file before Django is set up.


@pytest.fixture
def deck(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The rate deck in force; its prices do not matter here, only that an order remembers it."""
    from crystalcall.minutes.rates.values import Deck
    from crystalcall.shop.orders.actions import placing

    in_force = Deck(id=7, version=3, effective_at=datetime(2026, 10, 1, tzinfo=UTC))
    monkeypatch.setattr(placing, "current_deck", lambda _now: in_force)
    return in_force


@pytest.fixture
def wish(db, deck, anna) -> Callable[..., Any]:
    """Anna's form, with whatever a test changes in it."""
    from crystalcall.plumbing.ids import random_token
    from crystalcall.shop.cart import read_cart
    from crystalcall.shop.orders.values import PlaceOrder

    def fill_in(query: str = "credit-10=2&credit-2=1", **changes: Any) -> PlaceOrder:
        typed: dict[str, Any] = {
            "placing_key": random_token(),
            "cart": read_cart(query),
            "name": anna.name,
            "email": anna.email,
            "telephone": None,
            "language": anna.language,
        }
        return PlaceOrder(**(typed | changes))

    return fill_in


@pytest.fixture
def place(wish, now) -> Callable[..., Any]:
    """Anna's order, placed."""
    from crystalcall.shop.orders.actions import place_order
    from crystalcall.shop.orders.values import Placed

    def place_it(query: str = "credit-10=2&credit-2=1", **changes: Any) -> Placed:
        placed = place_order(wish(query, **changes), now=now)
        assert isinstance(placed, Placed)
        return placed

    return place_it
