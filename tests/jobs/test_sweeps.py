from datetime import timedelta

import pytest
from django.db import transaction
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from crystalcall.jobs import sweeps
from crystalcall.jobs.clock import run_one
from crystalcall.mailings.tasks import send_notice_task
from crystalcall.payments.events import PaymentCaptured
from crystalcall.plumbing import announcements, clock
from crystalcall.plumbing.models import Delivery

pytestmark = pytest.mark.django_db

OVERDUE = timedelta(seconds=10)


def announce(order_number: str) -> None:
    with transaction.atomic():
        announcements.announce(PaymentCaptured(order_number, 1))


def running_task(started_at) -> DBTaskResult:
    result = send_notice_task.enqueue(1)
    DBTaskResult.objects.filter(pk=result.id).update(status=TaskResultStatus.RUNNING, started_at=started_at)
    return DBTaskResult.objects.get(pk=result.id)


def test_announcements_that_nobody_delivered_are_delivered(caplog):
    announce("NOSUCH")
    assert sweeps.deliver_overdue(clock.now()) == 0
    assert sweeps.deliver_overdue(clock.now() + OVERDUE) == 1
    assert announcements.pending_count() == 0
    assert "does not exist" in caplog.text


def test_an_announcement_that_cannot_be_delivered_holds_up_no_other(monkeypatch, caplog):
    for number in ("ONE", "TWO"):
        announce(number)
    first, second = Delivery.objects.order_by("pk").values_list("pk", flat=True)
    deliver = announcements.deliver

    def stumble(delivery_id: int) -> bool:
        if delivery_id == first:
            raise RuntimeError("a listener is broken")
        return deliver(delivery_id)

    monkeypatch.setattr(sweeps.announcements, "deliver", stumble)
    assert sweeps.deliver_overdue(clock.now() + OVERDUE) == 1
    assert Delivery.objects.get(pk=second).delivered_at is not None
    assert Delivery.objects.get(pk=first).delivered_at is None
    assert "a listener is broken" in caplog.text


def test_a_captured_payment_pays_its_order_even_if_its_announcement_was_lost(db, now, monkeypatch):
    paid = []
    monkeypatch.setattr(sweeps.order_queries, "unpaid_since", lambda _since: ("ONE", "TWO"))
    monkeypatch.setattr(sweeps, "captured_payment", {"ONE": None, "TWO": 7}.get)
    monkeypatch.setattr(sweeps.order_actions, "mark_paid", lambda *told, now: paid.append((told, now)))
    assert sweeps.credit_evidence(now) == 1
    assert paid == [(("TWO", "7"), now)]


def test_a_task_whose_worker_died_is_marked_so_and_a_living_one_is_left_alone(now):
    lost = running_task(now - timedelta(minutes=16))
    living = running_task(now - timedelta(minutes=1))
    assert sweeps.bury_lost_tasks(now) == 1
    lost.refresh_from_db()
    living.refresh_from_db()
    assert (lost.status, lost.finished_at) == (TaskResultStatus.FAILED, now)
    assert living.status == TaskResultStatus.RUNNING
    assert lost.task_result.errors  # the backend itself can still read the row


def test_rows_of_finished_tasks_are_deleted_after_some_days_and_others_kept(now):
    old, fresh, waiting = (send_notice_task.enqueue(number).id for number in range(3))
    DBTaskResult.objects.filter(pk=old).update(status="SUCCESSFUL", finished_at=now - timedelta(days=4))
    DBTaskResult.objects.filter(pk=fresh).update(status="FAILED", finished_at=now - timedelta(days=1))
    assert sweeps.prune_tasks(now) == 1
    assert set(DBTaskResult.objects.values_list("pk", flat=True)) == {
        DBTaskResult.objects.get(pk=fresh).pk,
        DBTaskResult.objects.get(pk=waiting).pk,
    }


@pytest.mark.parametrize("sweep", [each for each in sweeps.SWEEPS if each.lane is not sweeps.Lane.GATEWAY])
def test_every_sweep_finds_nothing_in_an_empty_store(db, now, sweep):
    assert run_one(sweep, now) == 0
