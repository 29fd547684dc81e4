"""Facts are told exactly when they became true, once to each listener."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.db import transaction

from crystalcall.plumbing import announcements, clock
from crystalcall.plumbing.models import Announcement, Delivery

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass(frozen=True)
class LampLit(announcements.Event):
    lamp: int
    NAME = "test.lamp.lit"


class Broken(Exception):
    pass


@pytest.fixture
def heard(monkeypatch):
    monkeypatch.setattr(announcements, "_listeners", {})
    told = []
    announcements.listen(LampLit, "test", told.append)
    return told


def the_delivery() -> Delivery:
    return Delivery.objects.get()


def test_a_committed_fact_is_delivered_once_however_often_it_is_tried(heard):
    with transaction.atomic():
        announcements.announce(LampLit(7))
    assert announcements.deliver(the_delivery().pk)
    assert not announcements.deliver(the_delivery().pk)
    assert heard == [LampLit(7)]


def test_a_rolled_back_fact_is_never_told(heard):
    with pytest.raises(Broken), transaction.atomic():
        announcements.announce(LampLit(7))
        raise Broken
    assert Announcement.objects.count() == 0
    assert Delivery.objects.count() == 0
    assert heard == []


def test_a_fact_outside_a_transaction_is_a_mistake_and_leaves_nothing(heard):
    with pytest.raises(announcements.NotInTransactionError):
        announcements.announce(LampLit(7))
    assert Announcement.objects.count() == 0


def test_a_listener_that_fails_leaves_the_fact_undelivered_and_its_own_changes_undone(monkeypatch, heard):
    def fail(_event):
        Announcement.objects.create(name="side effect", payload={}, announced_at=clock.now())
        raise Broken("Anna's secret")

    monkeypatch.setattr(announcements, "_listeners", {})
    announcements.listen(LampLit, "test", fail)
    with transaction.atomic():
        announcements.announce(LampLit(7))
    with pytest.raises(Broken):
        announcements.deliver(the_delivery().pk)
    assert the_delivery().delivered_at is None
    assert the_delivery().tries == 1
    assert the_delivery().last_problem == "Broken"
    assert not Announcement.objects.filter(name="side effect").exists()


def test_what_a_killed_worker_left_is_found_as_overdue(heard):
    with transaction.atomic():
        announcements.announce(LampLit(7))
    now = clock.now()
    assert announcements.overdue(now=now, older_than_seconds=60) == []
    assert announcements.overdue(now=now + timedelta(seconds=61), older_than_seconds=60) == [the_delivery().pk]
    announcements.deliver(the_delivery().pk)
    assert announcements.overdue(now=now + timedelta(seconds=61), older_than_seconds=60) == []


def test_listening_twice_under_one_name_hears_once(heard):
    announcements.listen(LampLit, "test", heard.append)
    with transaction.atomic():
        announcements.announce(LampLit(7))
    assert Delivery.objects.count() == 1
