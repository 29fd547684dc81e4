"""Writers in processes of their own: the same answers, nobody left waiting when one is lost, nothing left behind."""

import asyncio
import os
import signal
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta, timezone

import pytest
from call_scenery import DECK, DOLLAR, TANDEM, asking, make_card, publish
from django.utils import timezone as django_timezone

from crystalcall.minutes.calls.desk import Desk, DeskClosedError, DeskMeasures, figures, letters
from crystalcall.minutes.calls.desk.apart import WriterProcess
from crystalcall.minutes.calls.engine.messages import Answer, Authorize, End, Extend, Message
from crystalcall.minutes.calls.values import (
    Answered,
    AuthorizeRequest,
    CallKey,
    Contradiction,
    DialRoute,
    Ended,
    Extended,
    Granted,
    GrantedDestination,
    Notice,
    NoticeKind,
    Refused,
    UnknownCall,
)
from crystalcall.minutes.ledger.queries import audit
from crystalcall.rules.calls import CallState, RefusalReason

KEY = CallKey(TANDEM, "call-1")
NOBODY = End(CallKey(TANDEM, "never-authorized"), 0, "busy")
MOMENT = datetime(2026, 11, 23, 14, 5, 6, 789012, UTC)
WAIT_SECONDS = 60
EVERY_MESSAGE: tuple[Message, ...] = (
    Authorize(AuthorizeRequest(1, "a/b é", "+74951234567", "123456789012", "+1", "sip", "+2", 60)),
    Authorize(AuthorizeRequest(2**31, "x", "0")),
    Answer(KEY, None),
    Answer(KEY, MOMENT),
    Answer(KEY, MOMENT.astimezone(timezone(timedelta(hours=9, minutes=30)))),
    Extend(KEY, 2**53 - 1, 0),
    End(KEY, 125, "normal"),
    End(KEY, 0, "busy", "twilio"),
)
EVERY_OUTCOME = (
    Granted(
        *(7200, GrantedDestination("key", None, "mobile", "", "Russia", "Россия"), 1, 2, 3),
        routes=(DialRoute("twilio", "+7"), DialRoute("azure", "+7")),
        allowance_seconds=60,
        notices=(Notice(NoticeKind.CREDIT_EXPIRES, 5, MOMENT), Notice(NoticeKind.LOW_BALANCE, 6)),
    ),
    Refused(RefusalReason.IN_USE),
    Refused(RefusalReason.TOO_MANY_TRIES, 30),
    Answered(CallState.ANSWERED, MOMENT, 60),
    Extended(120),
    Ended(1, 2, 3, 4, 5),
    Contradiction("The call is over."),
    UnknownCall("x"),
)


def test_every_message_and_every_outcome_arrives_as_it_was_sent():
    assert letters.read_batch(letters.write_batch(EVERY_MESSAGE)) == list(EVERY_MESSAGE)
    assert {type(one) for one in EVERY_MESSAGE} == set(letters._MESSAGES)
    found, grown = letters.read_answer(letters.write_answer(EVERY_OUTCOME, [(0, {"error": "x"}, 2.0)]))
    assert found == list(EVERY_OUTCOME)
    assert {type(one) for one in EVERY_OUTCOME} | {letters.PutOff, letters.Spoiled} == set(letters._OUTCOMES)
    assert grown == [(0, {"error": "x"}, 2.0)]


def test_a_failed_database_and_a_mistake_arrive_as_what_a_door_knows_how_to_answer():
    found, _ = letters.read_answer(letters.write_answer([DeskClosedError(), KeyError("4951234567"), Extended(1)], []))
    assert [type(one) for one in found] == [DeskClosedError, letters.WriterError, Extended]
    assert str(found[1]) == "KeyError"  # the words of a mistake may quote what it was about; they stay over there


def test_what_a_writer_counts_comes_over_once():
    counted = figures.Counted()
    counted.growth()
    before = figures.RETRIES.labels("OperationalError")._value.get()
    figures.RETRIES.labels("OperationalError").inc(2)
    figures.SPLITS.inc()
    grown = counted.growth()
    assert sorted(more for _, _, more in grown) == [1.0, 2.0]
    assert counted.growth() == []
    figures.add(grown)
    assert figures.RETRIES.labels("OperationalError")._value.get() == before + 4


@pytest.fixture
def apart(process_environment, monkeypatch) -> Iterator[WriterProcess]:
    """A writer on this test's database."""
    for name, value in process_environment.items():
        monkeypatch.setenv(name, value)
    writer = WriterProcess()
    writer.open()
    yield writer
    writer.close()


def pid(writer: WriterProcess) -> int:
    assert writer._process is not None
    return writer._process.pid


def is_running(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True


def kinds(found: Sequence[object]) -> list[type]:
    return [type(one) for one in found]


@pytest.mark.django_db(transaction=True)
def test_a_call_is_decided_in_another_process(transactional_db, process_environment, monkeypatch):
    for name, value in process_environment.items():
        monkeypatch.setenv(name, value)
    now = django_timezone.now()  # the other process reads the real clock
    publish(DECK, now)
    card = make_card(10, now)
    desk = Desk(DeskMeasures(writers=2))
    spent = figures.WRITER_SECONDS._value.get()
    desk.start()
    numbers = [pid(writer) for writer in desk._writers]

    async def call() -> list[object]:
        crowd = [desk.take(Authorize(asking(card, call_id=f"call-{number}"))) for number in range(20)]
        granted = [one for one in zip(range(20), await asyncio.gather(*crowd), strict=True) if type(one[1]) is Granted]
        key = CallKey(TANDEM, f"call-{granted[0][0]}")
        return [len(granted), await desk.take(End(key, 90, "normal")), await desk.take(NOBODY)]

    assert asyncio.run(call()) == [1, Ended(200_000, 120, 10 * DOLLAR - 200_000), UnknownCall("never-authorized")]
    desk.close()
    assert figures.WRITER_SECONDS._value.get() > spent
    assert not any(is_running(number) for number in numbers)
    assert audit() == []


@pytest.mark.django_db(transaction=True)
def test_a_batch_in_the_hand_of_a_process_that_is_lost_is_put_off_and_another_takes_the_next(apart, caplog):
    lost = figures.WRITERS_LOST._value.get()
    first = pid(apart)
    assert kinds(apart.decide([NOBODY])) == [UnknownCall]
    os.kill(first, signal.SIGSTOP)
    os.kill(first, signal.SIGKILL)
    assert kinds(apart.decide([NOBODY, NOBODY])) == [DeskClosedError, DeskClosedError]
    assert kinds(apart.decide([NOBODY])) == [UnknownCall]
    assert pid(apart) != first
    assert figures.WRITERS_LOST._value.get() == lost + 1
    assert "is lost" in caplog.text


def test_a_process_that_cannot_start_puts_everything_off(monkeypatch, caplog):
    monkeypatch.setenv("CRYSTALCALL_DESK_WRITERS", "none")  # no settings, no rooms
    writer = WriterProcess()
    writer.open()
    assert kinds(writer.decide([NOBODY, NOBODY])) == [DeskClosedError, DeskClosedError]
    writer.close()
    assert caplog.text.count("is lost") == 2


@pytest.mark.django_db(transaction=True)
def test_no_signal_ends_a_writer_but_the_end_of_its_desk_does(apart):
    number = pid(apart)
    for asked in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        os.kill(number, asked)
    assert kinds(apart.decide([NOBODY])) == [UnknownCall]
    assert apart._line is not None
    apart._line.close()  # as the kernel does, however the desk's process ended
    assert apart._process is not None
    assert apart._process.wait(WAIT_SECONDS) == 0


@pytest.mark.django_db(transaction=True)
def test_a_writer_that_hangs_does_not_keep_the_desk_open(process_environment, monkeypatch):
    from crystalcall.minutes.calls.desk import desk as desk_module

    for name, value in process_environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(desk_module, "PATIENCE_SECONDS", 0.2)
    monkeypatch.setattr(desk_module, "WATCH_SECONDS", 0.05)
    monkeypatch.setattr(desk_module, "CLOSING_SECONDS", 0.2)
    desk = Desk(DeskMeasures(writers=1))
    desk.start()
    number = pid(desk._writers[0])
    os.kill(number, signal.SIGSTOP)
    with pytest.raises(DeskClosedError):
        asyncio.run(desk.take(NOBODY))
    desk.close()
    until = time.monotonic() + WAIT_SECONDS
    while is_running(number) and time.monotonic() < until:
        time.sleep(0.01)
    assert not is_running(number)
