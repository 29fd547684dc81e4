"""Four processes on one database, two of them killed in the middle: every call is charged once or not at all."""

import json
import random
import re
import signal
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import pytest
from call_scenery import DECK, DOLLAR, Card, make_card, publish
from django.db import connection
from django.utils import timezone

from crystalcall.minutes.calls.models import CallRecord
from crystalcall.minutes.calls.queries import running_calls
from crystalcall.minutes.ledger.models import Transfer
from crystalcall.minutes.ledger.queries import audit, balance

pytestmark = pytest.mark.django_db(transaction=True)
WORKING = Path(__file__).parent / "desk_working.py"
PROCESSES = 4
KILLED = 2
AT_ONCE = 64
DEADLINE_SECONDS = 900
#: Nobody answered, a wrong number, and calls of one to seven minutes, the last longer than their card can pay.
USED_SECONDS = (0, 2, 30, 61, 90, 119, 130, 185, 400)
#: Cards that pay all their calls, cards that run dry, and cards that never had anything: however the calls fall, some
#: are refused for want of credit.
DOLLARS = (40, 1, 40, 1, 0)
# Several calls at a time on a card, as many as it can pay: what is tried here is money, not good sense.
ENVIRONMENT = {"CRYSTALCALL_CALLS_PER_CARD": "5", "CRYSTALCALL_VELOCITY_CALLS_PER_HOUR": "0"}


@dataclass
class Exchange:
    """The processes and their books of answers."""

    folder: Path
    environment: dict[str, str]
    books: list[Path] = field(default_factory=list)
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, calls: list[list[object]], name: str) -> subprocess.Popen[bytes]:
        plan, book = self.folder / f"{name}.json", self.folder / f"{name}.book"
        plan.write_text(json.dumps(calls), encoding="utf-8")
        book.touch()
        self.books.append(book)
        with (self.folder / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, str(WORKING), str(plan), str(book), str(AT_ONCE)],
                env=self.environment | ENVIRONMENT,
                stderr=log,
            )
        self.processes.append(process)
        return process

    def close(self) -> None:
        """Where the test has failed, nobody goes on calling."""
        for process in self.processes:
            process.kill()
            process.wait()

    def answers(self) -> dict[tuple[str, str], set[str]]:
        """Everything that was ever answered to each message; a line that a kill cut short was never told."""
        found: dict[tuple[str, str], set[str]] = defaultdict(set)
        for book in self.books:
            for line in book.read_text(encoding="utf-8").split("\n")[:-1]:
                call_id, step, answer = line.split("\t")
                found[call_id, step].add(answer)
        return found

    def finish(self, process: subprocess.Popen[bytes]) -> None:
        assert process.wait(DEADLINE_SECONDS) == 0, self.complaints()

    def kill_in_the_middle(self, process: subprocess.Popen[bytes], book: Path, lines: int) -> None:
        """As `kill -9` does, once so many answers are written; the process may not have come to its end before."""
        until = time.monotonic() + DEADLINE_SECONDS
        while book.read_bytes().count(b"\n") < lines:
            assert process.poll() is None, self.complaints()
            assert time.monotonic() < until
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        assert process.wait(60) == -signal.SIGKILL

    def complaints(self) -> list[str]:
        return [log.read_text(encoding="utf-8")[-2000:] for log in self.folder.glob("*.log")]


@pytest.fixture
def exchange(process_environment, tmp_path) -> Iterator[Exchange]:
    exchange = Exchange(tmp_path, process_environment)
    yield exchange
    exchange.close()


@pytest.mark.parametrize(
    ("calls", "cards"),
    [
        pytest.param(2_000, 40, id="two-thousand"),
        pytest.param(50_000, 500, id="fifty-thousand", marks=[pytest.mark.long, pytest.mark.timeout(3600)]),
    ],
)
def test_four_processes_of_which_two_are_killed_charge_each_call_once_or_not_at_all(exchange, calls, cards):
    if connection.vendor == "sqlite":
        calls, cards = calls // 2, cards // 2  # one writer at a time, and a flush for each batch
    now = timezone.now()
    publish(DECK, now)
    held = [make_card(DOLLARS[number % len(DOLLARS)], now) for number in range(cards)]
    chance = random.Random(calls)
    plan = [[f"call-{number}", held[number % cards].pin, chance.choice(USED_SECONDS)] for number in range(calls)]
    shares = [plan[number::PROCESSES] for number in range(PROCESSES)]

    running = [exchange.start(share, f"first-{number}") for number, share in enumerate(shares)]
    for number in range(KILLED):
        exchange.kill_in_the_middle(running[number], exchange.books[number], lines=len(shares[number]) // 3)
    # Their switches say everything again to other processes, beside those that live.
    running[:KILLED] = [exchange.start(shares[number], f"again-{number}") for number in range(KILLED)]
    for process in running:
        exchange.finish(process)
    # And once more everything, when nothing is left to decide: who says the same gets the same answer.
    exchange.finish(exchange.start(plan, "repeat"))

    answers = exchange.answers()
    assert {key: said for key, said in answers.items() if len(said) != 1} == {}
    prove_that_the_books_say_what_was_answered(plan, held, {key: said.pop() for key, said in answers.items()})


def prove_that_the_books_say_what_was_answered(
    plan: list[list[object]], cards: list[Card], answers: dict[tuple[str, str], str]
) -> None:
    granted = {call_id for call_id, *_ in plan if answers[str(call_id), "authorize"].startswith("Granted(")}
    refused = Counter(
        re.search(r"RefusalReason\.(\w+)", answers[str(call_id), "authorize"])[1]
        for call_id, *_ in plan
        if call_id not in granted
    )
    # Enough of each for the figures below to mean something.
    assert len(granted) > len(plan) / 10
    assert set(refused) <= {"IN_USE", "NO_CREDIT"}
    assert refused["NO_CREDIT"] > 0

    account_of_pin = {card.pin: card.account_id for card in cards}
    charged: dict[UUID, list[int]] = defaultdict(list)
    for call_id, pin, _ in plan:
        if call_id in granted:
            charge = int(re.search(r"charge_micros=(\d+)", answers[str(call_id), "end"])[1])
            charged[account_of_pin[str(pin)]].append(charge)

    assert running_calls() == 0
    assert audit() == []
    for number, card in enumerate(cards):
        standing = balance(card.account_id)
        assert standing.held_micros == 0
        assert standing.available_micros == standing.posted_micros >= 0
        assert standing.posted_micros == DOLLARS[number % len(DOLLARS)] * DOLLAR - sum(charged[card.account_id])
    assert recorded(lambda account: sorted(charged[account])) == []
    assert CallRecord.objects.count() == len(granted)
    assert Transfer.objects.filter(code="call.charge").count() == sum(
        charge > 0 for charges in charged.values() for charge in charges
    )


def recorded(told: Callable[[UUID], list[int]]) -> list[UUID]:
    """The accounts whose records are not exactly the charges that were told."""
    written: dict[UUID, list[int]] = defaultdict(list)
    for account_id, charge in CallRecord.objects.values_list("ledger_account_id", "charge_micros"):
        written[account_id].append(charge)
    return [account for account, charges in written.items() if sorted(charges) != told(account)]
