"""The schedule: each class ends by itself, the report counts it, and the register is told."""

import json

import pytest

from crystalcall.customers.models import AccountLink, Customer
from crystalcall.mailings.models import Notice
from crystalcall.minutes.calls.models import Call, CallRecord
from crystalcall.minutes.ledger.queries import audit, balance
from crystalcall.plumbing.ids import random_token
from crystalcall.plumbing.models import Announcement
from crystalcall.privacy import keepers
from crystalcall.privacy.erasures.models import Erasure
from crystalcall.privacy.keepers import Keeper
from crystalcall.privacy.keys.queries import KeyState, state_of
from crystalcall.privacy.officers.models import Officer
from crystalcall.privacy.register.models import RegisterEntry
from crystalcall.privacy.requests.actions import tidy
from crystalcall.privacy.requests.models import PrivacyRequest
from crystalcall.privacy.retention import actions, queries
from crystalcall.privacy.retention_classes import CLASSES, SCHEDULE
from crystalcall.shop.cart import read_cart
from crystalcall.shop.orders import actions as orders
from crystalcall.shop.orders.models import Order
from crystalcall.shop.orders.values import PlaceOrder

pytestmark = pytest.mark.django_db


def abandons(shop, person):
    """Somebody fills in the checkout and never pays."""
    cart = read_cart("credit-10=1")
    wish = PlaceOrder(random_token(), cart, person.name, person.email, person.telephone, person.language, False)
    return orders.place_order(wish, now=shop.now).order_number


def test_a_buyer_is_forgotten_seven_years_after_the_last_order_and_the_books_stay(shop, anna):
    bought = shop.sells(anna)
    shop.later(seconds=(CLASSES["order_record"].ends(shop.now) - shop.now).total_seconds() - 1)
    assert actions.enforce("order_record", now=shop.now) == 0
    shop.later(seconds=2)
    assert actions.enforce("order_record", now=shop.now) > 0
    assert not Customer.objects.exists()
    assert not AccountLink.objects.exists()
    assert Order.objects.get(order_number=bought.order_number).customer_id is None
    assert state_of(bought.customer_id) is KeyState.DESTROYED
    assert Erasure.objects.get().way == "retention"
    assert balance(bought.account_id).posted_micros > 0
    assert audit() == []
    assert actions.enforce("order_record", now=shop.now) == 0


def test_what_the_same_mailbox_bought_later_stays_when_the_older_purchase_is_forgotten(shop, anna):
    first = shop.sells(anna)
    shop.later(days=400)
    second = shop.sells(anna)
    shop.later(days=CLASSES["order_record"].days - 399)
    actions.enforce("order_record", now=shop.now)
    assert [row.pk for row in Customer.objects.all()] == [second.customer_id]
    assert Order.objects.get(order_number=first.order_number).customer_id is None
    assert Order.objects.get(order_number=second.order_number).customer_id == second.customer_id


def test_whoever_gave_up_at_the_till_is_forgotten_after_thirty_days(shop, anna, boris):
    abandoned, paid = abandons(shop, anna), shop.sells(boris)
    shop.later(days=8)
    orders.expire_orders(now=shop.now)
    assert Order.objects.get(order_number=abandoned).state == "expired"
    shop.later(days=21)
    assert actions.enforce("abandoned_order", now=shop.now) == 0
    shop.later(days=2)
    assert actions.enforce("abandoned_order", now=shop.now) > 0
    assert Order.objects.get(order_number=abandoned).customer_id is None
    assert [row.pk for row in Customer.objects.all()] == [paid.customer_id]


def test_many_people_whose_time_is_over_go_in_pieces(shop, anna, monkeypatch):
    monkeypatch.setattr(actions, "PEOPLE", 2)
    for _ in range(5):
        shop.sells(anna)
    shop.later(days=CLASSES["order_record"].days + 1)
    actions.enforce("order_record", now=shop.now)
    assert not Customer.objects.exists()
    assert Erasure.objects.count() == 3


def test_a_call_is_forgotten_when_its_class_ends_on_the_last_day_of_a_month_too(shop, anna):
    bought = shop.sells(anna)
    shop.later(days=-2)  # 31 October
    shop.calls(bought)
    shop.later(seconds=(CLASSES["call_record"].ends(shop.now) - shop.now).total_seconds() - 86_400)
    actions.enforce("call_record", now=shop.now)
    left = CallRecord.objects.count()
    shop.later(days=2)
    actions.enforce("call_record", now=shop.now)
    assert (left, CallRecord.objects.count(), Call.objects.count()) == (left, 0, 0)
    assert audit() == []


def test_an_answered_request_is_deleted_after_two_years(shop, anna):
    shop.sells(anna)
    shop.ticket_for("access", anna.email)
    shop.later(days=2)
    tidy(shop.now)
    assert PrivacyRequest.objects.get().closed_at is not None
    shop.later(days=CLASSES["privacy_request"].days - 1)
    assert actions.enforce("privacy_request", now=shop.now) == 0
    shop.later(days=2)
    assert actions.enforce("privacy_request", now=shop.now) == 1
    assert not PrivacyRequest.objects.exists()


def test_told_facts_and_sent_mails_are_bookkeeping_that_ends(shop, anna):
    shop.sells(anna)
    shop.sends()
    assert Announcement.objects.exists()
    assert Notice.objects.exists()
    shop.later(days=367)
    actions.enforce("outbox", now=shop.now)
    actions.enforce("mail_notice", now=shop.now)
    assert not Announcement.objects.exists()
    assert not Notice.objects.exists()


def test_a_fact_that_somebody_has_not_been_told_stays(shop, anna):
    shop.sells(anna)
    waiting = Announcement.objects.count()
    shop.later(days=367)
    assert actions.enforce("outbox", now=shop.now) == 0
    assert Announcement.objects.count() == waiting > 0


def test_the_name_of_an_officer_goes_ten_years_after_office_and_the_keys_stay(shop):
    left = Officer.objects.create(
        name="olga", fingerprint="f" * 32, age_recipient="age", verify_key="k", added_at=shop.now, retired_at=shop.now
    )
    shop.later(days=CLASSES["officer"].days + 1)
    assert actions.enforce("officer", now=shop.now) == 1
    left.refresh_from_db()
    assert (left.name, left.verify_key) == ("former_" + "f" * 32, "k")
    assert actions.enforce("officer", now=shop.now) == 0


def test_a_night_goes_through_everything_once_a_day_and_tells_the_register(shop, anna):
    shop.sells(anna)
    shop.later(days=CLASSES["order_record"].days + 1)
    assert actions.enforce_nightly(shop.now) > 0
    assert actions.enforce_nightly(shop.later(hours=1)) == 0
    night = queries.last_night()
    assert (night.day, night.failed) == (shop.now.date(), ())
    entry = RegisterEntry.objects.get(kind="retention_run")
    facts = json.loads(entry.facts)
    assert facts["order_record.customers"] == "fewer-than-10"
    assert anna.email not in entry.facts
    given = {(each.retention, each.what): each.number for each in queries.given_up(shop.now.date())}
    assert given["order_record", "customers"] == 1


def test_what_the_register_was_told_is_told_once(shop):
    actions.note("pin_misses", {"pin_misses": 20}, now=shop.now)
    actions.enforce_nightly(shop.now)
    actions.note("pin_misses", {"pin_misses": 15}, now=shop.now)
    actions.enforce_nightly(shop.later(days=1))
    told = [json.loads(row.facts) for row in RegisterEntry.objects.filter(kind="retention_run").order_by("sequence")]
    assert [each.get("pin_misses.pin_misses") for each in told] == [20, 15]


def test_a_class_that_fails_stops_no_other_and_is_named(shop, anna, monkeypatch):
    shop.sells(anna)

    class Broken(Keeper):
        room = "broken"

        def expire(self, retention, **_asked):
            if retention == "call_record":
                raise OSError("the disk is full")
            return {}

    monkeypatch.setitem(keepers._keepers, "broken", Broken())
    shop.later(days=CLASSES["order_record"].days + 1)
    actions.enforce_nightly(shop.now)
    assert queries.last_night().failed == ("call_record",)
    assert not Customer.objects.exists()


def test_every_class_of_the_schedule_is_named_by_its_rule_and_holds_those_of_the_policy():
    assert set(CLASSES) <= set(SCHEDULE)
    for name, rule in SCHEDULE.items():
        assert rule.name == name
        assert str(rule.words)
