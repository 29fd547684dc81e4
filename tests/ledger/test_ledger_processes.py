"""Many processes ask the same books at once: nothing is spent twice, nothing is booked twice, nobody waits for ever."""

import json
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from crystalcall.minutes.ledger import queries
from crystalcall.minutes.ledger.values import Balance

pytestmark = pytest.mark.django_db(transaction=True)

DOLLAR = 1_000_000
RACING = Path(__file__).with_name("racing.py")
SECONDS = 90


@pytest.fixture
def race(process_environment):
    """Starts a process for each set of arguments, lets all go together, and gives their answers."""
    children: list[subprocess.Popen[str]] = []

    def start(task: str, runs: list[dict[str, Any]]) -> list[subprocess.Popen[str]]:
        for arguments in runs:
            command = [sys.executable, str(RACING), task, json.dumps(arguments)]
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
            children.append(subprocess.Popen(command, env=process_environment, text=True, **pipes))
        for child in children:
            assert child.stdout.readline() == "ready\n", child.stderr.read()
        for child in children:
            child.stdin.write("go\n")
            child.stdin.flush()
        return children

    yield start
    for child in children:
        if child.poll() is None:
            child.kill()
        child.communicate()


def answers(children: list[subprocess.Popen[str]]) -> list[Any]:
    told = []
    for child in children:
        out, err = child.communicate(timeout=SECONDS)
        assert child.returncode == 0, err
        told.append(json.loads(out))
    return told


def test_fifty_reservations_of_a_dollar_on_ten_dollars_are_won_by_exactly_ten(race, funded):
    account = funded(10 * DOLLAR)
    runs = [
        {"account": str(account), "amount": DOLLAR, "keys": [f"call:{process}:{number}" for number in range(10)]}
        for process in range(5)
    ]
    told = [answer for answers_of_one in answers(race("reserve_each", runs)) for answer in answers_of_one]
    assert len(told) == 50
    assert sum(answer is not None for answer in told) == 10
    assert queries.balance(account) == Balance(10 * DOLLAR, 10 * DOLLAR, 0)
    assert queries.audit() == []


def test_the_same_reservation_asked_for_by_many_is_made_once(race, funded):
    account = funded(10 * DOLLAR)
    keys = [f"call:{number}" for number in range(10)]
    told = answers(race("reserve_each", [{"account": str(account), "amount": DOLLAR, "keys": keys}] * 4))
    assert told[0] == told[1] == told[2] == told[3]
    assert None not in told[0]
    assert queries.balance(account).held_micros == 10 * DOLLAR


def test_the_same_end_told_by_many_is_posted_once(race, funded, revenue, now):
    from crystalcall.minutes.ledger import actions

    account = funded(10 * DOLLAR)
    holds = [str(actions.reserve(account, DOLLAR, key=f"call:{n}", now=now).reservation_id) for n in range(10)]
    told = answers(race("post_each", [{"reservations": holds, "amount": 700_000}] * 4))
    assert told[0] == told[1] == told[2] == told[3]
    assert queries.balance(account) == Balance(3 * DOLLAR, 0, 3 * DOLLAR)
    assert queries.balance(revenue).posted_micros == 7 * DOLLAR


def test_the_same_sale_booked_by_many_is_booked_once(race, funded, clearing, revenue):
    account, keys = funded(0), [f"sale:{number}" for number in range(10)]
    customers = {"debit": str(clearing), "credit": str(account), "amount": DOLLAR, "keys": keys}
    told = answers(race("transfer_each", [customers] * 3))
    assert told[0] == told[1] == told[2]
    assert queries.balance(account).posted_micros == 10 * DOLLAR


def test_a_transfer_that_touches_no_customer_is_booked_once_too(race, clearing, revenue):
    keys = [f"fee:{number}" for number in range(10)]
    fees = {"debit": str(clearing), "credit": str(revenue), "amount": 5, "keys": keys}
    told = answers(race("transfer_each", [fees] * 3))
    assert told[0] == told[1] == told[2]
    assert queries.balance(revenue).posted_micros == 50


def test_a_storm_with_two_processes_killed_leaves_the_books_in_balance(race, funded, clearing):
    accounts = [funded(2 * DOLLAR) for _ in range(3)]
    runs = [{"accounts": [str(one) for one in accounts], "name": f"p{n}", "rounds": 40} for n in range(4)]
    children = race("storm", runs)
    time.sleep(0.4)
    for child in children[:2]:
        child.kill()
    answers(children[2:])
    assert queries.audit() == []
    for account in accounts:
        balance = queries.balance(account)
        assert balance.available_micros >= 0
        assert balance.posted_micros >= 0
    owed = sum(queries.balance(account).posted_micros for account in accounts)
    spent = sum(line.credits for line in queries.trial_balance() if line.kind == "call_revenue")
    assert owed + spent == 6 * DOLLAR == queries.balance(clearing).posted_micros


def test_moves_refunds_lapses_and_pages_of_calls_never_spend_what_another_process_holds(race, funded, now):
    """Three processes at once, a fourth killed in the middle; then every hold that is left is paid in full."""
    from crystalcall.minutes.ledger import actions
    from crystalcall.minutes.ledger.models import Reservation
    from crystalcall.minutes.ledger.values import Posted
    from crystalcall.plumbing import clock
    from crystalcall.rules.ledger import AccountKind

    cards = [funded(2 * DOLLAR) for _ in range(4)]
    for card in cards:
        # An end in a past that was told: whatever is not held at a pass of the sweep lapses.
        end = clock.now() + timedelta(days=20)
        actions.grant_allowance(card, "ru-*", 500_000, expires_at=end, key=f"bundle:{card}", now=clock.now())
    actions.announce_expiring(clock.now())
    runs = [{"cards": [str(card) for card in cards], "name": f"p{number}", "rounds": 15} for number in range(4)]
    children = race("evening", runs)
    time.sleep(0.5)
    children[0].kill()
    told = [UUID(key) for holds in answers(children[1:]) for key, _ in holds]
    assert queries.audit() == []
    open_holds = dict(Reservation.objects.filter(state="reserved").values_list("pk", "amount"))
    assert set(told) <= open_holds.keys()
    revenue = actions.system_account(AccountKind.CALL_REVENUE, now=now)
    used = actions.system_account(AccountKind.ALLOWANCES_USED, now=now)
    assert open_holds
    for key, amount in open_holds.items():
        credit = revenue if queries.reservation(key).account_id in cards else used
        answer = actions.post_reservation(key, amount, credit_account_id=credit, code="call.charge", now=clock.now())
        assert isinstance(answer, Posted)
        assert answer.balance_after >= 0
    assert queries.audit() == []
