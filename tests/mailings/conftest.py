import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

sys.path.insert(0, str(Path(__file__).parent))

# What belongs to a room is imported inside the fixtures: pytest reads this file before Django is set up.

DECK_ID, DECK_VERSION = 7, 3


@dataclass
class Post:
    """A mail server's handler that keeps what it takes, and answers as a test tells it to."""

    taken: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    recipient_answer: str = ""
    data_answer: str = "250 taken"

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802 - aiosmtpd's name
        if self.recipient_answer:
            return self.recipient_answer
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 - aiosmtpd's name
        if self.data_answer.startswith("250"):
            self.taken.append(message_from_bytes(envelope.content, policy=policy.default))
            self.recipients.append(envelope.rcpt_tos)
        return self.data_answer


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def post(settings) -> Iterator[Post]:
    """A real mail server on this machine, and Django's real SMTP client pointed at it."""
    handler, port = Post(), free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    try:
        yield handler
    finally:
        controller.stop()


@pytest.fixture
def dead_post(settings) -> None:
    """Django's real SMTP client pointed at a port where nobody listens."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()


@pytest.fixture
def rates(monkeypatch: pytest.MonkeyPatch) -> None:
    """A deck in force in which every country's landline costs 2.1 cents and every mobile 5.25."""
    from crystalcall.mailings.composing import order_letter
    from crystalcall.minutes.rates.values import CountryLine, Deck, DestinationInfo, RatedPrefix
    from crystalcall.rules.numbering import LineType
    from crystalcall.rules.rating import RateTerms
    from crystalcall.shop.orders.actions import placing

    prices = {LineType.LANDLINE: 21_000, LineType.MOBILE: 52_500, LineType.PREMIUM: 1_000_000}

    def country_lines(iso2: str, deck_id: int) -> tuple[CountryLine, ...]:
        assert deck_id == DECK_ID
        rated = {
            kind: RatedPrefix(deck_id, DECK_VERSION, "0", DestinationInfo(iso2, iso2, kind, ""), RateTerms(price))
            for kind, price in prices.items()
        }
        return tuple(CountryLine(kind, each, each) for kind, each in rated.items())

    in_force = Deck(DECK_ID, DECK_VERSION, datetime(2026, 10, 1, tzinfo=UTC))
    monkeypatch.setattr(placing, "current_deck", lambda _now: in_force)
    monkeypatch.setattr(order_letter, "country_lines", country_lines)


@pytest.fixture
def fulfilled(db, rates, now) -> Callable[..., Any]:
    """Somebody's order, fulfilled, with its notice not yet queued."""
    from crystalcall.minutes.calls.actions import add_access_number
    from crystalcall.plumbing.ids import random_token
    from crystalcall.shop.cart import read_cart
    from crystalcall.shop.orders import actions
    from crystalcall.shop.orders.values import Placed, PlaceOrder

    add_access_number("+12127365000", place_en="New York", place_ru="Нью-Йорк")

    def fulfill(person: Any, query: str = "credit-10=1", **asked: bool) -> Placed:
        cart = read_cart(query)
        wish = PlaceOrder(random_token(), cart, person.name, person.email, None, person.language, **asked)
        placed = actions.place_order(wish, now=now)
        assert isinstance(placed, Placed)
        actions.mark_paid(placed.order_number, "1", now=now)
        actions.fulfill_order(placed.order_number, now=now)
        return placed

    return fulfill


@pytest.fixture
def deliver() -> Callable[[], None]:
    """Tells every fact that waits to its listeners, until none waits."""
    from crystalcall.plumbing import announcements
    from crystalcall.plumbing.models import Delivery

    def deliver_all() -> None:
        while waiting := list(Delivery.objects.filter(delivered_at__isnull=True).values_list("pk", flat=True)):
            for delivery_id in waiting:
                announcements.deliver(delivery_id)

    return deliver_all


@pytest.fixture(autouse=True)
def forget_decks() -> None:
    """A test's decks may get the numbers of another's that were rolled back; in a shop a number is never used twice."""
    from crystalcall.minutes.rates import prefix_index
    from crystalcall.shop.catalogue import price_news

    prefix_index._indexes.clear()
    price_news._news_of.cache_clear()
