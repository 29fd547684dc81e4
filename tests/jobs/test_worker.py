import signal
import subprocess
import sys
import time

import pytest
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from crystalcall.jobs.clock import Lane, Sweep
from crystalcall.jobs.worker import Worker

START_SECONDS = 30


def wait_for(condition, seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False


def test_a_slow_lane_holds_up_no_other(transactional_db):
    ran = {"gateway": 0, "database": 0}

    def wait_for_the_gateway(_now) -> int:
        ran["gateway"] += 1
        wait_for(lambda: ran["database"] >= 2)
        return 0

    def look_into_the_database(_now) -> int:
        ran["database"] += 1
        return 0

    worker = Worker(
        sweeps=[Sweep("slow", 1, wait_for_the_gateway, Lane.GATEWAY), Sweep("quick", 1, look_into_the_database)],
        task_threads=0,
    )
    worker.start()
    try:
        assert wait_for(lambda: ran["database"] >= 2)
    finally:
        assert worker.join() == 0


def test_a_thread_that_breaks_off_begins_again(transactional_db, caplog, monkeypatch):
    from crystalcall.jobs import worker as worker_module

    began = []
    monkeypatch.setattr(worker_module, "RESTART_SECONDS", 0.01)
    worker = Worker(sweeps=[], task_threads=1)

    def break_off() -> None:
        began.append(1)
        raise RuntimeError("the database went away")

    monkeypatch.setattr(Worker, "_run_tasks", lambda _self: break_off())
    worker.start()
    try:
        assert wait_for(lambda: len(began) >= 3)
    finally:
        assert worker.join() == 0
    assert "begins again" in caplog.text


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_worker_delivers_what_was_announced_and_stops_cleanly(process_environment, tmp_path, number):
    from django.db import transaction

    from crystalcall.payments.events import PaymentCaptured
    from crystalcall.plumbing import announcements

    finished = DBTaskResult.objects.filter(status=TaskResultStatus.SUCCESSFUL)
    with transaction.atomic():
        announcements.announce(PaymentCaptured("NOSUCH", 1))
    log = tmp_path / "worker.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "crystalcall.config.cli", "worker"],
            env=process_environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_for(lambda: announcements.pending_count() == 0 or process.poll() is not None, START_SECONDS)
        wait_for(lambda: finished.exists() or process.poll() is not None, START_SECONDS)
        process.send_signal(number)
        process.wait(START_SECONDS)
    finally:
        process.kill()
        process.wait()
    said = log.read_text()
    assert process.returncode == 0, said
    assert "running" in said
    assert "Traceback" not in said
    assert announcements.pending_count() == 0
    assert finished.exists()
