"""An address given before a version allowed mails about prices gets none early, and none without its owner's word."""

import pytest

from crystalcall.mailings import actions
from crystalcall.mailings.composing import price_letter
from crystalcall.mailings.models import Notice
from crystalcall.mailings.values import Dropped, Sent
from crystalcall.minutes.rates.values import DestinationInfo
from crystalcall.privacy.announcing.actions import announce
from crystalcall.privacy.policy.actions import agree, take_back
from crystalcall.privacy.queries import disclosures_about
from crystalcall.rules.numbering import LineType
from crystalcall.shop.catalogue.price_news import LineChange, PriceNews, Span
from crystalcall.shop.orders.models import Order

pytestmark = pytest.mark.django_db

FIRST_DECK = 8


@pytest.fixture
def send(monkeypatch, frozen_clock, second_policy):
    """Says that calls get dearer, and sends what follows from it; gives what became of each mail."""
    decks = iter(range(FIRST_DECK, 99))
    dearer = (LineChange(DestinationInfo("ru-m", "RU", LineType.MOBILE, ""), Span(1, 1), Span(2, 2), per_minute=True),)

    def send_now():
        deck, now = next(decks), frozen_clock.now()
        monkeypatch.setattr(price_letter, "standing_news", lambda *_: PriceNews(deck, now, dearer, ()))
        actions.queue_price_notices(deck, now=now)
        waiting = Notice.objects.filter(kind="prices_rise", state="queued").values_list("pk", flat=True)
        return [type(actions.send_notice(notice_id, now=now)) for notice_id in list(waiting)]

    return send_now


@pytest.mark.clause("C20")
def test_old_data_serves_a_new_use_only_in_force_and_agreed_to(
    fulfilled, post, anna, frozen_clock, send, wait_for_policy
):
    placed = fulfilled(anna, price_notices=True)
    customer_id = Order.objects.get(order_number=placed.order_number).customer_id
    assert send() == [Dropped]
    due_at = announce(None, now=frozen_clock.now()).due_at
    assert send() == [Dropped]
    wait_for_policy(frozen_clock.now(), due_at)
    frozen_clock.moment = due_at
    assert send() == [Dropped]
    assert post.taken == []
    assert [entry for entry in disclosures_about(placed.order_number) if entry.purpose == "price_notice"] == []
    assert agree(customer_id, 2, now=due_at) is True
    assert send() == [Sent]
    assert len(post.taken) == 1
    take_back(customer_id)
    assert send() == [Dropped]
    assert len(post.taken) == 1
