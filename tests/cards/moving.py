"""One of several operators at once, started by test_cards_processes.py: says "ready", waits for a line, works."""

import json
import sys
from datetime import datetime

import django

django.setup()  # before the rooms below can load

from django.db import transaction  # noqa: E402 - see above

from crystalcall.minutes.cards import actions  # noqa: E402 - see above
from crystalcall.minutes.cards.keeping import settle_pins  # noqa: E402 - see above
from crystalcall.minutes.limits import actions as limits  # noqa: E402 - see above
from crystalcall.minutes.limits.queries import risk_list  # noqa: E402 - see above


def move(job, moment):
    source, target, amount = job["from"], job["to"], job["amount_micros"]
    answers = []
    for number in range(job["times"]):
        key = f"{job['name']}:{number}"
        answers.append(actions.move_credit(source, target, amount_micros=amount, key=key, now=moment))
        source, target = target, source
    return [type(answer).__name__ for answer in answers]


def count(job, moment):
    """As a batch that grants calls to ranges of risk counts them; ranges stand for the calls."""
    added = 0
    for number in range(job["times"]):
        with transaction.atomic():
            limits.guard_shop_risk()
            if len(risk_list()) < job["limit"]:
                limits.add_risk_range(f"{job['first'] + number}", now=moment)
                added += 1
    return added


def sweep(job, moment):
    return sum(settle_pins(now=moment) for _ in range(job["times"]))


if __name__ == "__main__":
    asked = json.loads(sys.argv[1])
    work = {"move": move, "count": count, "sweep": sweep}[asked["work"]]
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    sys.stdout.write(json.dumps(work(asked, datetime.fromisoformat(asked["now"]))))
