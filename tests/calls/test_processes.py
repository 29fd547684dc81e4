"""Many processes at once on one card, one call, one balance: what may happen once happens once."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from call_scenery import DECK, DOLLAR, MOSCOW, SwitchWords, make_card, publish

from crystalcall.minutes.calls.engine import HOLD_SLACK
from crystalcall.minutes.calls.models import Call, CallRecord, RunningCall
from crystalcall.minutes.ledger.models import Reservation, Transfer
from crystalcall.minutes.ledger.queries import audit

RACING = Path(__file__).parent / "racing.py"
PROCESSES = 4
# Python and Django take seconds to load when the cores have other work too.
START_SECONDS = 4.0

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def race(process_environment) -> Callable[[list[list[str]]], list[str]]:
    """Shares the sayings among processes, lets all be said at one moment, and gives the answers."""

    def run(sayings: list[list[str]]) -> list[str]:
        start = str(time.time() + START_SECONDS)
        processes = [
            subprocess.Popen(
                [sys.executable, str(RACING), start, json.dumps(sayings[number::PROCESSES])],
                env=process_environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            for number in range(PROCESSES)
        ]
        answers: list[str] = []
        for process in processes:
            said, complaint = process.communicate(timeout=120)
            assert process.returncode == 0, complaint
            answers += json.loads(said)
        return answers

    return run


def test_of_twenty_calls_at_once_on_one_card_one_is_granted(transactional_db, now, race):
    publish(DECK, now)
    card = make_card(10, now)
    answers = race([["authorize", f"call-{number}", card.pin, MOSCOW] for number in range(20)])
    granted = [answer for answer in answers if answer.startswith("Granted")]
    refused = [answer for answer in answers if "IN_USE" in answer]
    assert (len(granted), len(refused)) == (1, 19)
    assert card.available_micros == 0
    assert card.held_micros == 10 * DOLLAR
    assert Reservation.objects.count() == 1
    assert RunningCall.objects.count() == 1
    assert Call.objects.filter(refusal_reason="in_use").count() == 19
    assert audit() == []


def test_the_same_request_from_ten_processes_is_decided_once_and_answered_alike(transactional_db, now, race):
    publish(DECK, now)
    card = make_card(10, now)
    answers = race([["authorize", "call-1", card.pin, MOSCOW]] * 10)
    assert len(set(answers)) == 1
    assert answers[0].startswith("Granted")
    assert Call.objects.count() == 1
    assert Reservation.objects.count() == 1


def test_ends_extensions_and_sweeps_at_once_charge_a_call_once(transactional_db, now, race):
    publish(DECK, now)
    card = make_card(10, now)
    SwitchWords(card, now).authorize(slice_seconds=60)
    due = (now + timedelta(days=1) + HOLD_SLACK).isoformat()
    answers = race([["end", "call-1", "60"]] * 4 + [["extend", "call-1", "1", "30"]] * 2 + [["sweep", due]] * 4)
    ends = {answer for answer in answers if answer.startswith("Ended")}
    assert len(ends) == 1
    assert CallRecord.objects.count() == 1
    charged = CallRecord.objects.get().charge_micros
    # The sweep may come before any word of use, or after the extension's thirty seconds, or after the end.
    assert charged in {0, 100_000}
    assert Transfer.objects.filter(code="call.charge").count() == (1 if charged else 0)
    assert card.available_micros == 10 * DOLLAR - charged
    assert audit() == []


def test_processes_that_say_the_same_in_batches_of_their_own_all_hear_the_same(transactional_db, now, race):
    publish(DECK, now)
    cards = [make_card(1, now) for _ in range(8)]
    pins = " ".join(card.pin for card in cards)
    answers = [json.loads(answer) for answer in race([["batches", str(seed), pins] for seed in range(PROCESSES)])]
    assert len(answers) == PROCESSES
    assert all(answer == answers[0] for answer in answers)
    granted = [name for name, answer in answers[0].items() if answer.startswith("Granted")]
    ended = [name for name, answer in answers[0].items() if answer.startswith("Ended")]
    # Who is told first of a card's five calls decides which is granted; one of them always is.
    assert len(granted) == len(ended) == CallRecord.objects.count() >= len(cards)
    assert RunningCall.objects.count() == 0
    assert all(card.held_micros == 0 and card.available_micros >= 0 for card in cards)
    assert audit() == []
