"""One of several processes that enter into one register at a time; started by test_register_processes.py."""

import json
import sys

import django

django.setup()  # before the rooms below can load

from django.db import transaction  # noqa: E402 - see above

from crystalcall.plumbing.clock import now  # noqa: E402 - see above
from crystalcall.privacy.register.actions import enter  # noqa: E402 - see above
from crystalcall.privacy.register.kinds import EntryKind  # noqa: E402 - see above
from crystalcall.privacy.register.signing import sign_due_days  # noqa: E402 - see above


class TurnedBackError(Exception):
    """The transaction around an entry came to nothing."""


def turn_back(*, is_time: bool) -> None:
    """Let the transaction around come to nothing now and then."""
    if is_time:
        raise TurnedBackError


def work(name: str, rounds: int) -> int:
    """Enter open and veiled lines, sign what is due, and turn back every third time; gives how many stand."""
    stand = 0
    for number in range(rounds):
        try:
            with transaction.atomic():
                enter(EntryKind.BACKUP_MADE, {"by": name, "number": number}, now=now(), secret={"number": number})
                enter(EntryKind.LEGAL_HOLD, {"by": name}, now=now())
                turn_back(is_time=number % 3 == 2)
            stand += 1
        except TurnedBackError:
            pass
        sign_due_days(now())
    return stand


arguments = json.loads(sys.argv[1])
sys.stdout.write("ready\n")
sys.stdout.flush()
sys.stdin.readline()
sys.stdout.write(json.dumps(work(**arguments)))
