"""Disclosures end with their class by the one door of their guard, and requests that nobody closes end too."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from crystalcall.plumbing import append_only
from crystalcall.privacy import disclosure_guard, keepers
from crystalcall.privacy.disclosure_days import forget_before, kept_from
from crystalcall.privacy.holds.actions import place_hold
from crystalcall.privacy.holds.values import HoldReason, HoldView
from crystalcall.privacy.keys.models import DataKey
from crystalcall.privacy.models import Disclosure, DisclosureHorizon
from crystalcall.privacy.register.models import RegisterEntry
from crystalcall.privacy.register.signing import sign_due_days
from crystalcall.privacy.register.verifying import verify
from crystalcall.privacy.requests import actions as requests
from crystalcall.privacy.requests.models import PrivacyRequest
from crystalcall.privacy.retention.actions import enforce
from crystalcall.privacy.retention_classes import SCHEDULE

pytestmark = pytest.mark.django_db
OLGA = "0123456789abcdef0123456789abcdef"


def left(subject, at):
    """Something left about somebody."""
    made = {"provider": "mail-carrier", "purpose": "order_status", "fields": '["email"]'}
    return Disclosure.objects.create(subject=subject, disclosed_at=at, **made)


def subjects():
    return set(Disclosure.objects.values_list("subject", flat=True))


@pytest.mark.clause("C09")
def test_a_disclosure_goes_when_its_class_is_over_and_a_younger_one_stays(now):
    left("old", now)
    left("young", now + timedelta(days=1))
    over = SCHEDULE["disclosure"].ends(now) + timedelta(hours=1)
    assert enforce("disclosure", now=over - timedelta(hours=2)) == 0
    assert enforce("disclosure", now=over) == 1
    assert subjects() == {"young"}


@pytest.mark.clause("C09")
def test_the_database_lets_no_young_disclosure_go_whoever_asks(now):
    left("old", now)
    left("young", now + timedelta(days=30))
    forget_before(now + timedelta(days=1), limit=10, but_about=())
    for act in (Disclosure.objects.all().delete, lambda: Disclosure.objects.filter(subject="young").delete()):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            act()
    assert subjects() == {"young"}


def test_before_anything_ended_no_disclosure_can_be_deleted(now):
    left("old", now - timedelta(days=9000))
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Disclosure.objects.all().delete()
    assert subjects() == {"old"}


@pytest.mark.parametrize("change", ["lower", "delete", "second"])
def test_the_horizon_only_rises(now, change):
    forget_before(now, limit=10, but_about=())
    acts = {
        "lower": lambda: DisclosureHorizon.objects.update(kept_from=now - timedelta(days=1)),
        "delete": DisclosureHorizon.objects.all().delete,
        "second": lambda: DisclosureHorizon.objects.create(pk=2, kept_from=now),
    }
    with pytest.raises(DatabaseError), transaction.atomic():
        acts[change]()
    forget_before(now - timedelta(days=9), limit=10, but_about=())
    assert kept_from() == now


def test_putting_the_usual_guards_back_leaves_the_door_as_it_is(now):
    """As `crystalcall migrate` does at every new version."""
    left("old", now)
    if connection.vendor == "postgresql":
        with connection.schema_editor() as editor:
            append_only.protect(disclosure_guard.TABLE, editor)
    else:
        append_only.protect(disclosure_guard.TABLE, _Editor())
    assert append_only.missing_triggers() == []
    assert forget_before(now + timedelta(days=1), limit=10, but_about=()) == 1


class _Editor:
    """SQLite's own editor wants to be outside a transaction; the triggers need no more than this."""

    connection = connection

    def execute(self, statement, params):
        with connection.cursor() as cursor:
            cursor.execute(statement, params)


def test_a_changed_disclosure_is_refused_however_old(now):
    left("old", now)
    forget_before(now - timedelta(days=1), limit=10, but_about=())
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Disclosure.objects.update(provider="x")


def test_at_most_so_many_go_at_a_time(now):
    for number in range(5):
        left(f"s{number}", now)
    later = now + timedelta(days=1)
    assert [forget_before(later, limit=2, but_about=()) for _ in range(4)] == [2, 2, 1, 0]


def test_what_a_legal_hold_holds_stays(shop, anna):
    bought = shop.sells(anna)
    left("somebody", shop.now)
    left(bought.order_number, shop.now)
    over = SCHEDULE["disclosure"].ends(shop.now) + timedelta(days=1)
    until = over + timedelta(days=30)
    person = keepers.find(order_number=bought.order_number)
    assert isinstance(
        place_hold(person, HoldReason.TAX, until=until, by=OLGA, note="tax", now=over - timedelta(days=1)), HoldView
    )
    enforce("disclosure", now=over)
    assert "somebody" not in subjects()
    assert bought.order_number in subjects()


def test_the_register_stays_in_order_when_disclosures_of_signed_days_have_ended(now):
    left("old", now)
    sign_due_days(now + timedelta(days=2))
    left("young", now + timedelta(days=2))
    sign_due_days(now + timedelta(days=3))
    assert forget_before(now + timedelta(hours=1), limit=10, but_about=()) == 1
    assert verify().findings == ()


@pytest.mark.clause("C11")
def test_a_request_that_nobody_closes_ends_two_years_after_its_deadline(shop):
    opened = requests.receive_mail_request("somebody@example.org", "my data", "what do you have?", now=shop.now)
    row = PrivacyRequest.objects.get(reference=opened.reference)
    over = SCHEDULE["privacy_request"].ends(row.expected_by)
    assert enforce("privacy_request", now=over - timedelta(minutes=1)) == 0
    assert PrivacyRequest.objects.filter(pk=row.pk, closed_at__isnull=True).exists()
    assert enforce("privacy_request", now=over + timedelta(minutes=1)) == 1
    assert not PrivacyRequest.objects.exists()
    assert DataKey.objects.get(pk=row.pk).wrapped is None
    assert '"state":"expired"' in RegisterEntry.objects.get(kind="request_closed").facts


def test_an_extended_request_waits_as_long_as_it_was_extended(shop):
    opened = requests.receive_mail_request("somebody@example.org", "my data", "everything", now=shop.now)
    requests.extend_request(opened.reference, "It is much.", now=shop.now)
    first = SCHEDULE["privacy_request"].ends(opened.expected_by) + timedelta(days=1)
    assert enforce("privacy_request", now=first) == 0
    assert PrivacyRequest.objects.get().closed_at is None
