"""People who bought, called and wished: what tests of requests, keepers and erasures stand on.

Rooms are imported inside the functions: conftest files read this before Django is set up.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "calls"))

MOSCOW = "+74951234567"
LINK = re.compile(r"/privacy/requests/(?:link|change)/([A-Za-z0-9_-]{43})/")


@dataclass(frozen=True, slots=True)
class Bought:
    """What somebody has after a purchase."""

    order_number: str
    token: str
    serial: str
    pin: str
    account_id: UUID
    customer_id: UUID


@dataclass
class Shop:
    """The whole shop at one moment, which a test may move."""

    now: datetime

    def later(self, **amount: float) -> datetime:
        """Let time pass; gives the new moment."""
        self.now += timedelta(**amount)
        return self.now

    def sells(self, person: Any, query: str = "credit-10=1", *, price_notices: bool = False) -> Bought:
        """Somebody buys a card and pays for it."""
        from crystalcall.customers.queries import accounts_of
        from crystalcall.plumbing.ids import random_token
        from crystalcall.shop.cart import read_cart
        from crystalcall.shop.orders import actions
        from crystalcall.shop.orders.queries import letter
        from crystalcall.shop.orders.values import Placed, PlaceOrder

        wish = PlaceOrder(
            random_token(),
            read_cart(query),
            person.name,
            person.email,
            person.telephone,
            person.language,
            price_notices,
        )
        placed = actions.place_order(wish, now=self.now)
        assert isinstance(placed, Placed)
        actions.mark_paid(placed.order_number, "1", now=self.now)
        actions.fulfill_order(placed.order_number, now=self.now)
        [card, *_] = actions.reveal_pins(placed.token, now=self.now)
        told = letter(placed.order_number)
        assert told is not None
        assert told.customer_id is not None
        [account_id, *_] = accounts_of(told.customer_id)
        return Bought(placed.order_number, placed.token, card.serial, card.pin, account_id, told.customer_id)

    def calls(self, bought: Bought, number: str = MOSCOW, *, call_id: str = "c1", seconds: int | None = 60) -> None:
        """Somebody calls with the card; `seconds` None leaves the call running."""
        from call_scenery import Card, SwitchWords

        switch = SwitchWords(Card(bought.serial, bought.pin, bought.account_id), self.now, call_id)
        switch.authorize(called_number=number)
        switch.answer()
        if seconds is not None:
            switch.end(seconds)

    def asks(self, kind: str, email: str, *, order_number: str = "", language: str = "en") -> Any:
        """Somebody fills in the form on the site."""
        from crystalcall.privacy import keepers
        from crystalcall.privacy.requests import actions
        from crystalcall.privacy.requests.actions.opening import Asked
        from crystalcall.privacy.requests.values import Channel
        from crystalcall.rules.privacy.requesting import RequestKind

        mailbox = keepers.mailbox(email)
        assert mailbox is not None
        asked = Asked(RequestKind(kind), mailbox, Channel.SITE, language, order_number)
        return actions.open_request(asked, now=self.now)

    def tells(self) -> None:
        """Tell every fact that waits to its listeners."""
        from crystalcall.plumbing import announcements
        from crystalcall.plumbing.models import Delivery

        while waiting := list(Delivery.objects.filter(delivered_at__isnull=True).values_list("pk", flat=True)):
            for delivery_id in waiting:
                announcements.deliver(delivery_id)

    def sends(self) -> list[Any]:
        """Tell every fact, send every mail that is due, and give what was sent by it."""
        from django.core import mail

        from crystalcall.mailings import actions, queries

        before = len(mail.outbox)
        self.tells()
        for notice_id in queries.due_notices(now=self.now):
            actions.send_notice(notice_id, now=self.now)
        return list(mail.outbox[before:])

    def link_to(self, kind: str, email: str, **also: str) -> str:
        """The token of the link that the owner of the mailbox gets."""
        self.sends()
        self.asks(kind, email, **also)
        [letter] = self.sends()
        return token_in(letter)

    def ticket_for(self, kind: str, email: str, **also: str) -> str:
        """The ticket that whoever opened the link holds."""
        from crystalcall.privacy.requests import actions
        from crystalcall.privacy.requests.values import LinkOpened

        opened = actions.open_link(self.link_to(kind, email, **also), now=self.now)
        assert isinstance(opened, LinkOpened), opened
        return opened.ticket


def token_in(letter: Any) -> str:
    """The one-time key in a mail."""
    found = LINK.search(letter.body)
    assert found, letter.body
    return found.group(1)


@pytest.fixture
def own_ledger(settings, tmp_path) -> Path:
    """A replay ledger of this test's own."""
    file = tmp_path / "erasures.log"
    settings.CRYSTALCALL = msgspec.structs.replace(settings.CRYSTALCALL, erasures_file=str(file))
    return file


@pytest.fixture
def shop(db, own_ledger, frozen_clock, monkeypatch) -> Iterator[Shop]:
    """A shop with a price list, whose doors ask the same clock."""
    from call_scenery import DECK, publish

    from crystalcall.minutes.rates import prefix_index
    from crystalcall.plumbing import sources
    from crystalcall.shop.catalogue import price_news

    prefix_index._indexes.clear()
    price_news._news_of.cache_clear()
    publish(DECK, frozen_clock.now())
    # Whoever sent forms in other tests came from the same address.
    sources.forget_all()
    yield MovingShop(frozen_clock)
    prefix_index._indexes.clear()


class MovingShop(Shop):
    """The shop, and the doors' clock with it."""

    def __init__(self, clock: Any) -> None:
        super().__init__(clock.now())
        self._clock = clock

    def later(self, **amount: float) -> datetime:
        self.now = self._clock.advance(**amount)
        return self.now
