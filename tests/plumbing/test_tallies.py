"""Counts that all processes make together: nothing lost while the database is away, nobody counted, only how often."""

import subprocess
import sys
from threading import Thread

import pytest
from django.db import DatabaseError, connection, transaction
from django.http import HttpResponse
from django.test import RequestFactory

from crystalcall.plumbing import tallies
from crystalcall.plumbing.middleware import cookie_guard
from crystalcall.plumbing.models import Tally


@pytest.fixture(autouse=True)
def nothing_waiting(monkeypatch):
    monkeypatch.setattr(tallies, "_waiting", type(tallies._waiting)())


def test_counting_touches_no_database():
    tallies.count("knocks")
    tallies.count("knocks", 2)
    assert tallies.waiting() == {"knocks": 3}


def test_threads_lose_no_count():
    threads = [Thread(target=lambda: [tallies.count("knocks") for _ in range(2000)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert tallies.waiting() == {"knocks": 8000}


@pytest.mark.django_db
def test_what_was_counted_is_added_to_what_stands(now):
    tallies.count("knocks", 3)
    assert tallies.write_down(now) == 1
    tallies.count("knocks", 4)
    tallies.write_down(now)
    assert tallies.total("knocks") == tallies.Total(7, now, now)
    assert tallies.waiting() == {}
    assert tallies.write_down(now) == 0


@pytest.mark.django_db
def test_a_tally_keeps_the_day_on_which_it_began(now, frozen_clock):
    tallies.add({"knocks": 1}, now=now)
    later = frozen_clock.advance(days=3)
    tallies.add({"knocks": 1}, now=later)
    assert tallies.total("knocks") == tallies.Total(2, now, later)


@pytest.mark.django_db
def test_a_database_that_fails_loses_no_count(now, monkeypatch, caplog):
    def refuse(_amounts, *, now):
        raise DatabaseError

    tallies.count("knocks", 5)
    with monkeypatch.context() as patch:
        patch.setattr(tallies, "add", refuse)
        assert tallies.write_down(now) == 0
    assert "counts wait in memory" in caplog.text
    assert tallies.waiting() == {"knocks": 5}
    tallies.write_down(now)
    assert tallies.total("knocks").total == 5


@pytest.mark.django_db
def test_tallies_of_one_kind_are_read_together(now):
    tallies.put("evidence/a/x", 10, now=now)
    tallies.put("evidence/a/y", 20, now=now)
    tallies.put("evidence/b/", 30, now=now)
    assert {name: entry.total for name, entry in tallies.totals("evidence/a/").items()} == {"x": 10, "y": 20}


@pytest.mark.django_db
def test_nobody_ever_counted_is_none():
    assert tallies.total("knocks") is None


@pytest.mark.django_db
@pytest.mark.parametrize("changes", [{"total": -1}, {"name": ""}], ids=["a count below nothing", "a count of nothing"])
def test_the_database_itself_refuses(now, changes):
    row = Tally(**({"name": "knocks", "total": 1, "since": now, "counted_at": now} | changes))
    with pytest.raises(DatabaseError), transaction.atomic():
        row.save(force_insert=True)


@pytest.mark.clause("C17")
def test_every_response_is_counted_as_one_without_a_cookie():
    answer = cookie_guard.cookie_guard(lambda _request: HttpResponse("page"))
    for _ in range(3):
        answer(RequestFactory().get("/"))
    assert tallies.waiting() == {cookie_guard.WITHOUT_COOKIE: 3}


@pytest.mark.clause("C17")
def test_a_cookie_that_was_taken_off_is_counted(monkeypatch):
    class Demo:
        profile = "demo"

    def sets_one(_request):
        response = HttpResponse("page")
        response.set_cookie("visitor", "1")
        return response

    monkeypatch.setattr(cookie_guard, "current", Demo)
    cookie_guard.cookie_guard(sets_one)(RequestFactory().get("/"))
    assert tallies.waiting() == {cookie_guard.WITHOUT_COOKIE: 1, cookie_guard.REFUSED: 1}


@pytest.mark.django_db(transaction=True)
def test_a_writer_writes_a_last_time_as_it_stops():
    writer = tallies.Writer(every_seconds=3600)
    writer.start()
    tallies.count("knocks", 6)
    writer.stop()
    assert tallies.total("knocks").total == 6


COUNT = """
import django; django.setup()
from crystalcall.plumbing import clock, tallies
for _ in range(50):
    tallies.count("knocks")
    tallies.count("rings", 2)
    tallies.write_down(clock.now())
"""


@pytest.mark.django_db(transaction=True)
def test_processes_that_count_at_once_lose_nothing(process_environment):
    children = [subprocess.Popen([sys.executable, "-c", COUNT], env=process_environment) for _ in range(3)]
    assert [child.wait(timeout=60) for child in children] == [0, 0, 0]
    assert tallies.total("knocks").total == 150
    assert tallies.total("rings").total == 300
    connection.close()
