"""Threads between the asynchronous door and its queries: bounded, retrying, and gone when it is closed."""

import asyncio
import threading

import pytest
from django.db import IntegrityError, OperationalError, connections

from crystalcall.minutes.calls.desk import DeskBusyError, DeskClosedError
from crystalcall.switches.http.pool import TRIES, QueryPool


@pytest.fixture
def pool():
    pool = QueryPool(threads=2, waiting=1)
    yield pool
    pool.close()


def failing(times: int, error: Exception):
    """Work that fails so many times before it gives its answer."""
    left = [error] * times

    def work() -> str:
        if left:
            raise left.pop()
        return "done"

    return work


def test_work_is_done_in_a_thread_and_its_result_comes_back(pool):
    here = threading.get_ident()
    assert asyncio.run(pool.run(threading.get_ident)) != here


@pytest.mark.django_db(transaction=True)
def test_a_lost_deadlock_is_tried_again(pool):
    assert asyncio.run(pool.run(failing(TRIES - 1, OperationalError("deadlock detected")))) == "done"


@pytest.mark.django_db(transaction=True)
def test_a_database_that_stays_away_closes_the_desk_for_this_request(pool):
    with pytest.raises(DeskClosedError):
        asyncio.run(pool.run(failing(TRIES, OperationalError("gone"))))


def test_a_broken_constraint_is_not_tried_again(pool):
    with pytest.raises(DeskClosedError):
        asyncio.run(pool.run(failing(1, IntegrityError("broken"))))


def test_a_mistake_in_the_program_comes_out_as_it_is(pool):
    with pytest.raises(ZeroDivisionError):
        asyncio.run(pool.run(failing(1, ZeroDivisionError())))


def test_beyond_its_room_a_request_is_turned_away_at_once_and_later_ones_are_served(pool):
    gate = threading.Event()

    async def crowd() -> list[object]:
        waiting = [asyncio.create_task(pool.run(gate.wait)) for _ in range(3)]
        await asyncio.sleep(0)
        turned_away = [asyncio.create_task(pool.run(gate.wait)) for _ in range(5)]
        outcomes = await asyncio.gather(*turned_away, return_exceptions=True)
        gate.set()
        return [*outcomes, *await asyncio.gather(*waiting)]

    outcomes = asyncio.run(crowd())
    assert [type(outcome) for outcome in outcomes[:5]] == [DeskBusyError] * 5
    assert outcomes[5:] == [True] * 3
    assert asyncio.run(pool.run(lambda: "again")) == "again"


@pytest.mark.django_db(transaction=True)
def test_closing_the_desk_closes_the_connection_of_every_thread():
    pool = QueryPool(threads=2)
    opened = []

    def look() -> None:
        own = connections["default"]
        own.ensure_connection()
        opened.append(own)

    asyncio.run(pool.run(look))
    pool.close()
    assert [one.connection for one in opened] == [None]
