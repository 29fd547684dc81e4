"""One of several processes that ask the same books at the same time; started by test_ledger_processes.py.

Takes a task and its arguments as JSON, says "ready", waits for a line, works, and prints its answers as JSON.
"""

import json
import random
import sys
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import django

django.setup()  # before the rooms below can load

from django.db import transaction  # noqa: E402 - see above

from crystalcall.minutes.ledger import actions  # noqa: E402 - see above
from crystalcall.minutes.ledger.books import Books  # noqa: E402 - see above
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
    return [str(actions.post_reservation(UUID(one), amount, **paid, now=now()).transfer_key) for one in reservations]


def transfer_each(debit: str, credit: str, keys: list[str], amount: int) -> list[Any]:
    """Move an amount once for each key; the transfer's id, or None where there was too little."""
    postings = [Posting(UUID(debit), UUID(credit), amount, "card.move", key) for key in keys]
    answers = [actions.transfer(posting, now=now()) for posting in postings]
    return [None if isinstance(answer, Insufficient) else str(answer.transfer_key) for answer in answers]


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
        hold = reserved.amount
        raised = actions.replace_reservation(reserved.reservation_id, hold + 50_000, now=now())
        if isinstance(raised, Reserved) and chance.random() < 0.5:
            paid = {"credit_account_id": revenue, "code": "call.charge"}
            actions.post_reservation(reserved.reservation_id, chance.randint(0, hold), **paid, now=now())
        elif chance.random() < 0.5:
            actions.void_reservation(reserved.reservation_id, now=now())
    return []


def evening(cards: list[str], name: str, rounds: int) -> list[Any]:
    """Pages of calls beside moves, refunds and lapses; gives the holds that are left open, with what each holds."""
    chance = random.Random(name)
    ids = [UUID(card) for card in cards]
    paid = {"credit_account_id": actions.system_account(AccountKind.CALL_REVENUE, now=now()), "code": "call.charge"}
    talked = {"credit_account_id": actions.system_account(AccountKind.ALLOWANCES_USED, now=now())}
    open_holds: dict[UUID, int] = {}
    for number in range(rounds):
        with transaction.atomic():
            page = Books.open(
                [*ids, *(each["credit_account_id"] for each in (paid, talked))], with_allowances=True, now=now()
            )
            made = {}
            for card in ids:
                accounts = [card, *(bundle.id for bundle in page.allowances(card, {"ru-*"}))]
                for account in accounts:
                    key, amount = uuid4(), chance.randint(1, 90_000)
                    if isinstance(page.reserve(account, amount, reservation_id=key), Reserved):
                        made[key] = amount, account == card
            for key in chance.sample(sorted(made), len(made) // 2):
                amount, is_money = made.pop(key)
                page.post(key, chance.randint(0, amount), **(paid if is_money else talked | {"code": "call.minutes"}))
            page.write()
        open_holds |= {key: amount for key, (amount, _) in made.items()}
        payer, payee = chance.sample(ids, 2)
        actions.move_credit(payer, payee, chance.choice([None, 30_000]), key=f"{name}:{number}", now=now())
        actions.refund_unused(chance.choice(ids), chance.randint(1, 50_000), key=f"{name}:r{number}", now=now())
        actions.top_up(chance.choice(ids), 100_000, key=f"{name}:t{number}", now=now())
        if number % 5 == 0:
            actions.expire_due(now() + timedelta(days=40))
    return [[str(key), amount] for key, amount in open_holds.items()]


TASKS = {task.__name__: task for task in (reserve_each, post_each, transfer_each, storm, evening)}

if __name__ == "__main__":
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    sys.stdout.write(json.dumps(TASKS[sys.argv[1]](**json.loads(sys.argv[2]))))
