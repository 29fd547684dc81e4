"""From the fact to the mail, with the rooms below as they are: real decks, real books, real announcements."""

from datetime import UTC, datetime, timedelta

import pytest
from reading import part

from crystalcall.mailings import actions, queries
from crystalcall.plumbing.ids import random_token

pytestmark = pytest.mark.django_db

DECK = "prefix,destination,price_usd_per_min,connect_fee_usd,first_increment_s,next_increment_s\n7495,{},{},0,60,60\n"


@pytest.fixture
def publish(frozen_clock):
    """Publishes a deck of one destination at this cost, in so many days."""
    from crystalcall.minutes.rates.actions import ImportDeck, PublishDeck, Published, import_deck, publish_deck

    def at_cost(cost: str, days: int = 0):
        now = frozen_clock.now()
        content = DECK.format("Russia - Moscow", cost).encode()
        import_deck(ImportDeck("acme", content, f"acme-{days}.csv", now + timedelta(days=days)), now=now)
        request = PublishDeck(margin_basis_points=2500, effective_at=now + timedelta(days=days))
        outcome = publish_deck(request, now=now)
        assert isinstance(outcome, Published)
        return outcome

    return at_cost


@pytest.fixture
def buy(db, publish, frozen_clock):
    """Somebody buys under real prices."""
    from crystalcall.shop.cart import read_cart
    from crystalcall.shop.orders import actions as orders
    from crystalcall.shop.orders.values import Placed, PlaceOrder

    publish("0.0168")

    def order(person, query="credit-10=1", *, price_notices=False):
        wish = PlaceOrder(
            random_token(), read_cart(query), person.name, person.email, None, person.language, price_notices
        )
        placed = orders.place_order(wish, now=frozen_clock.now())
        assert isinstance(placed, Placed)
        orders.mark_paid(placed.order_number, "1", now=frozen_clock.now())
        orders.fulfill_order(placed.order_number, now=frozen_clock.now())
        return placed

    return order


@pytest.fixture
def send_all(deliver, frozen_clock):
    """Tells what waits to be told, and sends what is due."""

    def send():
        deliver()
        for notice_id in queries.due_notices(now=frozen_clock.now()):
            actions.send_notice(notice_id, now=frozen_clock.now())

    return send


def subjects(post) -> list[str]:
    return [message["Subject"].strip() for message in post.taken]


def test_a_deck_that_gets_dearer_reaches_those_who_asked(buy, publish, post, anna, mallory, send_all):
    buy(anna, price_notices=True)
    buy(mallory)
    send_all()
    post.taken.clear()
    publish("0.02", days=7)
    send_all()
    [message] = post.taken
    assert message["To"] == anna.email
    assert "Calls to 1 destination get dearer on November 9, 2026" in subjects(post)
    assert "Russia, landline: 2.1¢ → 2.5¢" in part(message, "plain")


def test_a_deck_that_only_gets_cheaper_writes_to_nobody(buy, publish, post, anna, send_all):
    buy(anna, price_notices=True)
    send_all()
    post.taken.clear()
    publish("0.01", days=7)
    send_all()
    assert post.taken == []


def test_credit_that_was_used_up_writes_to_nobody(buy, publish, post, anna, send_all, frozen_clock):
    from crystalcall.minutes.ledger.actions import refund_unused
    from crystalcall.shop.orders.queries import accounts_of_order

    placed = buy(anna, price_notices=True)
    send_all()
    post.taken.clear()
    [account] = accounts_of_order(placed.order_number)
    refund_unused(account, 10_000_000, key="all", now=frozen_clock.now())
    publish("0.02", days=7)
    send_all()
    assert post.taken == []


def test_credit_and_minutes_that_end_are_told_before_and_after(buy, post, anna, send_all, frozen_clock, settings):
    from msgspec.structs import replace

    from crystalcall.minutes.ledger.actions import announce_expiring, expire_due, grant_allowance
    from crystalcall.shop.orders.queries import accounts_of_order

    settings.CRYSTALCALL = replace(settings.CRYSTALCALL, credit_valid_days=90, expiry_notice_days=30)
    placed = buy(anna)
    [account] = accounts_of_order(placed.order_number)
    end = frozen_clock.now() + timedelta(days=90)
    grant_allowance(account, "ru-landline", 3600, expires_at=end, key="gift", now=frozen_clock.now())
    send_all()
    post.taken.clear()

    assert announce_expiring(frozen_clock.now()) == 0
    frozen_clock.advance(days=61)
    assert announce_expiring(frozen_clock.now()) == 2
    send_all()
    [before] = post.taken
    assert before["Subject"] == f"Order {placed.order_number}: what is left expires on January 31, 2027"
    assert "$10 credit" in part(before, "plain")
    assert "Russia, landline: 60 minutes" in part(before, "plain")

    frozen_clock.advance(days=30)
    expire_due(frozen_clock.now())
    send_all()
    _, after = post.taken
    assert after["Subject"] == f"Order {placed.order_number}: what was left has expired"
    assert "$10 credit" in part(after, "plain")
    assert "Russia, landline: 60 minutes" in part(after, "plain")
    assert end == datetime(2027, 1, 31, 15, 0, tzinfo=UTC)
