"""One of several processes that ask the same books at the same time; started by test_ledger_processes.py.

Takes a task and its arguments as JSON, says "ready", waits for a line, works, and prints its answers as JSON.
"""

import json
import random
import sys
from typing import Any
from uuid import UUID

import django

django.setup()  # before the rooms below can load

from crystalcall.minutes.ledger import actions  # noqa: E402 - see above
from crystalcall.minutes.ledger.values import Insufficient, Posting, Reserved  # noqa: E402 - see above
from crystalcall.plumbing.clock import now  # noqa: E402 - see above
from crystalcall.rules.ledger import AccountKind  # noqa: E402 - see above


def reserve_each(account: str, keys: list[str], amount: int) -> list[Any]:
    """Reserve once for each key; the reservation's id, or None where there was too little."""
    answers = [actions.reserve(UUID(account), amount, key=key, now=now()) for key in keys]
    return [str(answer.reservation_id) if isinstance(answer, Reserved) else None for answer in answers]


def post_each(reservations: list[str], amount: int) -> list[Any]:
    """Post each reservation; the transfer's id."""
    revenue = actions.system_account(AccountKind.CALL_REVENUE, now=now())
    paid = {"credit_account_id": revenue, "code": "call.charge"}
    return [actions.post_reservation(UUID(one), amount, **paid, now=now()).transfer_id for one in reservations]


def transfer_each(debit: str, credit: str, keys: list[str], amount: int) -> list[Any]:
    """Move an amount once for each key; the transfer's id, or None where there was too little."""
    postings = [Posting(UUID(debit), UUID(credit), amount, "card.move", key) for key in keys]
    answers = [actions.transfer(posting, now=now()) for posting in postings]
    return [None if isinstance(answer, Insufficient) else answer.transfer_id for answer in answers]


def storm(accounts: list[str], name: str, rounds: int) -> list[Any]:
    """Calls and moves in any order, as a busy evening brings them."""
    chance = random.Random(name)
    ids = [UUID(account) for account in accounts]
    revenue = actions.system_account(AccountKind.CALL_REVENUE, now=now())
    for number in range(rounds):
        payer, payee = chance.sample(ids, 2)
        move = Posting(payer, payee, chance.randint(1, 400_000), "card.move", f"{name}:{number}")
        actions.transfer(move, now=now())
        reserved = actions.reserve(payer, chance.randint(0, 600_000), key=f"{name}:{number}", now=now())
        if isinstance(reserved, Insufficient):
            continue
        hold = reserved.amount_micros
        raised = actions.replace_reservation(reserved.reservation_id, hold + 50_000, now=now())
        if isinstance(raised, Reserved) and chance.random() < 0.5:
            paid = {"credit_account_id": revenue, "code": "call.charge"}
            actions.post_reservation(reserved.reservation_id, chance.randint(0, hold), **paid, now=now())
        elif chance.random() < 0.5:
            actions.void_reservation(reserved.reservation_id, now=now())
    return []


TASKS = {task.__name__: task for task in (reserve_each, post_each, transfer_each, storm)}

if __name__ == "__main__":
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    sys.stdout.write(json.dumps(TASKS[sys.argv[1]](**json.loads(sys.argv[2]))))
