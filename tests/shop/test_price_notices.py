from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from crystalcall.plumbing.ids import random_token
from crystalcall.shop.orders import actions, queries
from crystalcall.shop.orders.models import NoticeWish
from crystalcall.shop.orders.values import NoticesStopped, NoticeTopic, UnknownLink

pytestmark = pytest.mark.django_db


@pytest.fixture
def bought(place, now):
    """An order that asked for price notices, fulfilled."""

    def buy(**changes):
        placed = place("credit-2=1", **({"price_notices": True} | changes))
        actions.mark_paid(placed.order_number, "1", now=now)
        actions.fulfill_order(placed.order_number, now=now)
        return placed

    return buy


def token_of(placed) -> str:
    token = queries.stop_token(placed.order_number)
    assert token is not None
    return token


def test_only_fulfilled_orders_that_asked_are_told(place, bought):
    asked = bought()
    bought(price_notices=False, email="other@example.org")
    place(price_notices=True, email="unpaid@example.org")
    assert queries.notice_orders(NoticeTopic.PRICES) == (asked.order_number,)


def test_a_mailbox_is_told_once_however_many_orders_asked_and_however_it_is_written(bought, now):
    first, second = bought(), bought(email="ANNA@example.org")
    other = bought(email="boris@example.net")
    assert queries.notice_orders(NoticeTopic.PRICES) == (second.order_number, other.order_number)
    told = queries.price_notice_stock(second.order_number, now=now)
    assert [each.order_number for each in told] == [first.order_number, second.order_number]
    assert [len(each.cards) for each in told] == [1, 1]


def test_the_link_ends_the_notices_of_every_order_of_the_mailbox_and_destroys_their_keys(bought, now):
    first, second, other = bought(), bought(), bought(email="boris@example.net")
    kept = token_of(first)
    assert actions.stop_notices(token_of(second), now=now) == NoticesStopped(2)
    assert queries.notice_orders(NoticeTopic.PRICES) == (other.order_number,)
    assert queries.price_notice_stock(first.order_number, now=now) == ()
    assert queries.stop_token(first.order_number) is None
    assert NoticeWish.objects.filter(stopped_at=now, sealed_token=None).count() == 2
    link = queries.notice_link(kept)
    assert link is not None
    assert link.stopped


def test_the_link_used_again_changes_nothing(bought, now):
    token = token_of(bought())
    actions.stop_notices(token, now=now)
    assert actions.stop_notices(token, now=now + timedelta(days=1)) == NoticesStopped(0)
    assert NoticeWish.objects.get().stopped_at == now


def test_the_link_works_for_a_buyer_who_was_forgotten(bought, now):
    from crystalcall.shop.orders.models import Order

    token = token_of(bought())
    Order.objects.update(customer_id=None)
    assert actions.stop_notices(token, now=now) == NoticesStopped(1)


@pytest.mark.parametrize(
    "token", ["", "A" * 22, "A" * 21, "../" * 8, random_token()], ids=["empty", "as long", "short", "path", "new"]
)
def test_what_no_mail_ever_held_ends_nothing(bought, now, token):
    bought()
    assert actions.stop_notices(token, now=now) == UnknownLink()
    assert queries.notice_link(token) is None
    assert NoticeWish.objects.filter(stopped_at=None).count() == 1


def test_the_key_of_the_order_does_not_end_notices(bought, now):
    placed = bought()
    assert actions.stop_notices(placed.token, now=now) == UnknownLink()
    assert queries.stop_token(placed.order_number) is not None


@pytest.mark.parametrize("damage", [{"stopped_at": "now"}, {"sealed_token": None}])
def test_the_database_itself_keeps_no_key_of_an_ended_wish(bought, now, damage):
    bought()
    with pytest.raises(IntegrityError), transaction.atomic():
        NoticeWish.objects.update(**{name: now if value == "now" else value for name, value in damage.items()})


def test_an_account_leads_to_its_order(bought, now):
    placed = bought()
    [card] = queries.stock(placed.order_number, now=now).cards
    assert queries.order_of_account(card.ledger_account_id) == placed.order_number
    assert queries.order_of_account(uuid4()) is None
    assert queries.stock("NOSUCH", now=now) is None
