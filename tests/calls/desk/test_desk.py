"""The call desk: gathered, committed together, answered after the commit, bounded, and never in anybody's way."""

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from time import monotonic

import pytest
from django.db import IntegrityError, OperationalError, connections

from crystalcall.minutes.calls.desk import (
    Desk,
    DeskBusyError,
    DeskClosedError,
    DeskMeasures,
    figures,
)
from crystalcall.minutes.calls.desk import (
    desk as desk_module,
)
from crystalcall.minutes.calls.desk.writing import TRIES
from crystalcall.minutes.calls.engine.messages import BatchConflict, End, Message
from crystalcall.minutes.calls.values import CallKey, Ended

pytestmark = pytest.mark.django_db(transaction=True)
MANY = DeskMeasures(batch_size=8, wait_seconds=0.001, queue_size=100, writers=2)
WAIT_SECONDS = 30


def end(number: int) -> End:
    """A message that is known by its number."""
    return End(CallKey(1, str(number)), used_seconds=number, release_cause="normal")


class Engine:
    """Stands for the engine: each message costs its seconds; a test says what happens instead."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.moments: list[datetime] = []
        self.trouble: Callable[[list[int]], Exception | None] = lambda _: None
        self.gate = threading.Event()
        self.gate.set()
        self.entered = threading.Semaphore(0)

    def take(self, messages: Sequence[Message], *, now: datetime) -> list[Ended]:
        batch = [message.used_seconds for message in messages]
        self.batches.append(batch)
        self.moments.append(now)
        self.entered.release()
        assert self.gate.wait(WAIT_SECONDS)
        if error := self.trouble(batch):
            raise error
        return [Ended(number, number, 0) for number in batch]


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
def desk(engine) -> Iterator[Desk]:
    desk = Desk(MANY, take=engine.take)
    yield desk
    engine.gate.set()
    desk.close()


def ask(desk: Desk, numbers: Sequence[int]) -> list[object]:
    """Ask at once; an error stands in the place of its answer."""

    async def crowd() -> list[object]:
        return await asyncio.gather(*(desk.take(end(number)) for number in numbers), return_exceptions=True)

    found = asyncio.run(crowd())
    return [answer.charge_micros if isinstance(answer, Ended) else type(answer) for answer in found]


def test_each_message_gets_its_own_answer(desk):
    assert ask(desk, range(50)) == list(range(50))


def test_what_gathers_while_the_writers_are_busy_is_committed_together_and_within_the_bound(desk, engine):
    engine.gate.clear()

    async def crowd() -> None:
        first = [asyncio.create_task(desk.take(end(number))) for number in range(2)]
        await asyncio.sleep(0)
        await asyncio.to_thread(engine.entered.acquire, timeout=WAIT_SECONDS)
        rest = [asyncio.create_task(desk.take(end(number))) for number in range(2, 30)]
        await asyncio.sleep(0)
        engine.gate.set()
        await asyncio.gather(*first, *rest)

    asyncio.run(crowd())
    assert sorted(number for batch in engine.batches for number in batch) == list(range(30))
    assert max(map(len, engine.batches)) == MANY.batch_size
    assert len(engine.batches) <= 8


def test_nobody_is_answered_before_the_commit(desk, engine):
    engine.gate.clear()

    async def crowd() -> bool:
        asked = asyncio.create_task(desk.take(end(1)))
        await asyncio.to_thread(engine.entered.acquire, timeout=WAIT_SECONDS)
        was_answered = asked.done()
        engine.gate.set()
        await asked
        return was_answered

    assert asyncio.run(crowd()) is False


def test_beyond_the_line_a_message_is_turned_away_at_once_and_nothing_is_done_for_it(engine):
    desk = Desk(DeskMeasures(batch_size=1, wait_seconds=0, queue_size=5, writers=1), take=engine.take)
    engine.gate.clear()
    turned_away = figures.TURNED_AWAY.labels("line_full")._value.get()

    async def crowd() -> tuple[list[object], list[object], float]:
        first = asyncio.create_task(desk.take(end(0)))
        await asyncio.to_thread(engine.entered.acquire, timeout=WAIT_SECONDS)
        waiting = [asyncio.create_task(desk.take(end(number))) for number in range(1, 6)]
        await asyncio.sleep(0)
        begun = monotonic()
        refused = await asyncio.gather(*(desk.take(end(number)) for number in range(6, 60)), return_exceptions=True)
        took = monotonic() - begun
        engine.gate.set()
        return refused, list(await asyncio.gather(first, *waiting)), took

    refused, served, took = asyncio.run(crowd())
    desk.close()
    assert {type(one) for one in refused} == {DeskBusyError}
    assert took < 1
    assert [one.charge_micros for one in served] == list(range(6))
    assert sorted(number for batch in engine.batches for number in batch) == list(range(6))
    assert figures.TURNED_AWAY.labels("line_full")._value.get() == turned_away + 54


@pytest.mark.parametrize("error", [BatchConflict(), OperationalError("deadlock detected")])
def test_a_batch_that_was_unlucky_is_taken_again(desk, engine, error):
    left = [error] * (TRIES - 1)
    engine.trouble = lambda _: left.pop() if left else None
    assert ask(desk, [7]) == [7]
    assert engine.batches == [[7]] * TRIES


@pytest.mark.parametrize(
    "error", [IntegrityError("broken"), OperationalError("broken"), BatchConflict(), KeyError("bug")]
)
def test_one_poisonous_message_fails_alone(desk, engine, error):
    engine.trouble = lambda batch: error if 5 in batch else None
    answers = ask(desk, range(20))
    told = KeyError if isinstance(error, KeyError) else DeskClosedError
    assert answers == [told if number == 5 else number for number in range(20)]


def test_a_lost_database_puts_all_off_without_asking_it_for_each_and_is_asked_again_later(
    desk, engine, monkeypatch, caplog
):
    from crystalcall.minutes.calls.desk import writing

    monkeypatch.setattr(writing, "_database_answers", lambda: False)
    engine.trouble = lambda _: OperationalError("gone")
    assert ask(desk, range(50)) == [DeskClosedError] * 50
    assert len(engine.batches) <= 50 / 2
    engine.trouble = lambda _: None
    assert ask(desk, range(50)) == list(range(50))
    told = [record.getMessage() for record in caplog.records if record.name.endswith("writing")]
    assert set(told) == {
        "the database fails the call desk (OperationalError); messages are put off",
        "the database answers the call desk again",
    }
    assert len(told) == 2
    assert "gone" not in caplog.text


def test_a_database_that_hangs_puts_messages_off_in_time_and_what_stood_in_line_was_not_done(engine, monkeypatch):
    monkeypatch.setattr(desk_module, "PATIENCE_SECONDS", 0.2)
    monkeypatch.setattr(desk_module, "WATCH_SECONDS", 0.05)
    desk = Desk(DeskMeasures(batch_size=2, wait_seconds=0, queue_size=50, writers=1), take=engine.take)
    engine.gate.clear()
    begun = monotonic()
    assert ask(desk, range(10)) == [DeskClosedError] * 10
    assert monotonic() - begun < WAIT_SECONDS / 3
    engine.gate.set()
    assert ask(desk, [11]) == [11]
    desk.close()
    done = [number for batch in engine.batches for number in batch]
    assert done[-1] == 11
    assert set(done) - {11} <= {0, 1}


def test_a_switch_that_hangs_up_takes_nobody_elses_answer(desk, engine):
    engine.gate.clear()

    async def crowd() -> object:
        gone, patient = (asyncio.create_task(desk.take(end(number))) for number in (1, 2))
        await asyncio.sleep(0)
        gone.cancel()
        engine.gate.set()
        return await patient

    assert asyncio.run(crowd()) == Ended(2, 2, 0)


def test_doors_in_several_loops_share_the_desk(desk):
    answers: dict[int, list[object]] = {}
    doors = [
        threading.Thread(target=lambda first=first: answers.update({first: ask(desk, range(first, first + 20))}))
        for first in (0, 100, 200)
    ]
    for door in doors:
        door.start()
    for door in doors:
        door.join(WAIT_SECONDS)
    assert answers == {first: list(range(first, first + 20)) for first in (0, 100, 200)}


def test_a_closed_desk_has_decided_what_stood_in_line_and_lets_nobody_in(engine):
    desk = Desk(MANY, take=engine.take)

    async def story() -> tuple[list[object], object]:
        asked = [asyncio.create_task(desk.take(end(number))) for number in range(30)]
        await asyncio.sleep(0)
        await asyncio.to_thread(desk.close)
        late = await asyncio.gather(desk.take(end(99)), return_exceptions=True)
        return await asyncio.gather(*asked), late[0]

    served, late = asyncio.run(story())
    assert [one.charge_micros for one in served] == list(range(30))
    assert isinstance(late, DeskBusyError)


def test_closing_the_desk_closes_the_connection_of_every_writer():
    opened = []

    def take(messages: Sequence[Message], *, now: datetime) -> list[Ended]:
        own = connections["default"]
        own.ensure_connection()
        opened.append(own)
        return [Ended(0, 0, 0) for _ in messages]

    desk = Desk(MANY, take=take)
    ask(desk, range(40))
    desk.close()
    assert {one.connection for one in opened} == {None}


def test_moments_never_go_back_from_batch_to_batch(desk, engine):
    ask(desk, range(60))
    assert engine.moments == sorted(engine.moments)


def test_what_the_desk_does_can_be_seen(desk):
    def seen() -> tuple[float, float]:
        return (
            figures.MESSAGES.labels("end", "ended", "")._value.get(),
            figures.BATCH_MESSAGES._sum.get(),
        )

    before = seen()
    ask(desk, range(25))
    assert seen() == (before[0] + 25, before[1] + 25)
