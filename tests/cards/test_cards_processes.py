"""Operators and sweeps in several processes at once: nothing is lost, nobody waits for ever, every count is exact."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from crystalcall.minutes.ledger import queries as ledger_queries
from crystalcall.minutes.limits import actions as limits
from crystalcall.minutes.limits import queries as limit_queries

pytestmark = pytest.mark.django_db(transaction=True)

MOVING = Path(__file__).with_name("moving.py")
DOLLAR = 1_000_000


def race(environment, now, jobs) -> list:
    children = [
        subprocess.Popen(
            [sys.executable, str(MOVING), json.dumps({**job, "now": now.isoformat()})],
            env=environment,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for job in jobs
    ]
    try:
        for child in children:
            assert child.stdout.readline() == "ready\n", child.stderr.read()
        for child in children:
            child.stdin.write("go\n")
            child.stdin.flush()
        told = []
        for child in children:
            out, err = child.communicate(timeout=90)
            assert child.returncode == 0, err
            told.append(json.loads(out))
        return told
    finally:
        for child in children:
            if child.poll() is None:
                child.kill()
            child.communicate()


def test_credit_moved_to_and_fro_by_four_processes_is_all_there_in_the_end(
    process_environment, sold, now, books_are_right
):
    one, other = sold(10), sold(10)
    limits.change_limits(one.account_id, {"day_cap_micros": 5 * DOLLAR}, now=now)
    limits.change_limits(other.account_id, {"max_calls": 3}, now=now)
    pairs = [(one, other), (other, one), (one, other)]
    jobs = [
        {"work": "move", "name": f"p{number}", "from": source.serial, "to": target.serial, "amount_micros": DOLLAR}
        | {"times": 12}
        for number, (source, target) in enumerate(pairs)
    ]
    told = race(process_environment, now, [*jobs, {"work": "sweep", "times": 6}])
    assert Counter(name for names in told[:3] for name in names) == {"CreditMoved": 36}
    balances = ledger_queries.balances([one.account_id, other.account_id])
    assert sum(each.available_micros for each in balances.values()) == 20 * DOLLAR
    assert all(each.available_micros >= 0 for each in balances.values())
    for card in (one, other):
        own = limit_queries.limits_of([card.account_id], now)[card.account_id]
        assert (own.day_cap_micros, own.max_calls) == (5 * DOLLAR, 1)
    assert books_are_right()


def test_the_whole_shops_count_is_exact_on_any_number_of_processes(process_environment, now):
    shipped = len(limit_queries.risk_list())
    jobs = [{"work": "count", "times": 10, "limit": shipped + 15, "first": 10 ** (5 + place)} for place in range(4)]
    assert sum(race(process_environment, now, jobs)) == 15
    assert len(limit_queries.risk_list()) == shipped + 15
