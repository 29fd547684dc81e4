"""The machine's clock is set while a call runs: the charge follows the seconds used, and nothing is dated backwards."""

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from call_scenery import DECK, DOLLAR, TANDEM, Card, asking, make_card, publish

from crystalcall.minutes.calls import engine
from crystalcall.minutes.calls.desk import Desk
from crystalcall.minutes.calls.engine.messages import Answer, Authorize, End, Extend, Message
from crystalcall.minutes.calls.models import CallRecord
from crystalcall.minutes.calls.queries import running_calls
from crystalcall.minutes.calls.values import Answered, CallKey, Ended, Extended, Granted
from crystalcall.minutes.ledger.queries import audit
from crystalcall.plumbing import clock

pytestmark = pytest.mark.django_db(transaction=True)
KEY = CallKey(TANDEM, "call-1")
JUMPS = [timedelta(days=365), timedelta(hours=1), timedelta(seconds=30)]


class Wall:
    """The machine's clock."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment


@pytest.fixture
def wall(monkeypatch, now) -> Wall:
    wall = Wall(now)
    monkeypatch.setattr(clock, "now", wall.now)
    return wall


@pytest.fixture
def desk(wall) -> Iterator[Desk]:
    desk = Desk(take=engine.take)
    yield desk
    desk.close()


@pytest.fixture
def card(transactional_db, now) -> Card:
    publish(DECK, now)
    return make_card(10, now)


def messages(card: Card) -> list[Message]:
    return [
        Authorize(asking(card, slice_seconds=120)),
        Answer(KEY, None),
        Extend(KEY, 1, 60),
        End(KEY, 150, "normal"),
    ]


@pytest.mark.parametrize("jump", [*JUMPS, *(-jump for jump in JUMPS)], ids=str)
@pytest.mark.parametrize("before", range(1, 4))
def test_a_jump_before_any_message_changes_neither_charge_nor_order(desk, wall, card, now, jump, before):
    async def story() -> list[object]:
        answers = []
        for number, message in enumerate(messages(card)):
            wall.moment += jump if number == before else timedelta(seconds=1)
            answers.append(await desk.take(message))
        return answers

    answers = asyncio.run(story())
    assert [type(answer) for answer in answers] == [Granted, Answered, Extended, Ended]
    assert answers[-1] == Ended(300_000, 180, 10 * DOLLAR - 300_000)
    record = CallRecord.objects.get()
    assert record.answered_at is not None
    assert now <= record.authorized_at <= record.answered_at <= record.ended_at
    # A leap of more than a minute is not believed at once; nothing lies in a future that somebody has only typed.
    assert record.ended_at - now < timedelta(minutes=2)
    assert running_calls() == 0
    assert card.available_micros == 10 * DOLLAR - 300_000
    assert audit() == []
