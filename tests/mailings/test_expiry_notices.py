from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import transaction
from reading import both, part

from crystalcall.mailings import actions, queries
from crystalcall.mailings.models import Notice
from crystalcall.mailings.values import Dropped, NoticeKind, NoticeState, Sent
from crystalcall.minutes.ledger.events import CreditExpired, CreditExpiring
from crystalcall.minutes.ledger.values import AllowanceInfo, Expiry
from crystalcall.plumbing import announcements
from crystalcall.privacy.models import Disclosure
from crystalcall.shop.orders import stock
from crystalcall.shop.orders.queries import accounts_of_order

pytestmark = pytest.mark.django_db

DAY = date(2026, 12, 5)
END = datetime(2026, 12, 5, 15, 30, tzinfo=UTC)


@pytest.fixture
def ends(monkeypatch):
    """Lets the credit of an order's cards end, and puts minutes beside it."""

    def end(order_number, *, minutes=(), credit_ends=END, by_dormancy=False):
        accounts = accounts_of_order(order_number)
        expiries = {each: Expiry(each, credit_ends, by_dormancy) for each in accounts} if credit_ends else {}
        beside = {
            accounts[0]: tuple(
                AllowanceInfo(uuid4(), accounts[0], coverage, seconds, 0, seconds, ends_at)
                for coverage, seconds, ends_at in minutes
            )
        }
        monkeypatch.setattr(stock, "expiries", lambda _accounts, **_: expiries)
        monkeypatch.setattr(stock, "allowances_of", lambda _accounts, **_: beside)
        return accounts

    return end


def expiring(order_number, now):
    return actions.queue_expiry(order_number, NoticeKind.CREDIT_EXPIRING, DAY, now=now)


def test_anna_is_told_what_is_left_and_until_when(fulfilled, post, anna, now, ends, settings):
    placed = fulfilled(anna)
    ends(placed.order_number, minutes=[("ru-landline", 7200, END), ("ru-*", 95, END), ("in-mobile", 60, None)])
    notice_id = expiring(placed.order_number, now)
    assert actions.send_notice(notice_id, now=now) == Sent(notice_id)
    [message] = post.taken
    assert message["To"] == anna.email
    assert message["Subject"] == f"Order {placed.order_number}: what is left expires on December 5, 2026"
    assert "List-Unsubscribe" not in message
    for body in both(message):
        assert "Hello Anna Hale" in body
        assert "December 5, 2026, 3:30 PM UTC" in body
        assert "$10 credit" in body
        assert "Russia, landline: 120 minutes" in body
        assert "Russia: 1 minute 35 seconds" in body
        assert "India" not in body, "what never ends was announced"
        assert "+1 212-736-5000" in body
        assert f"{settings.CRYSTALCALL.store_base_url}/orders/{placed.token}/" in body
        assert "about your order only" in body
        assert "A call before that day" not in body


@pytest.mark.clause("C25")
def test_boris_is_told_in_russian(fulfilled, post, boris, now, ends):
    placed = fulfilled(boris, "credit-5=2")
    ends(placed.order_number, minutes=[("ru-mobile", 120, END)])
    actions.send_notice(expiring(placed.order_number, now), now=now)
    [message] = post.taken
    assert message["Content-Language"] == "ru"
    assert "5 декабря 2026 г." in message["Subject"].replace("\u00a0", " ")
    for body in both(message):
        assert "Здравствуйте, Борис Орлов!" in body
        assert body.count("5 $") == 2
        assert "Россия, мобильный: 2 минуты" in body
        assert "5 декабря 2026 г., 15:30 UTC" in body


def test_what_expires_for_want_of_use_says_what_keeps_it(fulfilled, post, anna, now, ends, settings):
    from msgspec.structs import replace

    settings.CRYSTALCALL = replace(settings.CRYSTALCALL, dormant_after_days=180)
    placed = fulfilled(anna)
    ends(placed.order_number, by_dormancy=True)
    actions.send_notice(expiring(placed.order_number, now), now=now)
    assert "A call before that day keeps it for 180 more days." in part(post.taken[0], "plain")


@pytest.mark.parametrize(
    "overtaken",
    [
        {"credit_ends": END + timedelta(days=30)},
        {"credit_ends": None},
        {"minutes": [("ru-landline", 0, END)], "credit_ends": None},
    ],
    ids=["moved", "never", "used"],
)
def test_a_notice_that_was_overtaken_is_dropped_and_discloses_nothing(fulfilled, post, anna, now, ends, *, overtaken):
    placed = fulfilled(anna)
    ends(placed.order_number, **overtaken)
    notice_id = expiring(placed.order_number, now)
    assert actions.send_notice(notice_id, now=now) == Dropped(notice_id)
    [view] = queries.notices_of(placed.order_number)
    assert (view.state, view.about, view.tries) == (NoticeState.DROPPED, "2026-12-05", 0)
    assert (post.taken, Disclosure.objects.count()) == ([], 0)
    assert queries.failed_notices() == ()


def test_a_notice_that_waited_until_after_the_end_is_dropped(fulfilled, post, anna, now, ends):
    placed = fulfilled(anna)
    ends(placed.order_number)
    notice_id = expiring(placed.order_number, now)
    assert actions.send_notice(notice_id, now=END) == Dropped(notice_id)
    assert post.taken == []


def test_afterwards_anna_is_told_what_expired(fulfilled, post, anna, now, monkeypatch):
    from crystalcall.minutes.ledger.values import Lapse

    placed = fulfilled(anna)
    [account] = accounts_of_order(placed.order_number)
    lapsed = (
        Lapse(account, "", 3_200_000, END, by_dormancy=False),
        Lapse(account, "ru-landline", 600, END, by_dormancy=False),
    )
    monkeypatch.setattr(stock, "lapses", lambda accounts, on: lapsed if (accounts, on) == ([account], DAY) else ())
    notice_id = actions.queue_expiry(placed.order_number, NoticeKind.CREDIT_EXPIRED, DAY, now=END)
    assert actions.send_notice(notice_id, now=END) == Sent(notice_id)
    [message] = post.taken
    assert message["Subject"] == f"Order {placed.order_number}: what was left has expired"
    for body in both(message):
        assert "expired unused on December 5, 2026" in body
        assert "$3.20 credit" in body
        assert "Russia, landline: 10 minutes" in body
        assert "write to service@" in body


def test_several_cards_of_an_order_that_end_on_one_day_make_one_mail(
    fulfilled, post, anna, ends, deliver, frozen_clock
):
    placed = fulfilled(anna, "credit-2=3")
    accounts = ends(placed.order_number)
    with transaction.atomic():
        for account in accounts:
            announcements.announce(CreditExpiring(str(account), DAY.isoformat()))
        announcements.announce(CreditExpiring(str(accounts[0]), "2026-12-06"))
    deliver()
    told = [(row.kind, row.about) for row in Notice.objects.exclude(kind="order_fulfilled").order_by("about")]
    assert told == [("credit_expiring", "2026-12-05"), ("credit_expiring", "2026-12-06")]
    for notice_id in queries.due_notices(now=frozen_clock.now()):
        actions.send_notice(notice_id, now=frozen_clock.now())
    [message] = [each for each in post.taken if "what is left expires" in each["Subject"]]
    assert part(message, "plain").count("$2 credit") == 3


def test_what_expired_is_announced_and_told(fulfilled, anna, deliver, frozen_clock):
    [account] = accounts_of_order(fulfilled(anna).order_number)
    with transaction.atomic():
        announcements.announce(CreditExpired(str(account), DAY.isoformat()))
    deliver()
    assert Notice.objects.filter(kind="credit_expired", about="2026-12-05").count() == 1


def test_the_end_of_a_card_without_an_order_is_told_to_nobody(db, deliver, frozen_clock):
    with transaction.atomic():
        announcements.announce(CreditExpiring(str(uuid4()), DAY.isoformat()))
    deliver()
    assert Notice.objects.count() == 0
